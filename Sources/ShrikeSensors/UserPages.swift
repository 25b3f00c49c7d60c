// SPDX-License-Identifier: Apache-2.0
// The program before that of a uprobe that brings in the memory that it reads. It decides nothing, and ends with the
// daemon.

internal import ShrikeABI
internal import ShrikeBPF
internal import ShrikeBPFObjects

/// The program, attached. Detached when this ends.
struct UserPages: ~Copyable {
    /// Bytes of kernel memory that it takes.
    let kernelBytes: Int
    private let object: LoadedBPFObject
    private let link: BPFLink

    private static let program = "hook_page_in"

    /// Attaches the program. It is asked before what is attached to the place already.
    /// - Parameter configuration: that of the program that decides.
    init(
        _ configuration: shrike_hook_config, processes: ProcessSensor,
        _ attach: (borrowing LoadedBPFObject, String) throws(BPFError) -> BPFLink
    ) throws(BPFError) {
        let open = try shrike_page_in_object.open(processes.types)
        try open.setInitialValue(".rodata.config", configuration)
        let loaded = try open.load()
        let bytes = try loaded.kernelBytes(programs: [Self.program], except: [])
        let attached = try attach(loaded, Self.program)
        kernelBytes = bytes
        object = loaded
        link = attached
    }
}
