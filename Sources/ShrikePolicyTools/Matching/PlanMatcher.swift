// SPDX-License-Identifier: Apache-2.0
// One hook's plan, decided by the hook program's own code in this process.

public import ShrikeABI
internal import ShrikeMatcher
public import ShrikePolicyCompiler

/// An argument of a plan, as the hook program would have read it.
public struct ArgumentReading: Sendable, Hashable {
    /// A number in 64 bits, sign-extended if its type has a sign.
    public var scalar: UInt64 = 0
    /// A text or the bytes of a buffer, without final NUL.
    public var text: [UInt8] = []
    /// Of files the inode's mode; of a unix socket's address its family.
    public var mode: UInt32 = 0
    /// A structure, as `shrike_abi.h` lays it out; at most 128 bytes.
    public var object: [UInt8] = []
    /// It could not be read: no filter matches it, negated or not.
    public var isUnreadable = false
    /// A file without a path: a pipe, a socket.
    public var isPathless = false

    /// Nothing: 0, the empty text.
    public init() {}
}

/// A process, as the hook program would find it.
public struct ProcessReading: Sendable {
    /// The executable's resolved path, at most 255 bytes; nil when it cannot be read, or there is none.
    public var binary: String?
    /// Process id.
    public var pid: UInt32 = 2
    /// The id in the innermost pid namespace; 0 in the host's.
    public var namespacePID: UInt32 = 0
    /// It has no memory of its own, and no binary.
    public var isKernelThread = false
    /// User and group ids, capabilities.
    public var credentials = shrike_credentials()
    /// Inodes of its namespaces.
    public var namespaces = shrike_namespaces()
    /// What filters on changes compare with; nil: nothing has changed.
    public var before: Base?
    /// Its ancestors, the parent first.
    public var ancestors: [ProcessReading] = []

    /// A process as it was at its last exec or reported hit.
    public struct Base: Sendable {
        /// Capabilities then.
        public var credentials: shrike_credentials
        /// Namespaces then.
        public var namespaces: shrike_namespaces

        /// What was.
        public init(credentials: shrike_credentials, namespaces: shrike_namespaces) {
            (self.credentials, self.namespaces) = (credentials, namespaces)
        }
    }

    /// A process of the host without capabilities.
    public init(binary: String?) { self.binary = binary }
}

/// What the program did about one call.
public struct PlanVerdict: Sendable, Hashable {
    /// Of each policy at most one: the first selector that matched, by its bit.
    public var selectors: [Int]
    /// An event is sent.
    public var isPosted: Bool
    /// The error that the operation is refused with, negative; 0: it is not refused.
    public var overrideError: Int
    /// The signal that is sent at the hook; 0: none.
    public var signal: Int
    /// The signal that is sent when the function returns; 0: none.
    public var returnSignal: Int
}

/// A plan, ready to decide. Not for several threads at once.
public final class PlanMatcher {
    private let handle: OpaquePointer
    private let plan: HookPlan
    private let lineages: LineageTable

    /// Compiles nothing: the plan's tables are copied to where the program looks them up.
    /// - Throws: `PlanMatcherError` when a table of the plan is unknown to the matcher or memory is short.
    public init(
        _ plan: HookPlan, binaries: BinaryTable, lineages: LineageTable
    ) throws(PlanMatcherError) {
        // A process of a test is in no control group: what is for some workloads cannot be decided.
        guard !plan.isForSomeWorkloads else { throw PlanMatcherError(map: "scope_masks") }
        self.plan = plan
        self.lineages = lineages
        var configuration = plan.configuration(
            plan.mechanism, typed: [], hasBinaryParts: binaries.hasParts, hookID: 0, generation: 1,
            binariesGeneration: 1)
        guard let handle = unsafe shrike_matcher_create(&configuration) else {
            throw PlanMatcherError(map: "config")
        }
        unsafe self.handle = handle
        for table in plan.tables(binaries) {
            var keys: [UInt8] = []
            var values: [UInt8] = []
            keys.reserveCapacity(table.keyBytes * table.count)
            values.reserveCapacity(table.valueBytes * table.count)
            for number in 0..<table.count {
                let (key, value) = table.entry(number)
                keys += key
                values += value
            }
            let error = unsafe shrike_matcher_set_table(
                handle, table.name, table.kind.native, UInt32(table.keyBytes), UInt32(table.valueBytes),
                UInt32(table.count), keys, values)
            guard error == 0 else { throw PlanMatcherError(map: table.name) }
        }
    }

    deinit { unsafe shrike_matcher_free(handle) }

    /// Decides one call.
    /// - Parameters:
    ///   - arguments: one for each of the plan's.
    ///   - result: what the function returned; of plans of a return only.
    public func decide(
        _ process: ProcessReading, _ arguments: [ArgumentReading], result: Int64 = 0
    ) -> PlanVerdict {
        precondition(arguments.count == plan.arguments.count, "one value for each argument")
        var texts: [UInt8] = []
        var starts: [Int] = []
        for argument in arguments {
            starts.append(texts.count)
            texts += argument.text + [0]
        }
        var verdict = shrike_matcher_verdict()
        unsafe texts.withUnsafeBufferPointer { texts in
            // SAFETY: the texts outlive the run, which is all that looks at them.
            var native = unsafe zip(arguments, starts).compactMap { argument, start in
                unsafe texts.baseAddress.map { unsafe argument.native(text: $0 + start) }
            }
            unsafe withNative([process] + process.ancestors) { process in
                unsafe native.withUnsafeMutableBufferPointer { native in
                    var call = unsafe shrike_matcher_call(
                        process: process, arguments: native.baseAddress, result: UInt64(bitPattern: result))
                    let error = unsafe shrike_matcher_run(handle, &call, &verdict)
                    precondition(error == 0, "memory for the processes of a test")
                }
            }
        }
        return unsafe PlanVerdict(
            selectors: withUnsafeBytes(of: verdict.first) { bytes in
                let words = unsafe bytes.bindMemory(to: UInt64.self)
                return (0..<plan.selectors.count).filter { bit in
                    unsafe words[bit / 64] >> UInt64(bit % 64) & 1 != 0
                }
            },
            isPosted: verdict.is_posted != 0, overrideError: Int(verdict.override_error),
            signal: Int(verdict.signal), returnSignal: Int(verdict.return_signal))
    }

    /// Puts the processes, the caller first, into memory that lives while `body` runs.
    private func withNative(
        _ processes: [ProcessReading], _ body: (UnsafePointer<shrike_matcher_process>) -> Void
    ) {
        let room = UnsafeMutablePointer<shrike_matcher_process>.allocate(capacity: processes.count)
        var names: [UnsafeMutablePointer<CChar>] = []
        defer {
            unsafe room.deallocate()
            for name in unsafe names { unsafe name.deallocate() }
        }
        for (number, process) in processes.enumerated() {
            var native = process.native
            native.lineage = lineages.lists(of: processes[number...].map(\.kin))
            native.parent_lineage = lineages.lists(of: processes[(number + 1)...].map(\.kin))
            if let binary = process.binary {
                let bytes = binary.utf8.map { CChar(bitPattern: $0) } + [0]
                let name = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
                unsafe name.initialize(from: bytes, count: bytes.count)
                unsafe names.append(name)
                unsafe native.binary = UnsafePointer(name)
            }
            if number + 1 < processes.count {
                unsafe native.parent = UnsafePointer(room + number + 1)
            }
            unsafe (room + number).initialize(to: native)
        }
        unsafe body(room)
    }
}

/// The matcher lacks a map that plans have, or memory.
public struct PlanMatcherError: Error, Sendable {
    /// The map that could not be filled.
    public let map: String
}

extension HookPlan {
    /// A way in that decides as the plan's own: what is read of the context is given by the caller.
    fileprivate var mechanism: HookMechanism {
        switch target.kind {
        case .function: .modifyReturn
        case .functionReturn: .fexit
        case .functionRegisters: .kprobe
        case .lsm: .lsm(hook: target.symbol)
        case .rawTracepoint: .rawTracepoint(event: target.symbol)
        case .tracepoint: .tracepoint(subsystem: "", event: target.symbol)
        case .userProbe, .staticProbe: .userProbe
        case .userReturn: .userReturn
        }
    }
}

extension HookTable.Kind {
    fileprivate var native: shrike_matcher_table_kind {
        switch self {
        case .array: SHRIKE_MATCHER_ARRAY
        case .hash: SHRIKE_MATCHER_HASH
        case .longestPrefix: SHRIKE_MATCHER_LONGEST_PREFIX
        }
    }
}

extension ArgumentReading {
    fileprivate func native(text start: UnsafePointer<UInt8>) -> shrike_matcher_argument {
        var native = shrike_matcher_argument()
        native.scalar = scalar
        native.text = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
        native.text_bytes = UInt32(text.count)
        native.mode = mode
        if isUnreadable { native.flags |= SHRIKE_ARGUMENT_ERROR.rawValue }
        if isPathless { native.flags |= SHRIKE_ARGUMENT_PATHLESS.rawValue }
        unsafe withUnsafeMutableBytes(of: &native.object) {
            unsafe $0.copyBytes(from: object.prefix(Int(SHRIKE_MAX_OBJECT_BYTES)))
        }
        return native
    }
}

extension ProcessReading {
    /// What lists of binaries and ids can name it by.
    fileprivate var kin: LineageTable.Kin {
        LineageTable.Kin(binary: binary, pid: pid, namespacePID: namespacePID)
    }

    fileprivate var native: shrike_matcher_process {
        var native = shrike_matcher_process()
        native.pid = pid
        native.nspid = namespacePID
        native.is_kernel_thread = isKernelThread ? 1 : 0
        native.credentials = credentials
        native.namespaces = namespaces
        let base = before ?? Base(credentials: credentials, namespaces: namespaces)
        native.has_base = 1
        native.base_namespaces = base.namespaces
        native.base_permitted = base.credentials.permitted
        native.base_effective = base.credentials.effective
        native.base_inheritable = base.credentials.inheritable
        return native
    }
}
