// SPDX-License-Identifier: Apache-2.0
// Collects what helps to find a fault, piece by piece: what is missing is told in the collection's own log.

internal import Glibc

/// Puts pieces into an archive and keeps a log of them.
public final class Collector {
    private let archive: Archive
    private var log = ""

    /// Collects into an archive.
    public init(_ archive: Archive) { self.archive = archive }

    /// Writes a line into the log.
    public func note(_ text: String) { log += text + "\n" }

    /// Adds what is at hand; nil is told in the log.
    public func add(_ name: String, _ content: [UInt8]?, or problem: String = "there is none") throws(Archive
        .Failure)
    {
        guard let content else { return note("\(name): \(problem)") }
        try archive.add(name, content)
        note("\(name): \(content.count) bytes")
    }

    /// Adds a text.
    public func add(_ name: String, text: String) throws(Archive.Failure) { try add(name, Array(text.utf8)) }

    /// Adds the last bytes of a file.
    public func add(_ name: String, file path: String, limit: Int = 64 << 20) throws(Archive.Failure) {
        try add(
            name, Self.tail(of: path, limit: limit),
            or: "cannot read \(path): \(String(cString: strerror(errno)))")
    }

    /// Adds what a command prints, and what it complains about beside it as `<name>.err`.
    public func add(_ name: String, command words: [String]) throws(Archive.Failure) {
        let result = Command.run(words)
        if let problem = result.problem { note("\(name): \(words.joined(separator: " ")): \(problem)") }
        if !result.output.isEmpty || result.problem == nil { try add(name, result.output) }
        if !result.errors.isEmpty { try add(name + ".err", result.errors) }
    }

    /// Adds the log and ends the archive.
    public func finish(logName: String) throws(Archive.Failure) {
        try archive.add(logName, Array(log.utf8))
        try archive.close()
    }

    /// The end of a file; files of procfs and the like tell no size and are read from their beginning.
    public static func tail(of path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        if status.st_size > limit { lseek(descriptor, status.st_size - off_t(limit), SEEK_SET) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while bytes.count < limit {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<min(count, limit - bytes.count)]
        }
        return bytes
    }
}
