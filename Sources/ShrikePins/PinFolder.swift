// SPDX-License-Identifier: Apache-2.0
// Where links are pinned, so that enforcement outlives the daemon; and how they are found and taken away again.

internal import Glibc

/// The folder on bpffs that a daemon keeps its links in.
///
/// Each run has a folder of its own below it. Whoever holds the lock (flock(2) on the folder itself) is the one
/// daemon that may enforce from here; the lock goes with the process, the links do not. No libbpf: a pin is a
/// file, and removing it is all it takes.
public final class PinFolder: Sendable {
    /// The folder, `/sys/fs/bpf/shrike` for example.
    public let root: String
    private let run: String
    private let lock: Int32

    /// Takes the folder, which is made when it does not exist.
    /// - Throws: `PinError` when it is not on bpffs, cannot be made, or a living daemon has it.
    public init(root: String) throws(PinError) {
        if mkdir(root, 0o700) != 0, errno != EEXIST {
            throw PinError("cannot make \(root): \(PinError.reason(errno)); is bpffs mounted there?")
        }
        let descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PinError("cannot open \(root): \(PinError.reason(errno))") }
        guard Self.isOnBPFFS(descriptor) else {
            close(descriptor)
            throw PinError(
                "\(root) is not on a BPF file system: mount one (mount -t bpf bpf /sys/fs/bpf), or name a folder on one with --bpf-dir"
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw PinError(
                "another shriked runs from \(root): stop it first, or give this one its own --bpf-dir")
        }
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        self.root = root
        run = "\(root)/run-\(getpid())-\(now.tv_sec)"
        lock = descriptor
    }

    deinit { close(lock) }

    /// Whether there is such a folder: without one there is nothing to clear.
    public static func exists(_ root: String) -> Bool { access(root, F_OK) == 0 }

    /// Makes this run's folder. Earlier runs' pins stay: see `removeEarlierRuns`.
    public func begin() throws(PinError) {
        guard mkdir(run, 0o700) == 0 || errno == EEXIST else {
            throw PinError("cannot make \(run): \(PinError.reason(errno))")
        }
    }

    /// The path to pin `name` at in this run.
    public func path(_ name: String) -> String {
        "\(run)/\(String(name.map { $0 == "/" || $0 == "." ? "_" : $0 }))"
    }

    /// Takes one pin of this run away.
    public func remove(_ name: String) { unlink(path(name)) }

    /// Takes away what earlier runs left, once this run enforces in their place.
    /// - Returns: how many links that were.
    public func removeEarlierRuns() -> Int { removeRuns { $0 != run } }

    /// Takes away this run's pins, when it does not come to enforce.
    public func removeOwn() {
        _ = removeRuns { $0 == run }
        rmdir(root)  // only when it is empty
    }

    /// Takes away everything, this run's pins too, and the folder.
    /// - Returns: how many links that were.
    @discardableResult
    public func removeAll() -> Int {
        let count = removeRuns { _ in true }
        rmdir(root)
        return count
    }

    private func removeRuns(_ isRemoved: (String) -> Bool) -> Int {
        var count = 0
        for name in Self.entries(root) where name.hasPrefix("run-") {
            let folder = "\(root)/\(name)"
            guard isRemoved(folder) else { continue }
            for pin in Self.entries(folder) where unlink("\(folder)/\(pin)") == 0 { count += 1 }
            rmdir(folder)
        }
        return count
    }

    private static func entries(_ folder: String) -> [String] {
        guard let handle = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Whether the folder is on a file system of type `bpf`, by its device in /proc/self/mountinfo (proc(5)).
    private static func isOnBPFFS(_ descriptor: Int32) -> Bool {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, let mounts = unsafe fopen("/proc/self/mountinfo", "re")
        else {
            return false
        }
        defer { unsafe fclose(mounts) }
        // makedev(3)
        let (major, minor) = (
            (facts.st_dev >> 8) & 0xfff | (facts.st_dev >> 32) & ~0xfff,
            facts.st_dev & 0xff | (facts.st_dev >> 12) & ~0xff
        )
        let device = "\(major):\(minor)"
        var line: UnsafeMutablePointer<CChar>?
        var room = 0
        defer { unsafe free(line) }
        while unsafe getline(&line, &room, mounts) > 0,
            let text = unsafe line.map({ unsafe String(cString: $0) })
        {
            let fields = text.split(separator: " ")
            guard fields.count > 2, fields[2] == device, let dash = fields.firstIndex(of: "-") else {
                continue
            }
            if fields.indices.contains(dash + 1), fields[dash + 1] == "bpf" { return true }
        }
        return false
    }
}

/// Why pins cannot be kept or cleared, in one line.
public struct PinError: Error, CustomStringConvertible {
    /// The line.
    public let description: String

    init(_ description: String) { self.description = description }

    static func reason(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
