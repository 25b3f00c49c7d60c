// SPDX-License-Identifier: Apache-2.0
// The hash of a hook's file, which follows the event that it is of.

internal import ShrikeABI

/// A file's hash as IMA has it. Kernel side: `struct shrike_event_hash`.
public struct HashRecord {
    private let bytes: UnsafeRawBufferPointer
    private let raw: shrike_event_hash

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        raw = try bytes.structure(shrike_event_hash.self)
        self.bytes = bytes
    }

    /// The thread, and when the hash was ready.
    public var header: RecordHeader { RecordHeader(raw.header) }

    /// The time of the hook event of the same thread that it is of.
    public var recordTime: UInt64 { raw.record_ktime_ns }

    /// The name of the algorithm; nil when there is no hash, or none that events can tell.
    public var algorithm: StaticString? { known?.name }

    /// The hash; empty when there is none.
    public var digest: UnsafeRawBufferPointer {
        let offset = MemoryLayout<shrike_event_hash>.offset(of: \.digest) ?? 0
        return bytes.part(offset, known?.bytes ?? 0)
    }

    /// `enum hash_algo`, as far as events know it.
    private var known: (name: StaticString, bytes: Int)? {
        switch raw.algorithm {
        case 1: ("md5", 16)
        case 2: ("sha1", 20)
        case 4: ("sha256", 32)
        case 6: ("sha512", 64)
        case 13: ("wp512", 64)
        case 17: ("sm3", 32)
        default: nil
        }
    }
}
