// SPDX-License-Identifier: Apache-2.0
// What tracefs says of the kernel's tracepoints. Read when a policy asks, never kept.

internal import Glibc
internal import ShrikePolicy

/// The mounted tracefs, if there is one.
struct Tracefs {
    /// Where it can be: on its own, or inside debugfs.
    private static let mounts = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

    /// Its root.
    let root: String

    /// Nil when no tracefs is mounted.
    init?(mounts: [String] = Self.mounts) {
        guard let root = mounts.first(where: { access($0 + "/events", R_OK) == 0 }) else { return nil }
        self.root = root
    }

    /// The record of an event; nil when there is no such event.
    func format(_ subsystem: String, _ event: String) -> TracepointFormat? {
        for name in [subsystem, event] where name.isEmpty || name.hasPrefix(".") || name.utf8.contains(0x2f) {
            return nil
        }
        return Self.read("\(root)/events/\(subsystem)/\(event)/format").map { TracepointFormat(parsing: $0) }
    }

    /// All events, `subsystem/event`.
    var events: [String] {
        // One a line, `subsystem:event`.
        (Self.read(root + "/available_events") ?? "").split(separator: "\n").map { line in
            String(line.map { $0 == ":" ? "/" : $0 })
        }
    }

    /// The functions that ftrace can hook, those of modules left out.
    var traceableFunctions: [String]? {
        guard let text = Self.bytes(of: root + "/available_filter_functions") else { return nil }
        return text.split(separator: UInt8(ascii: "\n")).lazy.filter { !$0.contains(UInt8(ascii: "[")) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func read(_ path: String) -> String? {
        bytes(of: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func bytes(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}
