// SPDX-License-Identifier: Apache-2.0
// A tar file, compressed with gzip while it is written.

internal import CZlib
internal import Glibc

/// Writes members into a new file. One owner.
public final class Archive {
    private static let block = 512

    /// Why the archive cannot be written.
    public struct Failure: Error, CustomStringConvertible {
        /// One line.
        public let description: String
    }

    private let path: String
    private let folder: String
    private let time: Int
    private var stream: gzFile?

    /// Makes the file, readable by its owner only: what is in it is nobody else's business.
    /// - Parameters:
    ///   - folder: put before the names of all members.
    ///   - time: of all members, seconds since 1970.
    public init(path: String, folder: String, time: Int) throws(Failure) {
        self.path = path
        self.folder = folder
        self.time = time
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        stream = gzdopen(descriptor, "wb")
    }

    deinit { if let stream { gzclose(stream) } }

    /// Adds a file.
    /// - Parameter name: at most 99 bytes with the folder; a longer one is cut.
    public func add(_ name: String, _ content: [UInt8]) throws(Failure) {
        try write(header(name, content.count))
        try write(content)
        let rest = content.count % Self.block
        if rest > 0 { try write([UInt8](repeating: 0, count: Self.block - rest)) }
    }

    /// Ends the archive.
    public func close() throws(Failure) {
        try write([UInt8](repeating: 0, count: 2 * Self.block))
        let result = stream.map { gzclose($0) } ?? Z_OK
        stream = nil
        guard result == Z_OK else { throw failure() }
    }

    /// POSIX ustar, IEEE Std 1003.1, "pax", "ustar Interchange Format".
    private func header(_ name: String, _ size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: Self.block)
        func put(_ text: String, _ offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        func octal(_ value: Int, _ digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        put(String(decoding: "\(folder)/\(name)".utf8.prefix(99), as: UTF8.self), 0)
        put(octal(0o600, 7), 100)
        put(octal(0, 7), 108)
        put(octal(0, 7), 116)
        put(octal(size, 11), 124)
        put(octal(time, 11), 136)
        put("        ", 148)
        put("0", 156)
        put("ustar", 257)
        put("00", 263)
        put("root", 265)
        put("root", 297)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, 6) + "\0 ", 148)
        return header
    }

    private func write(_ bytes: [UInt8]) throws(Failure) {
        guard !bytes.isEmpty else { return }
        guard let stream else { throw failure() }
        let count = bytes.withUnsafeBytes { gzwrite(stream, $0.baseAddress, UInt32($0.count)) }
        guard Int(count) == bytes.count else { throw failure() }
    }

    private func failure() -> Failure { Failure(description: "cannot write \(path): the disk may be full") }
}
