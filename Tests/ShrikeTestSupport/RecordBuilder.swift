// SPDX-License-Identifier: Apache-2.0
// Records as the kernel side writes them, byte by byte: deliberately not made with the C structs, so that a test
// fails when the layout changes.

/// The key of a process image.
public struct RecordKey: Hashable, Sendable {
    /// Nanoseconds.
    public var ktime: UInt64
    /// Thread group id.
    public var pid: UInt32

    /// Makes a key.
    public init(_ ktime: UInt64, _ pid: UInt32) {
        self.ktime = ktime
        self.pid = pid
    }

    /// pid 0.
    public static let kernel = RecordKey(1, 0)
    /// Nothing known.
    public static let none = RecordKey(0, 0)
}

/// Appends little-endian fields.
public struct RecordBuilder: Sendable {
    /// What was appended so far.
    public private(set) var bytes: [UInt8] = []

    /// Makes an empty record.
    public init() {}

    /// Appends a __u16.
    public mutating func u16(_ value: UInt16) { append(value) }
    /// Appends a __u32.
    public mutating func u32(_ value: UInt32) { append(value) }
    /// Appends several __u32.
    public mutating func u32(_ values: [UInt32]) { values.forEach { append($0) } }
    /// Appends a __u64.
    public mutating func u64(_ value: UInt64) { append(value) }
    /// Appends bytes.
    public mutating func raw(_ value: [UInt8]) { bytes += value }

    /// Appends a struct shrike_process_key.
    public mutating func key(_ key: RecordKey) {
        u64(key.ktime)
        u32(key.pid)
        u32(0)
    }

    /// Appends a struct shrike_event_header; the size is filled in by `finished()`.
    public mutating func header(kind: UInt16, ktime: UInt64, pid: UInt32, tid: UInt32, cpu: UInt16 = 0) {
        u32(0)
        u16(kind)
        u16(cpu)
        u64(ktime)
        u32(pid)
        u32(tid)
    }

    /// The record with its size in the header.
    public func finished() -> [UInt8] {
        var result = bytes
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { result.replaceSubrange(0..<4, with: $0) }
        return result
    }

    private mutating func append<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
}

extension RecordBuilder {
    /// A struct shrike_event_fork.
    public static func fork(
        _ process: RecordKey, of parent: RecordKey, flags: UInt32 = 0, cgroup: UInt64 = 7,
        namespacePID: UInt32 = 0
    ) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: 1, ktime: process.ktime, pid: process.pid, tid: process.pid)
        record.key(process)
        record.key(parent)
        record.u64(cgroup)
        record.u32(namespacePID)
        record.u32(flags)
        return record.finished()
    }

    /// What an exec record can say beyond its keys and texts.
    public struct ExecDetails: Sendable {
        /// enum shrike_process_flag: EXECVE | CLONE.
        public var flags: UInt32 = 0x4001
        /// Effective user, and all other ids.
        public var uid: UInt32 = 1_000
        /// Login user.
        public var auid: UInt32 = 1_000
        /// Uid gained; 0xffffffff: none.
        public var setuid: UInt32 = .max
        /// Gid gained; 0xffffffff: none.
        public var setgid: UInt32 = .max
        /// Bits of ProcessPrivilegesChanged.
        public var privilegesChanged: UInt32 = 0
        /// Inode of the file.
        public var inode: UInt64 = 99
        /// Its links.
        public var links: UInt32 = 1
        /// Permitted and effective capabilities.
        public var capabilities: UInt64 = 0
        /// Bytes of the whole argv; nil: those in the record.
        public var totalArgumentBytes: UInt32?
        /// Id of the control group.
        public var cgroup: UInt64 = 7
        /// Pid in the innermost namespace; 0: the host's.
        public var namespacePID: UInt32 = 0

        /// The defaults.
        public init() {}
    }

    /// A struct shrike_event_exec with its texts.
    public static func exec(
        _ process: RecordKey, parent: RecordKey, replaced: RecordKey, filename: [UInt8],
        cwd: [UInt8] = Array("/home/ana".utf8), arguments: [UInt8] = [], details: ExecDetails = ExecDetails()
    ) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: 2, ktime: process.ktime, pid: process.pid, tid: process.pid)
        record.key(process)
        record.key(parent)
        record.key(replaced)
        record.u64(details.cgroup)
        record.u64(details.inode)
        record.u32([details.links, details.flags, details.auid, details.namespacePID])
        record.u32([UInt32](repeating: details.uid, count: 8))
        record.u32([0, 0])
        record.u64(details.capabilities)
        record.u64(details.capabilities)
        record.u64(0)
        record.u32(Array(4_026_531_830..<4_026_531_840))
        record.u32([UInt32(filename.count), UInt32(cwd.count), UInt32(arguments.count)])
        record.u32(details.totalArgumentBytes ?? UInt32(arguments.count))
        record.u32([details.setuid, details.setgid, details.privilegesChanged, 0])
        record.raw(filename + cwd + arguments)
        return record.finished()
    }

    /// An exec record from texts; each argument gets its NUL.
    public static func exec(
        _ process: RecordKey, parent: RecordKey, replaced: RecordKey, filename: String,
        cwd: String = "/home/ana", arguments: [String] = [], details: ExecDetails = ExecDetails()
    ) -> [UInt8] {
        exec(
            process, parent: parent, replaced: replaced, filename: Array(filename.utf8), cwd: Array(cwd.utf8),
            arguments: arguments.flatMap { Array($0.utf8) + [0] }, details: details)
    }

    /// A struct shrike_event_exec_args with its bytes, of an environment.
    public static func execEnvironment(_ process: RecordKey, offset: UInt32, _ bytes: [UInt8]) -> [UInt8] {
        execArgs(process, offset: offset, bytes, kind: 16)
    }

    /// A struct shrike_event_exec_args with its bytes.
    public static func execArgs(
        _ process: RecordKey, offset: UInt32, _ arguments: [UInt8], kind: UInt16 = 4
    ) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: kind, ktime: process.ktime, pid: process.pid, tid: process.pid)
        record.key(process)
        record.u32([offset, UInt32(arguments.count)])
        record.raw(arguments)
        return record.finished()
    }

    /// A struct shrike_event_throttle.
    public static func throttle(
        cgroup: UInt64, _ name: [UInt8], at ktime: UInt64, cpu: UInt16 = 0
    ) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: 17, ktime: ktime, pid: 9, tid: 9, cpu: cpu)
        record.u64(cgroup)
        record.raw(Array(name.prefix(128)) + [UInt8](repeating: 0, count: max(0, 128 - name.count)))
        return record.finished()
    }

    /// A struct shrike_event_loader and its path.
    public static func loader(
        _ process: RecordKey, at ktime: UInt64, _ path: String, buildID: [UInt8] = [], isInExec: Bool = false
    ) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: 33, ktime: ktime, pid: process.pid, tid: process.pid)
        record.key(process)
        record.u32([isInExec ? 1 : 0, UInt32(path.utf8.count) | UInt32(buildID.count) << 16])
        record.raw(buildID + [UInt8](repeating: 0, count: 24 - buildID.count))
        record.raw(Array(path.utf8) + [0])
        return record.finished()
    }

    /// A struct shrike_event_hash of a hook record of the same thread.
    public static func hash(
        of process: RecordKey, recordTime: UInt64, at ktime: UInt64, algorithm: Int32, digest: [UInt8]
    ) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: 32, ktime: ktime, pid: process.pid, tid: process.pid)
        record.u64(recordTime)
        record.u32([UInt32(bitPattern: algorithm), 0])
        record.raw(digest + [UInt8](repeating: 0, count: 64 - digest.count))
        return record.finished()
    }

    /// A struct shrike_event_group_made.
    public static func groupMade(_ id: UInt64, parent: UInt64, _ name: String, at ktime: UInt64 = 1)
        -> [UInt8]
    {
        var record = RecordBuilder()
        record.header(kind: 18, ktime: ktime, pid: 9, tid: 9)
        record.u64(id)
        record.u64(parent)
        record.raw(Array(name.utf8.prefix(255)))
        record.raw([UInt8](repeating: 0, count: 256 - min(255, name.utf8.count)))
        return record.finished()
    }

    /// A struct shrike_event_group_gone.
    public static func groupGone(_ id: UInt64, at ktime: UInt64 = 1) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: 19, ktime: ktime, pid: 9, tid: 9)
        record.u64(id)
        return record.finished()
    }

    /// A struct shrike_event_exit.
    public static func exit(_ process: RecordKey, at ktime: UInt64, code: UInt32 = 0) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: 3, ktime: ktime, pid: process.pid, tid: process.pid)
        record.key(process)
        record.u32([code, 0])
        return record.finished()
    }

    /// One argument of a hook record.
    public struct Argument: Sendable {
        /// enum shrike_argument_type.
        public var type: UInt16
        /// enum shrike_argument_flag.
        public var flags: UInt16
        /// Inode mode.
        public var mode: UInt32
        /// Payload without padding.
        public var payload: [UInt8]

        /// Makes an argument from its parts.
        public init(type: UInt16, flags: UInt16 = 0, mode: UInt32 = 0, payload: [UInt8]) {
            self.type = type
            self.flags = flags
            self.mode = mode
            self.payload = payload
        }

        /// A file with a path.
        public static func file(_ path: String, mode: UInt32 = 0o100640, flags: UInt16 = 0) -> Argument {
            Argument(type: 7, flags: flags, mode: mode, payload: Array(path.utf8))
        }

        /// An integer.
        public static func integer(_ value: Int64, type: UInt16 = 1) -> Argument {
            Argument(type: type, payload: withUnsafeBytes(of: value.littleEndian) { Array($0) })
        }

        /// A string.
        public static func string(_ text: String) -> Argument {
            Argument(type: 6, payload: Array(text.utf8))
        }
    }

    /// A struct shrike_event_hook with selectors and arguments.
    public static func hook(
        _ process: RecordKey, at ktime: UInt64, tid: UInt32? = nil, hook: UInt32 = 1, generation: UInt32 = 1,
        selectors: [Int], words: Int = 1, arguments: [Argument] = [], flags: UInt32 = 0, signal: UInt32 = 0,
        overrideError: Int32 = 0, returnSignal: UInt32 = 0, entrySelectors: [Int]? = nil,
        stacks: [[UInt64]] = [], owner: RecordKey? = nil
    ) -> [UInt8] {
        var record = RecordBuilder()
        record.header(kind: 5, ktime: ktime, pid: process.pid, tid: tid ?? process.pid)
        record.key(process)
        record.u32([hook, generation, flags, UInt32(bitPattern: overrideError)])
        record.u16(UInt16(signal))
        record.u16(UInt16(returnSignal))
        record.u16(UInt16(words))
        record.u16(UInt16(arguments.count))
        for set in [selectors, entrySelectors].compactMap({ $0 }) {
            for word in 0..<words {
                record.u64(set.filter { $0 / 64 == word }.reduce(UInt64(0)) { $0 | 1 << UInt64($1 % 64) })
            }
        }
        if let owner {
            record.key(owner)
            record.u32([owner.pid, 0])
        }
        for argument in arguments {
            record.u16(argument.type)
            record.u16(argument.flags)
            record.u32([UInt32(argument.payload.count), argument.mode, 0])
            record.raw(argument.payload)
            record.raw([UInt8](repeating: 0, count: (8 - argument.payload.count % 8) % 8))
        }
        for stack in stacks {
            record.u32([UInt32(stack.count), 0])
            for address in stack { record.u64(address) }
        }
        return record.finished()
    }

    /// A struct shrike_task_seed.
    public static func taskSeed(
        _ process: RecordKey, parent: RecordKey, comm: String, isKernelThread: Bool = false,
        uid: UInt32 = 0, flags: UInt32 = 0
    ) -> [UInt8] {
        var record = RecordBuilder()
        record.key(process)
        record.key(parent)
        record.u64(7)
        record.u32([.max, 0, flags, isKernelThread ? 1 : 0])
        record.u32([UInt32](repeating: uid, count: 8))
        record.u32([0, 0])
        for _ in 0..<3 { record.u64(0) }
        record.u32(Array(4_026_531_830..<4_026_531_840))
        var name = Array(comm.utf8.prefix(16))
        name += [UInt8](repeating: 0, count: 16 - name.count)
        record.raw(name)
        return record.bytes
    }
}
