// SPDX-License-Identifier: Apache-2.0
// A plan as the bytes that the hook program reads.

public import ShrikeABI
internal import ShrikePolicy

/// Numbers of structures among the kernel's types, for `bpf_rdonly_cast` (kernel/bpf/helpers.c, Linux 6.2).
public struct KnownTypes: Sendable, Equatable {
    /// Of `struct mount`; never 0.
    public let mount: UInt32
    /// Of `struct dentry`; never 0.
    public let dentry: UInt32
    /// Of `struct task_struct`; never 0.
    public let task: UInt32

    /// Each is the number of the structure of its name.
    public init(mount: UInt32, dentry: UInt32, task: UInt32) {
        self.mount = mount
        self.dentry = dentry
        self.task = task
    }
}

extension HookPlan {
    /// The program's frozen configuration.
    /// - Parameters:
    ///   - typed: parameters that the verifier knows as `struct file *` or `struct path *`.
    ///   - known: the types that programs can say of an address that it is of; nil where the kernel has no way to.
    ///   - hasBinaryParts: the binary table has starts or ends of paths.
    ///   - hookID: number of the hook in event records.
    ///   - generation: number of this plan, never 0.
    ///   - binariesGeneration: number of the binary table, never 0.
    public func configuration(
        _ mechanism: HookMechanism, typed: Set<Int>, known: KnownTypes? = nil, hasBinaryParts: Bool,
        hookID: UInt32, generation: UInt32,
        binariesGeneration: UInt32
    ) -> shrike_hook_config {
        var configuration = shrike_hook_config()
        configuration.hook_id = hookID
        configuration.generation = generation
        configuration.words = UInt32(wordCount)
        configuration.argument_count = UInt32(arguments.count)
        configuration.dimension_count = UInt32(dimensions.count)
        configuration.text_key_bytes = UInt32(textKeyBytes)
        configuration.reverse_key_bytes = UInt32(reverseKeyBytes)
        configuration.process_generation = binariesGeneration
        configuration.entry = mechanism.entry.rawValue
        if mechanism == .fexit || mechanism == .userReturn {
            configuration.flags |= SHRIKE_HOOK_ON_RETURN.rawValue
            if enforces { configuration.flags |= SHRIKE_HOOK_REPORTS_ENTRY.rawValue }
        }
        configuration.fact_count = UInt32(facts.count)
        configuration.large_argument = UInt32((arguments.firstIndex(where: \.isLarge) ?? -1) + 1)
        if facts.contains(where: \.comparesChanges) {
            configuration.flags |= SHRIKE_HOOK_HAS_CHANGES.rawValue
        }
        if facts.contains(where: \.comparesLineage) {
            configuration.flags |= SHRIKE_HOOK_HAS_LINEAGE.rawValue
        }
        if leavesNotes { configuration.flags |= SHRIKE_HOOK_LEAVES_NOTES.rawValue }
        configuration.enforcers = enforcers
        if selectors.contains(where: { $0.changes.contains(where: \.isOfRegister) }) {
            configuration.flags |= SHRIKE_HOOK_CHANGES_REGISTERS.rawValue
        }
        if selectors.contains(where: { $0.changes.contains { !$0.isOfRegister } }) {
            configuration.flags |= SHRIKE_HOOK_CHANGES_MEMORY.rawValue
        }
        if tracksSockets { configuration.flags |= SHRIKE_HOOK_TRACKS_SOCKETS.rawValue }
        if hasHash { configuration.flags |= SHRIKE_HOOK_HAS_HASH.rawValue }
        if hasSockets { configuration.flags |= SHRIKE_HOOK_HAS_SOCKETS.rawValue }
        if hasRateLimit { configuration.flags |= SHRIKE_HOOK_HAS_RATE_LIMIT.rawValue }
        if selectors.contains(where: { !$0.stacks.isEmpty }) {
            configuration.flags |= SHRIKE_HOOK_HAS_STACKS.rawValue
        }
        if !candidates.isEmpty {
            configuration.flags |= SHRIKE_HOOK_HAS_PROCESS.rawValue
            if hasBinaryParts { configuration.flags |= SHRIKE_HOOK_BINARY_PARTS.rawValue }
        }
        var row = 1
        for dimension in BinaryDimension.allCases {
            guard let rows = candidates[dimension] else { continue }
            Self.store(UInt32(row), in: &configuration.binary_rows, at: dimension.rawValue)
            row += rows.count
        }
        if isChained { configuration.flags |= SHRIKE_HOOK_CHAINED.rawValue }
        Self.store(everyone, in: &configuration.all)
        for (number, argument) in arguments.enumerated() {
            var planned = argument.configuration(typed)
            planned.has_dimensions = dimensions.contains { $0.argument == number } ? 1 : 0
            Self.store(planned, in: &configuration.arguments, at: number)
            Self.store(argument.pathConfiguration, in: &configuration.paths, at: number)
            Self.store(argument.filtered, in: &configuration.filtered, at: number)
            Self.store(argument.forwardDefault, in: &configuration.forward_default, at: number)
            Self.store(argument.reverseDefault, in: &configuration.reverse_default, at: number)
        }
        if let (argument, screen) = screened(typed: typed) {
            configuration.screened = UInt32(argument + 1)
            configuration.screen = screen.configuration
        }
        configuration.mount_type = known?.mount ?? 0
        configuration.dentry_type = known?.dentry ?? 0
        configuration.task_type = known?.task ?? 0
        for (number, dimension) in dimensions.enumerated() {
            Self.store(dimension.configuration, in: &configuration.dimensions, at: number)
        }
        for (number, fact) in facts.enumerated() {
            Self.store(fact.configuration, in: &configuration.facts, at: number)
        }
        return configuration
    }

    // C arrays come to Swift as tuples; these write them as the memory that they are.

    private static func store<Array, Element: BitwiseCopyable>(
        _ element: Element, in array: inout Array, at index: Int
    ) {
        unsafe withUnsafeMutableBytes(of: &array) {
            unsafe $0.storeBytes(
                of: element, toByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
        }
    }

    private static func store<Array>(_ set: SelectorSet, in array: inout Array, at row: Int = 0) {
        for (index, word) in set.words.enumerated() {
            store(word, in: &array, at: row * Int(SHRIKE_MAX_WORDS) + index)
        }
    }
}

extension PlannedArgument {
    fileprivate func configuration(_ typed: Set<Int>) -> shrike_argument_config {
        var configuration = shrike_argument_config()
        let kind: shrike_argument_source
        switch source {
        case .parameter(let index):
            kind = SHRIKE_SOURCE_PARAMETER
            configuration.index = UInt8(index)
        case .systemCall(let index):
            kind = SHRIKE_SOURCE_SYSCALL
            configuration.index = UInt8(index)
        case .compatSystemCall(let index, let isSigned):
            kind = SHRIKE_SOURCE_COMPAT_SYSCALL
            configuration.index = UInt8(index)
            configuration.field_is_signed = isSigned ? 1 : 0
        case .user(let argument):
            kind = argument.location?.abi ?? SHRIKE_SOURCE_CONSTANT
            configuration.setUser(argument)
        case .result:
            kind = SHRIKE_SOURCE_RETURN
        case .field(let offset, let bytes, let isSigned):
            kind = SHRIKE_SOURCE_FIELD
            configuration.setField(offset, bytes, isSigned)
        case .fieldText(let offset, let bytes):
            kind = SHRIKE_SOURCE_FIELD_TEXT
            configuration.setField(offset, bytes, false)
        case .dataLocation(let offset):
            kind = SHRIKE_SOURCE_DATA_LOCATION
            configuration.setField(offset, MemoryLayout<UInt32>.size, false)
        case .currentTask:
            kind = SHRIKE_SOURCE_CURRENT_TASK
        case .register(let offset, let bytes):
            kind = SHRIKE_SOURCE_PROBE_REGISTER
            configuration.setField(offset, bytes, false)
        case .systemCallRegister(let offset, let bytes):
            kind = SHRIKE_SOURCE_SYSCALL_REGISTER
            configuration.setField(offset, bytes, false)
        }
        configuration.source = UInt8(kind.rawValue)
        configuration.type = UInt8(type.rawValue)
        configuration.text_index = textIndex.map { UInt8($0) } ?? UInt8(SHRIKE_NO_TEXT)
        configuration.has_forward = forwardTable == nil ? 0 : 1
        configuration.has_reverse = reverseTable == nil ? 0 : 1
        configuration.has_intervals = intervals == nil ? 0 : 1
        configuration.is_signed = isSigned ? 1 : 0
        configuration.object_bytes = UInt8(objectBytes ?? 0)
        configuration.has_pathless = pathlessRow == nil ? 0 : 1
        configuration.cut_row = UInt32(cutRow ?? 0)
        configuration.size_index = UInt8(sizeIndex.map { $0 + 1 } ?? 0)
        if case .field(let offset, let bytes, _) = sizeField {
            configuration.size_field_offset = UInt16(offset)
            configuration.size_field_bytes = UInt8(bytes)
        }
        configuration.is_result_sized = isResultSized ? 1 : 0
        configuration.pathless_row = UInt32(pathlessRow ?? 0)
        configuration.forward_table = forwardTable ?? 0
        configuration.reverse_table = reverseTable ?? 0
        configuration.interval_first = UInt32(intervals?.lowerBound ?? 0)
        configuration.interval_count = UInt32(intervals?.count ?? 0)
        configuration.is_typed = isTyped(typed) ? 1 : 0
        return configuration
    }

    /// Whether the verifier knows what it points at, and that is a file or a path.
    func isTyped(_ typed: Set<Int>) -> Bool {
        guard case .parameter(let index) = source, path == nil, typed.contains(index) else { return false }
        return type == SHRIKE_ARGUMENT_FILE || type == SHRIKE_ARGUMENT_PATH
    }
}

extension shrike_argument_config {
    fileprivate mutating func setField(_ offset: Int, _ bytes: Int, _ isSigned: Bool) {
        field_offset = UInt16(offset)
        field_bytes = UInt16(bytes)
        field_is_signed = isSigned ? 1 : 0
    }
}

extension StaticArgument.Location {
    fileprivate var abi: shrike_argument_source {
        switch self {
        case .constant: SHRIKE_SOURCE_CONSTANT
        case .register: SHRIKE_SOURCE_REGISTER
        case .memory: SHRIKE_SOURCE_USER_MEMORY
        }
    }
}

extension shrike_argument_config {
    fileprivate mutating func setUser(_ argument: StaticArgument) {
        field_bytes = UInt16(argument.bytes)
        field_is_signed = argument.isSigned ? 1 : 0
        switch argument.location {
        case .constant(let number): operand = number
        case .register(let number): base_register = number
        case .memory(let base, let index, let shift, let offset):
            base_register = base
            index_register = index ?? UInt8(SHRIKE_NO_REGISTER)
            index_shift = shift
            operand = Int64(offset)
        case nil: break
        }
    }
}

extension HookMechanism {
    /// What the program's context is.
    fileprivate var entry: shrike_hook_entry {
        switch self {
        case .fentry, .fexit, .modifyReturn, .lsm: SHRIKE_ENTRY_TRAMPOLINE
        case .kprobe: SHRIKE_ENTRY_REGISTERS
        case .rawTracepoint: SHRIKE_ENTRY_RAW_TRACEPOINT
        case .tracepoint: SHRIKE_ENTRY_TRACEPOINT
        case .userProbe: SHRIKE_ENTRY_USER_REGISTERS
        case .userReturn: SHRIKE_ENTRY_USER_RETURN
        }
    }
}

extension PlannedDimension {
    fileprivate var configuration: shrike_dimension_config {
        var configuration = shrike_dimension_config()
        configuration.argument = UInt8(argument)
        configuration.kind = UInt8(kind.rawValue)
        configuration.source = UInt8(part.source.rawValue)
        configuration.is_signed = isSigned ? 1 : 0
        configuration.offset_bytes = UInt16(part.offset)  // GAINED: the other argument
        configuration.first = UInt32(first)
        configuration.count = UInt32(count)
        return configuration
    }
}

extension PlannedFact {
    fileprivate var configuration: shrike_fact_config {
        shrike_fact_config(
            fact: UInt8(fact), has_masks: hasMasks ? 1 : 0, reserved: 0, first: UInt32(first),
            count: UInt32(count))
    }

    /// It is about what the process descends from.
    fileprivate var comparesLineage: Bool {
        fact == SHRIKE_FACT_LINEAGE.rawValue || fact == SHRIKE_FACT_PARENT_LINEAGE.rawValue
    }

    /// It is about what is not as it was.
    fileprivate var comparesChanges: Bool {
        (SHRIKE_FACT_PERMITTED_CHANGES.rawValue...SHRIKE_FACT_NAMESPACE_CHANGES.rawValue).contains(fact)
    }
}

extension HookPlan {
    /// Some selector is for some workloads only.
    public var isForSomeWorkloads: Bool { facts.contains { $0.fact == SHRIKE_FACT_SCOPE.rawValue } }

    /// It is in user space and reads strings, buffers or what pointers lead to there: memory that need not be in the
    /// process's pages yet.
    public var readsUserMemory: Bool {
        guard target.userProbe != nil else { return false }
        return arguments.contains { argument in
            argument.source != .currentTask && argument.source != .result
                && (argument.path?.resolved != nil
                    || [SHRIKE_ARGUMENT_STRING, SHRIKE_ARGUMENT_CHAR_BUF].contains(argument.type))
        }
    }

    /// Some selector's events want the hash of the hook's file.
    public var hasHash: Bool { selectors.contains(where: \.wantsHash) }

    /// Some selector's events have a rate limit.
    public var hasRateLimit: Bool { selectors.contains { $0.rateLimit != nil } }
}

extension RateLimitScope {
    var abi: shrike_rate_scope {
        switch self {
        case .thread: SHRIKE_RATE_THREAD
        case .process: SHRIKE_RATE_PROCESS
        case .global: SHRIKE_RATE_GLOBAL
        }
    }
}
