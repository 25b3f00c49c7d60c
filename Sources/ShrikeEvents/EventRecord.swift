// SPDX-License-Identifier: Apache-2.0
// Ring bytes to typed records, in place: a record is a view, checked once as a whole when it is decoded.

internal import ShrikeABI

/// One record of a ring.
///
/// A view: it borrows the bytes it was decoded from and is valid as long as they are (until the ring's
/// consumer position is moved past them). Decoding copies and allocates nothing, and after it every length
/// is known to be inside the bytes.
public enum EventRecord {
    /// A new thread group, a copy of its parent until it execs.
    case fork(ForkRecord)
    /// A new image.
    case exec(ExecRecord)
    /// A part of an argv too long for the exec record, sent before it.
    case execArgs(ExecArgsRecord)
    /// A part of the environment of an exec, sent before it.
    case execEnvironment(ExecArgsRecord)
    /// The last thread of a thread group ended.
    case exit(ExitRecord)
    /// A control group is above its limit from now on.
    case throttle(ThrottleRecord)
    /// A control group is new: no process is in it yet.
    case groupMade(GroupMadeRecord)
    /// A control group is gone.
    case groupGone(GroupGoneRecord)
    /// A hit of a hook, for all policies at once.
    case hook(HookRecord)
    /// The hash of the file of an earlier hit.
    case hash(HashRecord)
    /// A file that a process maps to execute.
    case loader(LoaderRecord)

    /// Decodes one record.
    /// - Parameter bytes: one sample of the ring, from its header on; bytes behind `size_bytes` are ignored.
    /// - Throws: `DecodeError` when any length, count or kind is not what the ABI says.
    @inline(__always)
    public init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        let header = try bytes.structure(shrike_event_header.self)
        let size = Int(header.size_bytes)
        guard size <= bytes.count, size >= MemoryLayout<shrike_event_header>.size else {
            throw DecodeError(.lyingSize, offset: 0, needed: size, had: bytes.count)
        }
        // SAFETY: a shorter view of the same bytes; size was compared with their count above.
        let record = UnsafeRawBufferPointer(start: bytes.baseAddress, count: size)
        switch UInt32(header.kind) {
        case SHRIKE_EVENT_HOOK.rawValue: self = .hook(try HookRecord(record))
        case SHRIKE_EVENT_FORK.rawValue: self = .fork(try ForkRecord(record))
        case SHRIKE_EVENT_EXEC.rawValue: self = .exec(try ExecRecord(record))
        case SHRIKE_EVENT_EXEC_ARGS.rawValue: self = .execArgs(try ExecArgsRecord(record))
        case SHRIKE_EVENT_EXEC_ENVIRONMENT.rawValue: self = .execEnvironment(try ExecArgsRecord(record))
        case SHRIKE_EVENT_THROTTLE.rawValue: self = .throttle(try ThrottleRecord(record))
        case SHRIKE_EVENT_GROUP_MADE.rawValue: self = .groupMade(try GroupMadeRecord(record))
        case SHRIKE_EVENT_GROUP_GONE.rawValue: self = .groupGone(try GroupGoneRecord(record))
        case SHRIKE_EVENT_HASH.rawValue: self = .hash(try HashRecord(record))
        case SHRIKE_EVENT_LOADER.rawValue: self = .loader(try LoaderRecord(record))
        case SHRIKE_EVENT_EXIT.rawValue: self = .exit(try ExitRecord(record))
        default: throw DecodeError(.unknownKind(header.kind), offset: 4, needed: 0, had: 0)
        }
    }
}
