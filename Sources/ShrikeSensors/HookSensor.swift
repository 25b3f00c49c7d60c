// SPDX-License-Identifier: Apache-2.0
// One hook in the kernel: the plan's maps filled and frozen, its one program attached.

internal import ShrikeABI
public import ShrikeBPF
internal import ShrikeBPFObjects
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
}

/// A hook's program and tables in the kernel. Detaches and frees all when it ends.
public struct HookSensor: ~Copyable {
    /// What is hooked.
    public let target: HookTarget
    /// How.
    public let mechanism: HookMechanism
    /// Bytes of kernel memory that its tables and its program take.
    public let kernelBytes: Int
    private let object: LoadedBPFObject
    private var link: BPFLink?

    /// Loads and attaches the plan's program beside whatever else is on the function. It decides nothing until
    /// its generation is made live.
    /// - Parameters:
    ///   - typed: parameters that the function's own prototype has as `struct file *` or `struct path *`.
    ///   - hookID: number of the hook in event records.
    ///   - generation: number of this plan, never 0, never used before.
    ///   - binariesGeneration: number of the binary table; hooks with the same one have the same table.
    public init(
        _ plan: HookPlan, binaries: BinaryTable, mechanism: HookMechanism, typed: Set<Int>, hookID: UInt32,
        generation: UInt32, binariesGeneration: UInt32, processes: ProcessSensor
    ) throws(BPFError) {
        target = plan.target
        self.mechanism = mechanism
        let open = try shrike_function_object.open(processes.types)
        try processes.share(with: open)
        try open.keepPrograms([mechanism.program])
        switch mechanism {
        case .fentry, .fexit, .modifyReturn: try open.setAttachTarget(mechanism.program, plan.target.symbol)
        case .lsm(let hook): try open.setAttachTarget(mechanism.program, hook)
        case .kprobe, .rawTracepoint, .tracepoint: break  // named when it is attached
        }
        try Self.shapeMaps(of: open, plan, binaries)
        try open.setInitialValue(
            ".rodata.config",
            plan.configuration(
                mechanism, typed: typed, hasBinaryParts: binaries.hasParts, hookID: hookID,
                generation: generation,
                binariesGeneration: binariesGeneration))
        let loaded: LoadedBPFObject
        do throws(BPFError) {
            loaded = try open.load()
        } catch {
            throw BPFError("hook", plan.target.symbol, errno: error.errno, detail: error.detail)
        }
        try Self.fillMaps(of: loaded, plan, binaries)
        let bytes = try loaded.kernelBytes(program: mechanism.program, except: ProcessSensor.sharedMaps)
        link = try Self.attach(loaded, mechanism, plan.target.symbol)
        kernelBytes = bytes
        object = loaded
    }

    /// Lets the program live on without this process.
    public borrowing func pin(at path: String) throws(BPFError) { try link?.pin(at: path) }

    /// Takes the program off its hook; the tables stay, for what they have counted.
    public mutating func detach() { link = nil }

    /// What each selector has done so far, by its bit.
    public func hits() throws(BPFError) -> [SelectorHits] {
        let words = try object.map("selector_hits").perCPUSums()
        let fields = MemoryLayout<shrike_selector_hits>.size / MemoryLayout<UInt64>.size
        return stride(from: 0, to: words.count, by: fields).map {
            SelectorHits(
                matches: words[$0], signals: words[$0 + 1], overrides: words[$0 + 2],
                suppressed: words[$0 + 3])
        }
    }

    private static func attach(
        _ loaded: borrowing LoadedBPFObject, _ mechanism: HookMechanism, _ symbol: String
    ) throws(BPFError) -> BPFLink {
        switch mechanism {
        case .fentry, .fexit, .modifyReturn, .lsm: try loaded.attach(mechanism.program)
        case .kprobe: try loaded.attachKprobe(mechanism.program, function: symbol)
        case .rawTracepoint(let event): try loaded.attachRawTracepoint(mechanism.program, event: event)
        case .tracepoint(let subsystem, let event):
            try loaded.attachTracepoint(mechanism.program, subsystem: subsystem, event: event)
        }
    }

    private static func shapeMaps(
        of open: borrowing OpenBPFObject, _ plan: HookPlan, _ binaries: BinaryTable
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
        try open.setMap("selector_hits", maxEntries: plan.selectors.count)
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
