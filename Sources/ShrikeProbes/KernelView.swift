// SPDX-License-Identifier: Apache-2.0
// The files in which a kernel tells about itself.

internal import CZlib
internal import Glibc

/// What the running kernel publishes. Files are read once, when first asked for.
public struct KernelView: Sendable {
    private let names: Set<String>
    /// The kernel's configuration, `CONFIG_…` to its value; empty when the kernel does not tell.
    public let options: [String: String]
    /// The active security modules.
    public let securityModules: [String]
    private let root: String

    /// Looks at the running kernel.
    /// - Parameter root: put before all paths, for tests.
    public init(root: String = "") {
        self.root = root
        names = BTFNames.read(File.bytes(root + "/sys/kernel/btf/vmlinux", limit: 64 << 20))
        options = Self.readOptions(root)
        securityModules = String(
            decoding: File.bytes(root + "/sys/kernel/security/lsm", limit: 4_096), as: UTF8.self
        ).split(whereSeparator: { $0 == "," || $0 == "\n" }).map(String.init)
    }

    func hasName(_ name: String) -> Bool { names.contains(name) }
    func hasOption(_ name: String) -> Bool { options[name] == "y" }
    func hasFile(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

    private static func readOptions(_ root: String) -> [String: String] {
        var text = File.unzipped(root + "/proc/config.gz", limit: 8 << 20)
        if text.isEmpty {
            let release = String(
                decoding: File.bytes(root + "/proc/sys/kernel/osrelease", limit: 256), as: UTF8.self
            ).prefix { $0 != "\n" }
            text = File.bytes("\(root)/boot/config-\(release)", limit: 8 << 20)
        }
        var options: [String: String] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "CONFIG_".utf8) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            options[String(decoding: line[..<equals], as: UTF8.self)] = String(
                decoding: line[(equals + 1)...], as: UTF8.self)
        }
        return options
    }
}

/// The strings of BTF: names of types, members, enumerators and functions. Kernel side: `struct btf_header`.
enum BTFNames {
    static func read(_ blob: [UInt8]) -> Set<String> {
        func word(_ offset: Int) -> Int {
            guard offset + 4 <= blob.count else { return 0 }
            return (0..<4).reduce(0) { $0 | Int(blob[offset + $1]) << (8 * $1) }
        }
        guard blob.count >= 24, blob[0] == 0x9f, blob[1] == 0xeb else { return [] }
        let start = word(4) + word(16)
        let end = start + word(20)
        guard start >= 24, start <= end, end <= blob.count else { return [] }
        var names: Set<String> = []
        for name in blob[start..<end].split(separator: 0) {
            names.insert(String(decoding: name, as: UTF8.self))
        }
        return names
    }
}

/// Files, whole.
enum File {
    /// Up to `limit` bytes; empty when it cannot be read.
    static func bytes(_ path: String, limit: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while bytes.count < limit {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<min(count, limit - bytes.count)]
        }
        return bytes
    }

    /// The same of a gzip file.
    static func unzipped(_ path: String, limit: Int) -> [UInt8] {
        guard let stream = gzopen(path, "rb") else { return [] }
        defer { gzclose_r(stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while bytes.count < limit {
            let count = gzread(stream, &chunk, UInt32(chunk.count))
            guard count > 0 else { break }
            bytes += chunk[..<Int(count)]
        }
        return bytes
    }
}
