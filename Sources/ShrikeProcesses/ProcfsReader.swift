// SPDX-License-Identifier: Apache-2.0
// What only /proc knows about a process that is older than the agent: its file, arguments and directory.

internal import Glibc
public import ShrikeEvents

/// Completes the task iterator's seeds from procfs. Blocking; for the start only.
public struct ProcfsReader: Sendable {
    private let root: String
    private let maximumArgumentBytes: Int
    private let readsEnvironment: Bool

    /// Makes a reader.
    /// - Parameters:
    ///   - root: where procfs is mounted.
    ///   - maximumArgumentBytes: longest argv read; what is longer is cut and marked.
    ///   - readsEnvironment: whether variables are wanted.
    public init(
        root: String = "/proc", maximumArgumentBytes: Int = 327_360, readsEnvironment: Bool = false
    ) {
        self.readsEnvironment = readsEnvironment
        self.root = root
        self.maximumArgumentBytes = maximumArgumentBytes
    }

    /// The kernel itself: pid 0, its own parent, first in the tree.
    public static let kernel = SeededProcess(
        seed: TaskSeed(process: .kernel, parent: .kernel, flags: .procfs), flags: .procfs,
        binary: Array("<kernel>".utf8))

    /// Completes the seeds.
    ///
    /// A process that is gone, or whose pid another one has by now, keeps what the kernel side knew of it and
    /// the error flags; its children need it.
    /// - Returns: pid 0 first, then by parent's pid, as the incumbent lists them.
    public func complete(_ seeds: [TaskSeed]) -> [SeededProcess] {
        var result = seeds.filter { $0.process.pid != 0 }.map(complete)
        result.sort { left, right in
            let (leftKey, rightKey) = (left.seed, right.seed)
            return (leftKey.parent.pid, leftKey.process.pid, leftKey.process.ktime)
                < (rightKey.parent.pid, rightKey.process.pid, rightKey.process.ktime)
        }
        return [Self.kernel] + result
    }

    private func complete(_ seed: TaskSeed) -> SeededProcess {
        var flags = seed.flags.union(.procfs)
        if seed.isKernelThread {
            flags.insert(.rootWorkingDirectory)
            return SeededProcess(
                seed: seed, flags: flags, binary: Array("[".utf8) + seed.comm + Array("]".utf8),
                workingDirectory: Array("/".utf8))
        }
        let directory = "\(root)/\(seed.process.pid)"
        let binary = link("\(directory)/exe")
        let workingDirectory = link("\(directory)/cwd")
        let commandLine = content("\(directory)/cmdline", limit: maximumArgumentBytes + 4_096)
        let isOther = !isSame(seed, directory)
        flags.formUnion(Self.flags(of: isOther ? nil : workingDirectory))
        if binary == nil || isOther { flags.insert(.errorFilename) }
        if commandLine == nil || isOther { flags.insert(.errorArguments) }
        guard !isOther else { return SeededProcess(seed: seed, flags: flags, binary: []) }
        var arguments = Self.withoutFirst(commandLine ?? [])
        if arguments.count > maximumArgumentBytes {
            arguments.removeLast(arguments.count - maximumArgumentBytes)
            flags.insert(.truncatedArguments)
        }
        var process = SeededProcess(
            seed: seed, flags: flags, binary: binary ?? [], arguments: arguments,
            workingDirectory: workingDirectory ?? [])
        if readsEnvironment {
            let limit = EnvironmentSelection.maximumBytes
            let environment = content("\(directory)/environ", limit: limit)
            process.environment = environment ?? []
            if environment == nil || process.environment.count == limit {
                process.flags.insert(.errorEnvironment)
            }
        }
        return process
    }

    private static func flags(of workingDirectory: [UInt8]?) -> ProcessFlags {
        guard let workingDirectory else { return [.rootWorkingDirectory, .errorWorkingDirectory] }
        return workingDirectory == [UInt8(ascii: "/")] ? .rootWorkingDirectory : []
    }

    /// argv without argv[0].
    private static func withoutFirst(_ commandLine: [UInt8]) -> [UInt8] {
        guard let end = commandLine.firstIndex(of: 0) else { return [] }
        return Array(commandLine[(end + 1)...])
    }

    /// Whether the pid still belongs to the seed's process. Only a seed with a key from boot time, whole clock
    /// ticks, can be compared; for others, and without a stat file, a link that was read is believed.
    private func isSame(_ seed: TaskSeed, _ directory: String) -> Bool {
        let tick: UInt64 = 10_000_000
        guard seed.process.ktime % tick == 0, let stat = content("\(directory)/stat", limit: 4_096),
            let nameEnd = stat.lastIndex(of: UInt8(ascii: ")"))
        else { return true }
        // proc_pid_stat(5): the name may hold anything, so count behind it; starttime is field 22.
        let fields = stat[(nameEnd + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19 else { return true }
        let ticks = fields[19].reduce(UInt64(0)) { $0 &* 10 &+ UInt64($1 &- 0x30) }
        return ticks &* tick == seed.process.ktime
    }

    private func link(_ path: String) -> [UInt8]? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &target, target.count)
        guard length >= 0 else { return nil }
        return target.prefix(length).map { UInt8(bitPattern: $0) }
    }

    private func content(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            let length = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if length < 0 && errno == EINTR { continue }
            // ESRCH: the process ended while its file was read.
            guard length >= 0 else { return nil }
            if length == 0 { break }
            bytes.append(contentsOf: chunk.prefix(min(length, limit - bytes.count)))
        }
        return bytes
    }
}
