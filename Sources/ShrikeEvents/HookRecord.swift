// SPDX-License-Identifier: Apache-2.0
// One hit of a hook: the matched selectors of all policies and the arguments that were read once.

internal import ShrikeABI

/// What the kernel side did at a hook. Kernel side: `enum shrike_hook_event_flag`.
public struct HookFlags: OptionSet, Sendable, BitwiseCopyable {
    /// The bits.
    public var rawValue: UInt32

    /// Makes flags from bits.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `signal` was sent to the process.
    public static let signalSent = HookFlags(rawValue: 0x1)
    /// A signal was due and bpf_send_signal refused.
    public static let signalFailed = HookFlags(rawValue: 0x2)
    /// The function did not run, the caller got `overrideError`.
    public static let overridden = HookFlags(rawValue: 0x4)
    /// The process was not known to the kernel side: its key was made from the task itself.
    public static let unknownProcess = HookFlags(rawValue: 0x8)
    /// The hook is one of a function's return, and the record says which selectors matched at its entry.
    public static let hasEntry = HookFlags(rawValue: 0x10)
    /// `returnSignal` was sent when the function returned.
    public static let returnSignalSent = HookFlags(rawValue: 0x20)
    /// The record has a stack of the kernel.
    public static let hasKernelStack = HookFlags(rawValue: 0x40)
    /// The record has a stack of the process.
    public static let hasUserStack = HookFlags(rawValue: 0x80)
    /// The record names the owner of the first socket among the arguments that has one.
    public static let hasOwner = HookFlags(rawValue: 0x1000)
    /// The hash of the hook's file comes in a record of its own.
    public static let hashFollows = HookFlags(rawValue: 0x2000)
    /// What a selector was to change in the process is as it was.
    public static let changeFailed = HookFlags(rawValue: 0x4000)
}

/// One hit of a hook, for all policies at once. Kernel side: `struct shrike_event_hook`.
public struct HookRecord {
    /// Most arguments of one record, `SHRIKE_MAX_ARGUMENTS`.
    public static let maximumArguments = 8

    private let bytes: UnsafeRawBufferPointer
    private let argumentOffsets: InlineArray<8, UInt32>
    private let kernelFrames: Range<Int>
    private let userFrames: Range<Int>
    /// Behind the selectors.
    private let ownerOffset: Int

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        let raw = try bytes.structure(shrike_event_hook.self)
        let words = Int(raw.words_count)
        let arguments = Int(raw.argument_count)
        guard words <= Int(SHRIKE_MAX_WORDS) else {
            throw DecodeError(.countOverLimit, offset: 60, needed: words, had: Int(SHRIKE_MAX_WORDS))
        }
        guard arguments <= Self.maximumArguments else {
            throw DecodeError(.countOverLimit, offset: 62, needed: arguments, had: Self.maximumArguments)
        }
        var offset = MemoryLayout<shrike_event_hook>.size
        let sets = HookFlags(rawValue: raw.flags).contains(.hasEntry) ? 2 : 1
        guard sets * words * 8 <= bytes.count - offset else {
            throw DecodeError(
                .truncated, offset: offset, needed: sets * words * 8, had: bytes.count - offset)
        }
        offset += sets * words * 8
        ownerOffset = offset
        if HookFlags(rawValue: raw.flags).contains(.hasOwner) {
            _ = try bytes.structure(shrike_socket_owner.self, at: offset)
            offset += MemoryLayout<shrike_socket_owner>.size
        }
        var offsets = InlineArray<8, UInt32>(repeating: 0)
        for index in 0..<arguments {
            // A record is smaller than 4 GiB (size_bytes has 32 bits), so an offset fits.
            offsets[index] = UInt32(truncatingIfNeeded: offset)
            offset = try HookArgument.end(bytes, at: offset)
        }
        self.bytes = bytes
        argumentOffsets = offsets
        let flags = HookFlags(rawValue: raw.flags)
        kernelFrames = flags.contains(.hasKernelStack) ? try Self.stack(bytes, &offset) : 0..<0
        userFrames = flags.contains(.hasUserStack) ? try Self.stack(bytes, &offset) : 0..<0
    }

    /// Where the addresses of a stack are; `offset` is then behind them.
    private static func stack(
        _ bytes: UnsafeRawBufferPointer, _ offset: inout Int
    ) throws(DecodeError) -> Range<Int> {
        let head = try bytes.structure(shrike_stack.self, at: offset)
        let count = Int(head.frame_count)
        guard count <= Int(SHRIKE_MAX_STACK_FRAMES) else {
            throw DecodeError(
                .countOverLimit, offset: offset, needed: count, had: Int(SHRIKE_MAX_STACK_FRAMES))
        }
        let start = offset + MemoryLayout<shrike_stack>.size
        guard count * 8 <= bytes.count - start else {
            throw DecodeError(.truncated, offset: start, needed: count * 8, had: bytes.count - start)
        }
        offset = start + count * 8
        return start..<offset
    }

    // SAFETY: init has checked that the fixed part is inside the bytes.
    private var raw: shrike_event_hook { bytes.loadUnaligned(as: shrike_event_hook.self) }

    /// Time and ids of the calling thread.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// The process image that ran into the hook.
    public var process: ProcessKey { ProcessKey(raw.process) }
    /// Which hook; with `generation` it names a `HookEventLayout`.
    public var hookID: UInt32 { raw.hook_id }
    /// Which plan of this hook the kernel had.
    public var generation: UInt32 { raw.generation }
    /// What was done.
    public var flags: HookFlags { HookFlags(rawValue: raw.flags) }
    /// 0 or the -errno that the caller got.
    public var overrideError: Int32 { raw.override_error }
    /// The signal sent, 0 if none.
    public var signal: UInt32 { UInt32(raw.signal) }
    /// The signal sent when the function returned, 0 if none.
    public var returnSignal: UInt32 { UInt32(raw.return_signal) }
    /// How many words of matched selectors there are.
    public var wordsCount: Int { Int(raw.words_count) }
    /// How many arguments there are.
    public var argumentCount: Int { Int(raw.argument_count) }

    /// 64 selector bits: bit n of word i is selector 64 * i + n. The index must be below `wordsCount`.
    public func matchedWord(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < wordsCount)
        return bytes.loadUnaligned(
            fromByteOffset: MemoryLayout<shrike_event_hook>.size + index * 8, as: UInt64.self)
    }

    /// The first matched selector from a bit on, or nil.
    public func nextMatch(from selector: Int) -> Int? {
        var index = selector / 64
        var mask = UInt64.max << UInt64(selector % 64)
        while index < wordsCount {
            let word = matchedWord(index) & mask
            if word != 0 { return index * 64 + word.trailingZeroBitCount }
            mask = .max
            index += 1
        }
        return nil
    }

    /// 64 bits of the selectors that matched at the function's entry, of each policy the first one; only when
    /// `flags` has `hasEntry`. The index must be below `wordsCount`.
    public func entryWord(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < wordsCount && flags.contains(.hasEntry))
        return bytes.loadUnaligned(
            fromByteOffset: MemoryLayout<shrike_event_hook>.size + (wordsCount + index) * 8, as: UInt64.self)
    }

    /// The addresses of the kernel's stack, the innermost first.
    public var kernelStack: StackAddresses { StackAddresses(bytes: bytes, range: kernelFrames) }
    /// The addresses of the process's stack, the innermost first.
    public var userStack: StackAddresses { StackAddresses(bytes: bytes, range: userFrames) }
    /// The process that the first tracked socket among the arguments belongs to, and the thread that it was tracked in.
    public var owner: (process: ProcessKey, tid: UInt32)? {
        guard flags.contains(.hasOwner) else { return nil }
        // SAFETY: init has checked that it is inside the bytes.
        let raw = bytes.loadUnaligned(fromByteOffset: ownerOffset, as: shrike_socket_owner.self)
        return (ProcessKey(raw.process), raw.tid)
    }

    /// An argument in the order of the layout's slots. The index must be below `argumentCount`.
    public func argument(_ index: Int) -> HookArgument {
        precondition(index >= 0 && index < argumentCount)
        return HookArgument(bytes, at: Int(argumentOffsets[index]))
    }
}

/// The addresses of a stack, in a record.
public struct StackAddresses: RandomAccessCollection {
    fileprivate let bytes: UnsafeRawBufferPointer
    fileprivate let range: Range<Int>

    /// 0.
    public var startIndex: Int { 0 }
    /// How many there are.
    public var endIndex: Int { range.count / 8 }
    /// One of them.
    public subscript(index: Int) -> UInt64 {
        precondition(indices.contains(index))
        return bytes.loadUnaligned(fromByteOffset: range.lowerBound + index * 8, as: UInt64.self)
    }
}

/// How an argument was read. Kernel side: `enum shrike_argument_flag`.
public struct HookArgumentFlags: OptionSet, Sendable, BitwiseCopyable {
    /// The bits.
    public var rawValue: UInt16

    /// Makes flags from bits.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// It could not be read: there is no payload.
    public static let error = HookArgumentFlags(rawValue: 0x1)
    /// It was cut to the limit.
    public static let truncated = HookArgumentFlags(rawValue: 0x2)
    /// A file without a path: pipe, socket, anonymous inode.
    public static let pathless = HookArgumentFlags(rawValue: 0x4)
    /// A pointer on the way to it could not be read: `mode` is its number, counted from 1.
    public static let badPointer = HookArgumentFlags(rawValue: 0x8)
}

/// One argument of a hook event. Kernel side: `struct shrike_argument`.
public struct HookArgument {
    private static let fixedSize = MemoryLayout<shrike_argument>.size

    /// How it was read.
    public let type: ArgumentType
    /// What was wrong when it was read.
    public let flags: HookArgumentFlags
    /// File and path: the inode's mode, type and permissions.
    public let mode: UInt32
    /// The payload: an integer as 8 bytes, or the text.
    public let payload: UnsafeRawBufferPointer

    /// Checks an argument and returns where the next one begins.
    fileprivate static func end(
        _ bytes: UnsafeRawBufferPointer, at offset: Int
    ) throws(DecodeError) -> Int {
        let raw = try bytes.structure(shrike_argument.self, at: offset)
        let size = Int(raw.size_bytes)
        let padded = (size + Int(raw.unused_bytes) + 7) & ~7
        guard padded <= bytes.count - offset - fixedSize else {
            throw DecodeError(
                .truncated, offset: offset + fixedSize, needed: padded,
                had: bytes.count - offset - fixedSize)
        }
        guard let type = ArgumentType(rawValue: raw.type) else {
            throw DecodeError(.malformedArgument, offset: offset, needed: Int(raw.type), had: 0)
        }
        let isError = HookArgumentFlags(rawValue: raw.flags).contains(.error)
        if let needed = type.isInteger ? 8 : type.structureSize, size != needed, !isError {
            throw DecodeError(.malformedArgument, offset: offset + 4, needed: needed, had: size)
        }
        return offset + fixedSize + padded
    }

    fileprivate init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        // SAFETY: HookRecord.init has walked all arguments with end(_:at:), so this one is inside the bytes.
        let raw = bytes.loadUnaligned(fromByteOffset: offset, as: shrike_argument.self)
        type = ArgumentType(rawValue: raw.type) ?? .none
        flags = HookArgumentFlags(rawValue: raw.flags)
        mode = raw.mode
        payload = bytes.part(offset + Self.fixedSize, Int(raw.size_bytes))
    }

    /// The integer, sign-extended to 64 bits; 0 when there is none.
    public var integer: UInt64 {
        payload.count >= 8 ? payload.loadUnaligned(as: UInt64.self) : 0
    }
}
