// SPDX-License-Identifier: Apache-2.0
// What the daemon may do here, asked before anything is tried.

internal import Glibc

/// The capabilities that the daemon works with.
enum Privileges {
    /// Capability numbers; include/uapi/linux/capability.h.
    private static let needed: [(name: String, number: Int)] = [
        ("CAP_SYS_PTRACE", 19), ("CAP_SYS_ADMIN", 21), ("CAP_PERFMON", 38), ("CAP_BPF", 39),
    ]

    /// The names of capabilities that this process lacks.
    ///
    /// CAP_BPF loads programs and maps, CAP_PERFMON lets them trace, CAP_SYS_ADMIN is what iterators, LSM
    /// programs and descriptors by id ask for, CAP_SYS_PTRACE lets the start-up scan read other
    /// users' /proc/PID/exe and cwd.
    static func missingCapabilities(status: String = "/proc/self/status") -> [String] {
        guard let effective = effectiveCapabilities(status) else { return [] }
        return needed.filter { effective & 1 << UInt64($0.number) == 0 }.map(\.name)
    }

    private static func effectiveCapabilities(_ path: String) -> UInt64? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix("CapEff:") else { continue }
            return UInt64(line.dropFirst("CapEff:".count).drop { $0 == "\t" || $0 == " " }, radix: 16)
        }
        return nil
    }
}
