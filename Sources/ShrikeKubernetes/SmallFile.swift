// SPDX-License-Identifier: Apache-2.0
// Files of the configuration: read whole, and bounded.

internal import Glibc

enum SmallFile {
    /// Most bytes of a certificate, token or configuration file.
    static let limit = 1 << 20

    /// The bytes of a file.
    static func read(_ path: String) throws(KubernetesError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .configuration("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .configuration("\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else {
                throw .configuration("\(path): the file has more than \(limit) bytes")
            }
        }
    }

    /// The text of a file, without space at its ends.
    static func text(_ path: String) throws(KubernetesError) -> String {
        let bytes = try read(path)
        let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { throw .configuration("\(path): the file is empty") }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
