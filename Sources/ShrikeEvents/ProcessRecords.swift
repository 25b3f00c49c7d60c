// SPDX-License-Identifier: Apache-2.0
// The records of the process sensor: fork, exec with its argument chunks, exit.

internal import ShrikeABI

/// A new thread group. Kernel side: `struct shrike_event_fork`.
public struct ForkRecord {
    private let raw: shrike_event_fork

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        raw = try bytes.structure(shrike_event_fork.self)
    }

    /// Time and ids; pid and tid are the child's.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// The child.
    public var process: ProcessKey { ProcessKey(raw.process) }
    /// The image that forked.
    public var parent: ProcessKey { ProcessKey(raw.parent) }
    /// Id of the child's cgroup (inode number of its directory).
    public var cgroupID: UInt64 { raw.cgroup_id }
    /// Pid in the innermost pid namespace; 0 in the host's.
    public var namespacePID: UInt32 { raw.nspid }
    /// Flags of the child.
    public var flags: ProcessFlags { ProcessFlags(rawValue: raw.flags) }
}

/// A new image. Kernel side: `struct shrike_event_exec`.
public struct ExecRecord {
    private let bytes: UnsafeRawBufferPointer

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        let raw = try bytes.structure(shrike_event_exec.self)
        let fixed = MemoryLayout<shrike_event_exec>.size
        // Int has 64 bits: the sum of three __u32 cannot overflow.
        let needed = Int(raw.filename_bytes) + Int(raw.cwd_bytes) + Int(raw.args_bytes)
        guard needed <= bytes.count - fixed else {
            throw DecodeError(.truncated, offset: fixed, needed: needed, had: bytes.count - fixed)
        }
        self.bytes = bytes
    }

    // SAFETY: init has checked that the fixed part is inside the bytes.
    private var raw: shrike_event_exec { bytes.loadUnaligned(as: shrike_event_exec.self) }
    private var textOffset: Int { MemoryLayout<shrike_event_exec>.size }

    /// Time and ids; the pid keeps its number when a thread other than the leader execs.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// The new image.
    public var process: ProcessKey { ProcessKey(raw.process) }
    /// After a fork the parent image; else the image of the same pid that this one replaces.
    public var parent: ProcessKey { ProcessKey(raw.parent) }
    /// The image that ended here; after a fork the forked copy.
    public var replaced: ProcessKey { ProcessKey(raw.replaced) }
    /// Id of the cgroup.
    public var cgroupID: UInt64 { raw.cgroup_id }
    /// Inode number of the executed file.
    public var inode: UInt64 { raw.inode }
    /// Link count of the executed file; 0: it has no name any more (memfd, deleted).
    public var inodeLinks: UInt32 { raw.inode_links }
    /// Flags as the kernel side knows them.
    public var flags: ProcessFlags { ProcessFlags(rawValue: raw.flags) }
    /// Audit login uid; 4294967295: unset.
    public var auid: UInt32 { raw.auid }
    /// Pid in the innermost pid namespace; 0 in the host's.
    public var namespacePID: UInt32 { raw.nspid }
    /// Credentials after the exec.
    public var credentials: Credentials { Credentials(raw.credentials) }
    /// Namespaces after the exec.
    public var namespaces: Namespaces { Namespaces(raw.namespaces) }
    /// Uid gained by a set-user-id file; nil: none.
    public var setuid: UInt32? { raw.setuid == .max ? nil : raw.setuid }
    /// Gid gained by a set-group-id file; nil: none.
    public var setgid: UInt32? { raw.setgid == .max ? nil : raw.setgid }
    /// Bit n set: `ProcessPrivilegesChanged` n of the event reference.
    public var privilegesChanged: UInt32 { raw.privileges_changed }
    /// Bytes of the whole argv with the chunks that precede this record.
    public var argumentsTotalBytes: Int { Int(raw.args_total_bytes) }

    /// The path as it was passed to execve(2).
    public var filename: UnsafeRawBufferPointer { bytes.part(textOffset, Int(raw.filename_bytes)) }
    /// The working directory, empty when a flag says it is `/` or unknown.
    public var workingDirectory: UnsafeRawBufferPointer {
        bytes.part(textOffset + Int(raw.filename_bytes), Int(raw.cwd_bytes))
    }
    /// The last part of argv from argv[1] on, each argument ending in NUL.
    public var arguments: UnsafeRawBufferPointer {
        bytes.part(textOffset + Int(raw.filename_bytes) + Int(raw.cwd_bytes), Int(raw.args_bytes))
    }
}

/// A part of a long argv, or of an environment. Kernel side: `struct shrike_event_exec_args`.
public struct ExecArgsRecord {
    private let raw: shrike_event_exec_args
    /// The bytes of this part.
    public let arguments: UnsafeRawBufferPointer

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        raw = try bytes.structure(shrike_event_exec_args.self)
        let fixed = MemoryLayout<shrike_event_exec_args>.size
        guard Int(raw.args_bytes) <= bytes.count - fixed else {
            throw DecodeError(
                .truncated, offset: fixed, needed: Int(raw.args_bytes), had: bytes.count - fixed)
        }
        arguments = bytes.part(fixed, Int(raw.args_bytes))
    }

    /// Time and ids.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// The image whose exec record follows.
    public var process: ProcessKey { ProcessKey(raw.process) }
    /// Where the bytes belong in the argv block.
    public var offset: Int { Int(raw.offset_bytes) }
}

/// The end of a thread group. Kernel side: `struct shrike_event_exit`.
public struct ExitRecord {
    private let raw: shrike_event_exit

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        raw = try bytes.structure(shrike_event_exit.self)
    }

    /// Time and ids; tid is the last thread's.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// The image that ended.
    public var process: ProcessKey { ProcessKey(raw.process) }
    /// As wait(2) sees it: status << 8 | core dumped << 7 | signal.
    public var exitCode: UInt32 { raw.exit_code }
}

/// A control group whose forks, execs and exits are above the operator's limit. Kernel side:
/// `struct shrike_event_throttle`.
public struct ThrottleRecord {
    private let raw: shrike_event_throttle

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        raw = try bytes.structure(shrike_event_throttle.self)
    }

    /// Time and ids of the process that was the first too many.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// Id of the control group (inode number of its directory).
    public var cgroupID: UInt64 { raw.cgroup_id }
    /// Name of its directory, without the final NUL; any bytes.
    public var name: [UInt8] {
        withUnsafeBytes(of: raw.name) { bytes in Array(bytes.prefix { $0 != 0 }) }
    }
}

/// A file that a process maps to execute. Kernel side: `struct shrike_event_loader`.
public struct LoaderRecord {
    private let raw: shrike_event_loader
    /// The path as the process names it, without the final NUL; any bytes.
    public let path: UnsafeRawBufferPointer

    internal init(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) {
        raw = try bytes.structure(shrike_event_loader.self)
        let fixed = MemoryLayout<shrike_event_loader>.size
        let length = Int(raw.path_bytes)
        guard length <= bytes.count - fixed else {
            throw DecodeError(.truncated, offset: fixed, needed: length, had: bytes.count - fixed)
        }
        guard Int(raw.build_id_bytes) <= Int(SHRIKE_MAX_BUILD_ID_BYTES) else {
            throw DecodeError(
                .lyingSize, offset: 46, needed: Int(raw.build_id_bytes), had: Int(SHRIKE_MAX_BUILD_ID_BYTES))
        }
        path = bytes.part(fixed, length)
    }

    /// Time and ids.
    public var header: RecordHeader { RecordHeader(raw.header) }
    /// The image that maps it; of a file that execve(2) maps, the one before.
    public var process: ProcessKey { ProcessKey(raw.process) }
    /// Whether it is mapped for the image whose exec record follows.
    public var isInExec: Bool { raw.flags & SHRIKE_LOADER_IN_EXEC.rawValue != 0 }

    /// Calls `body` with the build id, which is empty when the file has none.
    public func withBuildID<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: raw.build_id) { bytes in
            // SAFETY: the count was compared with the array's when the record was decoded.
            body(UnsafeRawBufferPointer(rebasing: bytes[..<Int(raw.build_id_bytes)]))
        }
    }
}
