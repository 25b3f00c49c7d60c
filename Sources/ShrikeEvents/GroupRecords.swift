// SPDX-License-Identifier: Apache-2.0
// Control groups that come and go.

internal import ShrikeABI

/// A control group that is new. Kernel side: `struct shrike_event_group_made`.
public struct GroupMadeRecord {
    private let raw: shrike_event_group_made

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        raw = try bytes.structure(shrike_event_group_made.self)
    }

    /// Time, and ids of the process that made it.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// Its id (inode number of its directory).
    public var cgroupID: UInt64 { raw.cgroup_id }
    /// Id of the group that it is in.
    public var parentID: UInt64 { raw.parent_id }
    /// Name of its directory, any bytes repaired.
    public var name: String {
        withUnsafeBytes(of: raw.name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// A control group whose directory has been removed. Kernel side: `struct shrike_event_group_gone`.
public struct GroupGoneRecord {
    private let raw: shrike_event_group_gone

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        raw = try bytes.structure(shrike_event_group_gone.self)
    }

    /// Time, and ids of the process that removed it.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// Its id.
    public var cgroupID: UInt64 { raw.cgroup_id }
}
