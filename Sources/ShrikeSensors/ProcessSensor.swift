// SPDX-License-Identifier: Apache-2.0
// The process sensor in the kernel: fork, exec and exit, and the maps that all hooks share.

internal import ShrikeABI
public import ShrikeBPF
internal import ShrikeBPFObjects
public import ShrikePins
internal import ShrikePolicyCompiler
internal import Synchronization

/// The process sensor, attached. Detaches when it ends.
public final class ProcessSensor: @unchecked Sendable {
    // SAFETY: nothing changes after it is made but what is locked and the kernel's maps, and each of those calls is one
    // system call.

    let object: LoadedBPFObject
    private let madeOwners = Mutex<OwnedBPFMap?>(nil)
    private let links: [BPFLinkBox]
    /// What all programs are relocated against.
    let types: RelocationTypes?
    /// By which control groups all programs know processes.
    let cgroups: CgroupSource

    /// Loads and attaches the sensor's programs. Ring sizes are powers of two of whole pages.
    /// - Parameter kernel: the running kernel's types.
    /// - Parameters:
    ///   - cgroups: whose control groups tell of containers.
    ///   - readsEnvironment: whether execs are preceded by their environments.
    ///   - cgroupRate: what a control group may send; nil: as much as there is.
    public init(
        kernel: KernelBTF, criticalRingBytes: Int, observationRingBytes: Int,
        cgroups: CgroupSource = CgroupSource(), readsEnvironment: Bool = false, cgroupRate: CgroupRate? = nil
    ) throws(BPFError) {
        // Without them each object takes longer to load, and nothing else changes.
        types = try? RelocationTypes(
            kernel,
            objects: [
                shrike_process_object.file, shrike_function_object.file, shrike_hash_object.file,
                shrike_loader_object.file,
            ])
        let open = try shrike_process_object.open(types)
        try open.setMap("critical_ring", maxEntries: criticalRingBytes)
        try open.setMap("observation_ring", maxEntries: observationRingBytes)
        try open.setInitialValue(
            ".rodata.process",
            shrike_process_config(
                reads_environment: readsEnvironment ? 1 : 0, cgroup_events: cgroupRate?.events ?? 0,
                cgroup_interval_ns: cgroupRate?.intervalNanoseconds ?? 0))
        try open.setInitialValue(".rodata.cgroup", cgroups.configuration)
        if cgroupRate != nil { try open.setMap("cgroup_rates", maxEntries: Int(SHRIKE_MAX_CGROUP_RATES)) }
        let loaded = try open.load()
        var links: [BPFLinkBox] = []
        for program in Self.programs + Self.groupPrograms {
            links.append(BPFLinkBox(try loaded.attach(program)))
        }
        object = loaded
        self.links = links
        self.cgroups = cgroups
    }

    /// In the order in which they are attached: a process whose beginning is told has its end told too.
    private static let programs = ["process_exit", "process_exec", "process_fork"]
    /// They tell user space and decide nothing, so they end with it.
    private static let groupPrograms = ["group_made", "group_gone"]

    /// Lets the programs live on without this process: policies that ask for the binary need them.
    public func pin(in folder: PinFolder) throws(BPFError) {
        for (program, link) in zip(Self.programs, links) { try link.pin(at: folder.path(program)) }
    }

    /// What was there before: one `struct shrike_task_seed` a process, in the iterator's order. Also gives each
    /// of these tasks its state. Call it when the sensor is attached, so that no process falls between; once.
    public func readSeeds() throws(BPFError) -> [UInt8] {
        defer { object.unload(Self.seedProgram) }
        // A task whose storage cannot be had just then, since its CPU is amid another's, is left out by the first.
        let first = try object.attach(Self.seedProgram).readIterator()
        return first + (try object.attach(Self.seedProgram).readIterator())
    }

    private static let seedProgram = "seed_task"

    /// The ring for fork, exec, exit and enforcement.
    public func criticalRing() throws(BPFError) -> RingBuffer { try RingBuffer(object.map("critical_ring")) }

    /// The ring for observations.
    public func observationRing() throws(BPFError) -> RingBuffer {
        try RingBuffer(object.map("observation_ring"))
    }

    /// The kernel side's counters, summed over CPUs; index: `enum shrike_counter`.
    public func counters() throws(BPFError) -> [UInt64] { try object.map("counters").perCPUSums() }

    /// The same for each CPU.
    public func countersByCPU() throws(BPFError) -> [[UInt64]] { try object.map("counters").perCPUValues() }

    /// How often the sensor's programs ran, by their names.
    public func runs() throws(BPFError) -> [(program: String, runs: ProgramRuns)] {
        var runs: [(program: String, runs: ProgramRuns)] = []
        for program in Self.programs + Self.groupPrograms {
            runs.append((program, try object.runs(of: program)))
        }
        return runs
    }

    /// When a control group was last above its limit, on the CPU where that was latest; monotonic nanoseconds.
    /// - Returns: nil when it has not been, or is not known any more.
    public func lastOverLimit(cgroupID: UInt64) -> UInt64? {
        let words = MemoryLayout<shrike_cgroup_rate>.size / MemoryLayout<UInt64>.size
        guard let values = try? object.map("cgroup_rates").perCPUWords(of: cgroupID) else { return nil }
        let last = stride(from: 1, to: values.count, by: words).map { values[$0] }.max() ?? 0
        return last == 0 ? nil : last
    }

    /// From the moment that this returns, this generation of the hook decides and no other does.
    /// - Parameter replaces: a generation before may be amid a call, and goes by what this one notes.
    func makeLive(hookID: UInt32, generation: UInt32, replaces: Bool = false) throws(BPFError) {
        let word = generation | (replaces ? SHRIKE_GENERATION_REPLACES : 0)
        try object.map("live_generations").update(index: Int(hookID), value: MapBytes.of(word))
    }

    /// The maps that a hook's object takes over in place of its own.
    static let sharedMaps = [
        "task_states", "thread_images", "critical_ring", "observation_ring", "counters", "scratch_slots",
        "live_generations", "turns", "scope_masks", "hash_notes", "enforcer_notes",
    ]
    /// One more, of three megabytes: it is made for the first hook that asks whose a socket is.
    static let socketOwners = "socket_owners"

    /// Makes `open` use this sensor's maps, as far as it has such maps.
    /// - Parameter usesSockets: whether its programs ask whose a socket is, or say so.
    func share(with open: borrowing OpenBPFObject, usesSockets: Bool) throws(BPFError) {
        for map in Self.sharedMaps where open.hasMap(map) { try open.reuseMap(map, object.map(map)) }
        guard usesSockets else { return try open.omitMap(Self.socketOwners) }
        try open.reuseMap(Self.socketOwners, try owners())
    }

    private func owners() throws(BPFError) -> BPFMap {
        try madeOwners.withLock { (made: inout OwnedBPFMap?) throws(BPFError) in
            if let made { return made.map }
            let new = try OwnedBPFMap(
                leastRecentlyUsed: Self.socketOwners, keySize: MemoryLayout<UInt64>.size,
                valueSize: MemoryLayout<shrike_socket_owner>.size,
                maxEntries: Int(SHRIKE_MAX_TRACKED_SOCKETS))
            made = new
            return new.map
        }
    }
}

/// Holds a link where a noncopyable value cannot stand, as in an array.
final class BPFLinkBox {
    private let link: BPFLink
    init(_ link: consuming BPFLink) { self.link = link }

    func pin(at path: String) throws(BPFError) { try link.pin(at: path) }
}
