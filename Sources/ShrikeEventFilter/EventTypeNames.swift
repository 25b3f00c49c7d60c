// SPDX-License-Identifier: Apache-2.0
// The names of the kinds of events, long and short.

public import ShrikeControl

extension Tetragon_EventType {
    /// Each kind with its name in the protocol and its short name.
    package static let names: [(type: Tetragon_EventType, name: String, short: String)] = [
        (.undef, "UNDEF", "undef"),
        (.processExec, "PROCESS_EXEC", "exec"),
        (.processExit, "PROCESS_EXIT", "exit"),
        (.processKprobe, "PROCESS_KPROBE", "kprobe"),
        (.processTracepoint, "PROCESS_TRACEPOINT", "tracepoint"),
        (.processLoader, "PROCESS_LOADER", "loader"),
        (.processUprobe, "PROCESS_UPROBE", "uprobe"),
        (.processThrottle, "PROCESS_THROTTLE", "throttle"),
        (.processLsm, "PROCESS_LSM", "lsm"),
        (.processUsdt, "PROCESS_USDT", "usdt"),
        (.test, "TEST", "test"),
        (.rateLimitInfo, "RATE_LIMIT_INFO", "rate_limit_info"),
    ]

    /// Finds a kind by its name (`PROCESS_EXEC`) or its short name (`exec`), in any case.
    public init?(eventTypeName text: String) {
        let wanted = text.lowercased()
        let found = Self.names.first { $0.name.lowercased() == wanted || $0.short == wanted }
        guard let found else { return nil }
        self = found.type
    }

    /// The name in the protocol: `PROCESS_EXEC`.
    public var eventTypeName: String {
        Self.names.first { $0.type == self }?.name ?? String(rawValue)
    }

    /// The short names of all kinds that an event can have.
    public static var shortNames: [String] {
        names.filter { $0.type != .undef }.map(\.short)
    }
}
