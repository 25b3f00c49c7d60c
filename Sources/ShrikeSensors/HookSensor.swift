// SPDX-License-Identifier: Apache-2.0
// One hook in the kernel: the plan's maps filled and frozen, its one program attached.

internal import ShrikeABI
public import ShrikeBPF
internal import ShrikeBPFObjects
public import ShrikePolicyCompiler

/// How a hook's program is entered.
public enum HookMechanism: Sendable, Hashable {
    /// BPF trampoline on entry; sees every call, cannot refuse.
    case fentry
    /// BPF trampoline that may answer in the function's place.
    case modifyReturn
    /// LSM hook of this name.
    case lsm(hook: String)
    /// BPF trampoline on return; sees arguments and result.
    case fexit
    /// Breakpoint or ftrace at the entry, for functions that no trampoline can be put on.
    case kprobe
    /// Parameters of a tracepoint.
    case rawTracepoint(event: String)
    /// Record of a tracepoint.
    case tracepoint(subsystem: String, event: String)

    var program: String {
        switch self {
        case .fentry: "hook_function_entry"
        case .modifyReturn: "hook_function_modify_return"
        case .lsm: "hook_function_lsm"
        case .fexit: "hook_function_return"
        case .kprobe: "hook_function_kprobe"
        case .rawTracepoint: "hook_raw_tracepoint"
        case .tracepoint: "hook_tracepoint"
        }
    }
}

/// How often a selector was its policy's first match, and what came of it.
public struct SelectorHits: Sendable, Equatable {
    /// Matches.
    public var matches: UInt64 = 0
    /// Signals sent.
    public var signals: UInt64 = 0
    /// Operations refused.
    public var overrides: UInt64 = 0
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
    private let link: BPFLink

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
        let open = try shrike_function_object.open()
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
    public func pin(at path: String) throws(BPFError) { try link.pin(at: path) }

    /// What each selector has done so far, by its bit.
    public func hits() throws(BPFError) -> [SelectorHits] {
        let words = try object.map("selector_hits").perCPUSums()
        let fields = MemoryLayout<shrike_selector_hits>.size / MemoryLayout<UInt64>.size
        return stride(from: 0, to: words.count, by: fields).map {
            SelectorHits(matches: words[$0], signals: words[$0 + 1], overrides: words[$0 + 2])
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
        let maskBytes = plan.wordCount * MemoryLayout<UInt64>.size
        if plan.texts.isEmpty {
            try open.omitMap("text_values")
        } else {
            try open.setMap(
                "text_values", maxEntries: plan.texts.count,
                keySize: MemoryLayout<UInt32>.size * 2 + plan.textKeyBytes,
                valueSize: MemoryLayout<shrike_text_value>.size + maskBytes)
        }
        if plan.intervals.isEmpty {
            try open.omitMap("number_intervals")
        } else {
            try open.setMap(
                "number_intervals", maxEntries: plan.intervals.count,
                valueSize: MemoryLayout<UInt64>.size + maskBytes)
        }
        if plan.candidates.isEmpty {
            try open.omitMap("process_candidates")
            try open.omitMap("binary_classes")
        } else {
            let rows = plan.candidates.values.reduce(0) { $0 + $1.count }
            try open.setMap("process_candidates", maxEntries: rows, valueSize: maskBytes)
            try open.setMap("binary_classes", maxEntries: max(binaries.paths.count, 1))
        }
        if !plan.candidates.isEmpty, binaries.hasParts {
            try open.setMap("binary_parts", maxEntries: binaries.starts.count + binaries.ends.count)
        } else {
            try open.omitMap("binary_parts")
        }
        try open.setMap("selector_actions", maxEntries: plan.selectors.count)
        try open.setMap("selector_hits", maxEntries: plan.selectors.count)
    }

    /// Fills the tables and freezes them: nobody changes a decision afterwards.
    private static func fillMaps(
        of loaded: borrowing LoadedBPFObject, _ plan: HookPlan, _ binaries: BinaryTable
    ) throws(BPFError) {
        if !plan.texts.isEmpty {
            let map = try loaded.map("text_values")
            for entry in plan.texts {
                try map.update(
                    key: MapBytes.key(entry, keyBytes: plan.textKeyBytes), value: MapBytes.value(entry))
            }
            try map.freeze()
        }
        if !plan.intervals.isEmpty {
            let map = try loaded.map("number_intervals")
            for (index, interval) in plan.intervals.enumerated() {
                try map.update(index: index, value: MapBytes.value(interval))
            }
            try map.freeze()
        }
        if !plan.candidates.isEmpty { try fillBinaries(of: loaded, plan, binaries) }
        let actions = try loaded.map("selector_actions")
        for (bit, selector) in plan.selectors.enumerated() {
            try actions.update(index: bit, value: MapBytes.value(selector))
        }
        try actions.freeze()
    }

    private static func fillBinaries(
        of loaded: borrowing LoadedBPFObject, _ plan: HookPlan, _ binaries: BinaryTable
    ) throws(BPFError) {
        let map = try loaded.map("process_candidates")
        let rows = BinaryDimension.allCases.flatMap { plan.candidates[$0] ?? [] }
        for (row, candidates) in rows.enumerated() {
            try map.update(index: row, value: MapBytes.of(candidates))
        }
        try map.freeze()
        let classes = try loaded.map("binary_classes")
        for (number, path) in binaries.paths.enumerated() {
            try classes.update(
                key: MapBytes.binaryKey(path), value: MapBytes.of(binaries.binaryClass(of: number)))
        }
        try classes.freeze()
        guard binaries.hasParts else { return }
        let parts = try loaded.map("binary_parts")
        for (number, start) in binaries.starts.enumerated() {
            try parts.update(
                key: MapBytes.binaryPartKey(Array(start.utf8), table: 0),
                value: MapBytes.binaryPartValue(binaries.binaryClass(of: binaries.paths.count + number)))
        }
        for (number, end) in binaries.ends.enumerated() {
            try parts.update(
                key: MapBytes.binaryPartKey(end.utf8.reversed(), table: 1),
                value: MapBytes.binaryPartValue(binaries.binaryClass(of: number)))
        }
        try parts.freeze()
    }
}
