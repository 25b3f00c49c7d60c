// SPDX-License-Identifier: Apache-2.0
// Processes that are older than the agent, as the task iterator's file lists them.

internal import ShrikeABI

/// One thread group as the task iterator sees it. Kernel side: `struct shrike_task_seed`.
///
/// A value without borrowed bytes: seeds are read once, at start.
public struct TaskSeed: Equatable, Sendable {
    /// The process; its ktime is boot time.
    public var process: ProcessKey
    /// Its parent; `ProcessKey.kernel` for the roots.
    public var parent: ProcessKey
    /// Id of the cgroup.
    public var cgroupID: UInt64
    /// Audit login uid; 4294967295: unset.
    public var auid: UInt32
    /// Pid in the innermost pid namespace; 0 in the host's.
    public var namespacePID: UInt32
    /// Flags as the kernel side knows them.
    public var flags: ProcessFlags
    /// Whether it is a kernel thread: no file, no arguments.
    public var isKernelThread: Bool
    /// Credentials.
    public var credentials: Credentials
    /// Namespaces.
    public var namespaces: Namespaces
    /// The task's name, without the final NUL; at most 16 bytes, any bytes.
    public var comm: [UInt8]

    /// Makes a seed from its parts.
    public init(
        process: ProcessKey, parent: ProcessKey, cgroupID: UInt64 = 0, auid: UInt32 = .max,
        namespacePID: UInt32 = 0, flags: ProcessFlags = [], isKernelThread: Bool = false,
        credentials: Credentials = Credentials(), namespaces: Namespaces = Namespaces(),
        comm: [UInt8] = []
    ) {
        self.process = process
        self.parent = parent
        self.cgroupID = cgroupID
        self.auid = auid
        self.namespacePID = namespacePID
        self.flags = flags
        self.isKernelThread = isKernelThread
        self.credentials = credentials
        self.namespaces = namespaces
        self.comm = comm
    }

    /// Decodes the whole content of the iterator's file.
    /// - Throws: `DecodeError` when the file ends inside a seed.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) -> [TaskSeed] {
        let size = MemoryLayout<shrike_task_seed>.size
        var seeds: [TaskSeed] = []
        seeds.reserveCapacity(bytes.count / size)
        var offset = 0
        while offset < bytes.count {
            seeds.append(TaskSeed(try bytes.structure(shrike_task_seed.self, at: offset)))
            offset += size
        }
        return seeds
    }

    private init(_ raw: shrike_task_seed) {
        self.init(
            process: ProcessKey(raw.process), parent: ProcessKey(raw.parent), cgroupID: raw.cgroup_id,
            auid: raw.auid, namespacePID: raw.nspid, flags: ProcessFlags(rawValue: raw.flags),
            isKernelThread: raw.is_kernel_thread != 0, credentials: Credentials(raw.credentials),
            namespaces: Namespaces(raw.namespaces),
            comm: withUnsafeBytes(of: raw.comm) { bytes in Array(bytes.prefix { $0 != 0 }) })
    }
}
