// SPDX-License-Identifier: Apache-2.0
// The program that hashes the files of one LSM hook, for events that want it. It decides nothing, and ends with the daemon.

internal import ShrikeABI
internal import ShrikeBPF
internal import ShrikeBPFObjects

/// The program, attached. Detached when this ends.
struct FileHashes: ~Copyable {
    private let object: LoadedBPFObject
    private let link: BPFLink

    private static let program = "hook_hash"
    private static let sharedMaps = ["observation_ring", "hash_notes"]

    /// Attaches the program. It is asked behind what is attached to the hook later.
    /// - Parameters:
    ///   - hook: the LSM hook without prefix, whose first parameter is a file or a `struct linux_binprm *`.
    ///   - hookID: the number of the hook whose events it is for.
    init(hook: String, hookID: UInt32, processes: ProcessSensor) throws(BPFError) {
        let open = try shrike_hash_object.open(processes.types)
        for map in Self.sharedMaps { try open.reuseMap(map, processes.object.map(map)) }
        try open.setAttachTarget(Self.program, hook)
        try open.setInitialValue(
            ".rodata.config", shrike_hash_config(hook_id: hookID, is_binprm: hook.hasPrefix("bprm_") ? 1 : 0))
        let loaded = try open.load()
        let attached = try loaded.attach(Self.program)
        object = loaded
        link = attached
    }
}
