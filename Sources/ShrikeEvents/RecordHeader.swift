// SPDX-License-Identifier: Apache-2.0
// The first bytes of every record, and the one place that reads C structs out of raw bytes.

internal import ShrikeABI

/// The first bytes of every record. Kernel side: `struct shrike_event_header`.
public struct RecordHeader: Equatable, Sendable, BitwiseCopyable {
    /// CLOCK_MONOTONIC when the kernel hook fired, in nanoseconds.
    public var ktime: UInt64
    /// Thread group id in the host's pid namespace.
    public var pid: UInt32
    /// Thread id in the host's pid namespace.
    public var tid: UInt32
    /// The CPU that wrote the record.
    public var cpu: UInt16

    internal init(_ raw: shrike_event_header) {
        ktime = raw.ktime_ns
        pid = raw.pid
        tid = raw.tid
        cpu = raw.cpu
    }
}

extension UnsafeRawBufferPointer {
    /// Copies a C struct out of the bytes, of any alignment.
    @inline(__always)
    internal func structure<T: BitwiseCopyable>(
        _ type: T.Type, at offset: Int = 0
    ) throws(DecodeError) -> T {
        guard offset >= 0, count - offset >= MemoryLayout<T>.size else {
            throw DecodeError(
                .truncated, offset: offset, needed: MemoryLayout<T>.size, had: Swift.max(0, count - offset))
        }
        return loadUnaligned(fromByteOffset: offset, as: T.self)
    }

    /// A part of the bytes whose bounds were checked when the record was decoded.
    @inline(__always)
    internal func part(_ offset: Int, _ size: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[offset..<offset + size])
    }
}
