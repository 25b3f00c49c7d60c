// SPDX-License-Identifier: Apache-2.0
// One hook in the kernel: the plan's maps filled and frozen, its one program attached.

internal import ShrikeABI
public import ShrikeBPF
internal import ShrikePolicy
public import ShrikePolicyCompiler

/// How often a selector was its policy's first match, and what came of it.
public struct SelectorHits: Sendable, Equatable {
    /// Matches.
    public var matches: UInt64 = 0
    /// Signals sent.
    public var signals: UInt64 = 0
    /// Operations refused.
    public var overrides: UInt64 = 0
    /// Events that a rate limit kept back.
    public var suppressed: UInt64 = 0
    /// Events that found no room in their ring, by CPU; empty when none was lost.
    public var lostByCPU: [UInt64] = []
}

/// A hook's program and tables in the kernel. Detaches and frees all when it ends.
public struct HookSensor: ~Copyable {
    /// What is hooked.
    public let target: HookTarget
    /// How.
    public let mechanism: HookMechanism
    /// Bytes of kernel memory that its tables and its programs take.
    public var kernelBytes: Int {
        switch pages {
        case .some(let pages): ownBytes + pages.kernelBytes
        case .none: ownBytes
        }
    }
    private let ownBytes: Int
    private let object: LoadedBPFObject
    private var link: BPFLink?
    /// At the function's entry, of a hook on a user space function's return.
    private var entryLink: BPFLinkBox?
    /// Behind it on the hook, where events want hashes of files.
    private var hashes: FileHashes?
    /// Before it on a place in user space, where it reads memory there.
    private var pages: UserPages?

    /// Loads and attaches the plan's program beside whatever else is on the function. It decides nothing until
    /// its generation is made live.
    /// - Parameters:
    ///   - typed: parameters that the function's own prototype has as `struct file *` or `struct path *`.
    ///   - known: as `HookPlan.configuration` has it.
    ///   - hookID: number of the hook in event records.
    ///   - generation: number of this plan, never 0, never used before.
    ///   - binariesGeneration: number of the binary table; hooks with the same one have the same table.
    ///   - calls: of the program that this one replaces: those that have not returned.
    public init(
        _ plan: HookPlan, binaries: BinaryTable, mechanism: HookMechanism, typed: Set<Int>,
        known: KnownTypes?,
        hookID: UInt32, generation: UInt32, binariesGeneration: UInt32, calls: BPFMap?,
        processes: ProcessSensor
    ) throws(BPFError) {
        target = plan.target
        self.mechanism = mechanism
        let configuration = plan.configuration(
            mechanism, typed: typed, known: known, hasBinaryParts: binaries.hasParts, hookID: hookID,
            generation: generation, binariesGeneration: binariesGeneration)
        let open = try HookProgram(configuration, mechanism).object.open(processes.types)
        try processes.share(with: open, usesSockets: plan.usesSockets)
        try open.keepPrograms(mechanism.programs)
        if let calls { try open.reuseMap(Self.callMap, calls) }
        switch mechanism {
        case .fentry, .fexit, .modifyReturn: try open.setAttachTarget(mechanism.program, plan.target.symbol)
        case .lsm(let hook): try open.setAttachTarget(mechanism.program, hook)
        // Named when it is attached.
        case .kprobe, .rawTracepoint, .tracepoint, .userProbe, .userReturn: break
        }
        try Self.shapeMaps(of: open, plan, binaries, mechanism)
        try open.setInitialValue(".rodata.config", configuration)
        try open.setInitialValue(".rodata.cgroup", processes.cgroups.configuration)
        let loaded: LoadedBPFObject
        do throws(BPFError) {
            loaded = try open.load()
        } catch {
            throw BPFError("hook", plan.target.symbol, errno: error.errno, detail: error.detail)
        }
        try Self.fillMaps(of: loaded, plan, binaries)
        let bytes = try loaded.kernelBytes(
            programs: mechanism.programs, except: ProcessSensor.sharedMaps + [ProcessSensor.socketOwners])
        // What is attached last is asked first.
        let behind =
            plan.hasHash
            ? try FileHashes(hook: plan.target.symbol, hookID: hookID, processes: processes) : nil
        // A call is seen to return only if it was seen to begin.
        let entry = try Self.attachEntry(loaded, mechanism, plan.target)
        let attached = try Self.attach(loaded, mechanism, plan.target)
        let before = plan.readsUserMemory ? try Self.pageIn(configuration, plan.target, processes) : nil
        ownBytes = bytes
        pages = consume before
        hashes = consume behind
        entryLink = entry
        link = consume attached
        object = loaded
    }

    /// Lets the program live on without this process.
    public borrowing func pin(at path: String) throws(BPFError) {
        try link?.pin(at: path)
        try entryLink?.pin(at: Self.entryPin(path))
    }

    /// Where the program at a function's entry is pinned, beside the one at its return.
    static func entryPin(_ path: String) -> String { path + "-entry" }

    /// Takes the program off its hook; the tables stay, for what they have counted.
    public mutating func detach() {
        link = nil
        entryLink = nil
        hashes = nil
        pages = nil
    }

    /// How often the programs ran, and what that took.
    public borrowing func runs() throws(BPFError) -> ProgramRuns {
        var runs = try object.runs(of: mechanism.program)
        if let entry = mechanism.entryProgram { runs += try object.runs(of: entry) }
        return runs
    }

    private static let callMap = "user_calls"

    /// Calls that have not returned; nil when the hook does not wait for returns of user space functions.
    var calls: BPFMap? { mechanism == .userReturn ? try? object.map(Self.callMap) : nil }

    /// What each selector has done so far, by its bit.
    public func hits() throws(BPFError) -> [SelectorHits] {
        let byCPU = try object.map("selector_hits").perCPUValues()
        let fields = MemoryLayout<shrike_selector_hits>.size / MemoryLayout<UInt64>.size
        return stride(from: 0, to: byCPU.first?.count ?? 0, by: fields).map { start in
            func sum(_ field: Int) -> UInt64 { byCPU.reduce(0) { $0 &+ $1[start + field] } }
            let lost = byCPU.map { $0[start + 4] }
            return SelectorHits(
                matches: sum(0), signals: sum(1), overrides: sum(2), suppressed: sum(3),
                lostByCPU: lost.allSatisfy { $0 == 0 } ? [] : lost)
        }
    }

    private static func attachEntry(
        _ loaded: borrowing LoadedBPFObject, _ mechanism: HookMechanism, _ target: HookTarget
    ) throws(BPFError) -> BPFLinkBox? {
        guard let program = mechanism.entryProgram else { return nil }
        return BPFLinkBox(try attach(loaded, program, target.userProbe))
    }

    private static func attach(
        _ loaded: borrowing LoadedBPFObject, _ mechanism: HookMechanism, _ target: HookTarget
    ) throws(BPFError) -> BPFLink {
        switch mechanism {
        case .fentry, .fexit, .modifyReturn, .lsm: try loaded.attach(mechanism.program)
        case .kprobe: try loaded.attachKprobe(mechanism.program, function: target.symbol)
        case .rawTracepoint(let event): try loaded.attachRawTracepoint(mechanism.program, event: event)
        case .tracepoint(let subsystem, let event):
            try loaded.attachTracepoint(mechanism.program, subsystem: subsystem, event: event)
        case .userProbe, .userReturn: try attach(loaded, mechanism.program, target.userProbe)
        }
    }

    private static func attach(
        _ loaded: borrowing LoadedBPFObject, _ program: String, _ probe: UserProbe?
    ) throws(BPFError) -> BPFLink {
        guard let probe, let place = probe.place else {
            throw BPFError("attach", probe?.text ?? "", errno: 0, detail: "the place is not known")
        }
        let file = try OpenedFile(probe.path, of: place)
        return try loaded.attachUserProbe(
            program, path: file.path, offset: place.offset,
            atReturn: program == HookMechanism.userReturn.program,
            referenceCounterOffset: probe.referenceCounterOffset)
    }

    private static func pageIn(
        _ configuration: shrike_hook_config, _ target: HookTarget, _ processes: ProcessSensor
    ) throws(BPFError) -> UserPages {
        try UserPages(configuration, processes: processes) { (loaded, program) throws(BPFError) in
            try attach(loaded, program, target.userProbe)
        }
    }

    private static func shapeMaps(
        of open: borrowing OpenBPFObject, _ plan: HookPlan, _ binaries: BinaryTable,
        _ mechanism: HookMechanism
    ) throws(BPFError) {
        let tables = plan.tables(binaries)
        for name in HookPlan.tableNames where !tables.contains(where: { $0.name == name }) {
            try open.omitMap(name)
        }
        for table in tables {
            try open.setMap(
                table.name, maxEntries: max(table.count, 1), keySize: table.keyBytes,
                valueSize: table.valueBytes)
        }
        if !plan.hasRateLimit { try open.omitMap("rate_limits") }
        if mechanism != .userReturn { try open.omitMap(callMap) }
        try open.setMap("selector_hits", maxEntries: max(plan.selectors.count, 1))
    }

    /// Fills the tables and freezes them: nobody changes a decision afterwards.
    private static func fillMaps(
        of loaded: borrowing LoadedBPFObject, _ plan: HookPlan, _ binaries: BinaryTable
    ) throws(BPFError) {
        for table in plan.tables(binaries) {
            let map = try loaded.map(table.name)
            try map.fill(count: table.count) { table.entry($0) }
            try map.freeze()
        }
    }
}
