// SPDX-License-Identifier: Apache-2.0
// The process sensor in the kernel: fork, exec and exit, and the maps that all hooks share.

internal import ShrikeABI
public import ShrikeBPF
internal import ShrikeBPFObjects
public import ShrikePins
internal import ShrikePolicyCompiler

/// The process sensor, attached. Detaches when it ends.
public final class ProcessSensor: @unchecked Sendable {
    // SAFETY: nothing changes after it is made but the kernel's maps, and each of those calls is one system call.

    let object: LoadedBPFObject
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
    /// of these tasks its state. Call it when the sensor is attached, so that no process falls between.
    public func readSeeds() throws(BPFError) -> [UInt8] { try object.attach("seed_task").readIterator() }

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
        "live_generations", "turns", "scope_masks", "socket_owners",
        "hash_notes", "enforcer_notes",
    ]

    /// Makes `open` use this sensor's maps.
    func share(with open: borrowing OpenBPFObject) throws(BPFError) {
        for map in Self.sharedMaps { try open.reuseMap(map, object.map(map)) }
    }
}

/// Holds a link where a noncopyable value cannot stand, as in an array.
final class BPFLinkBox {
    private let link: BPFLink
    init(_ link: consuming BPFLink) { self.link = link }

    func pin(at path: String) throws(BPFError) { try link.pin(at: path) }
}
