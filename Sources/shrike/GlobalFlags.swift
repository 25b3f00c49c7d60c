// SPDX-License-Identifier: Apache-2.0
// The flags that every command takes.

import ArgumentParser
import ShrikeClient

/// Flags of all commands. They may also stand before the name of the command.
struct GlobalFlags: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Say on standard error what is skipped, and why.")
    var debug = false

    @Option(
        help: ArgumentHelp(
            """
            Address of the daemon, host:port or unix:///path. Default: what the daemon on this machine wrote into \
            its info file, else localhost:54321. Not used when events are piped in.
            """, valueName: "address"))
    var serverAddress: String?

    @Option(help: ArgumentHelp("Deadline of calls that are no streams: 500ms, 30s, 2m.", valueName: "time"))
    var timeout = TimeSpan(.seconds(30))

    @Option(help: ArgumentHelp("Further attempts when the daemon cannot be reached.", valueName: "count"))
    var retries = 1

    @Option(
        help: ArgumentHelp(
            """
            Most bytes of one message of the daemon, and of one line of input, which is skipped when it is longer; \
            of a line never below 64 KiB.
            """, valueName: "bytes"))
    var maxRecvSize = 10 << 20

    @Option(help: ArgumentHelp("Certificate to show to the daemon, PEM.", valueName: "file"))
    var tlsCertFile: String?

    @Option(help: ArgumentHelp("Its key, PEM.", valueName: "file"))
    var tlsKeyFile: String?

    @Option(help: ArgumentHelp("Authorities to trust, PEM. Default: the system's.", valueName: "file"))
    var tlsCaCertFiles: [String] = []

    @Option(help: ArgumentHelp("Name that the daemon's certificate must have.", valueName: "name"))
    var tlsServerName: String?

    @Flag(help: "Trust any certificate.")
    var tlsSkipVerify = false

    func validate() throws {
        guard maxRecvSize > 0 else { throw ValidationError("--max-recv-size must be a positive number") }
        guard retries >= 0 else { throw ValidationError("--retries must not be negative") }
    }

    /// How to reach the daemon.
    var connection: DaemonConnection {
        var connection = DaemonConnection()
        connection.address = serverAddress
        connection.timeout = timeout.duration
        connection.retries = retries
        connection.maximumMessageBytes = maxRecvSize
        connection.certificateFile = tlsCertFile
        connection.keyFile = tlsKeyFile
        connection.authorityFiles = ListFlag.values(tlsCaCertFiles)
        connection.serverName = tlsServerName
        connection.skipsVerification = tlsSkipVerify
        return connection
    }

    /// Moves flags that stand before the command behind it, where the parser looks for them.
    static func moveBehindCommand(_ arguments: ArraySlice<String>, commands: Set<String>) -> [String] {
        guard let command = arguments.firstIndex(where: commands.contains),
            arguments.first?.hasPrefix("-") ?? false
        else { return Array(arguments) }
        // Behind the sub-commands too, since those are the ones that take them.
        let rest = arguments[(command + 1)...]
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return [arguments[command]] + rest[..<end] + arguments[..<command] + rest[end...]
    }
}

/// A span of time on the command line: `500ms`, `2s`, `1m30s`, `1h`.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
    var duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let units: [String: Double] = ["ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600]
        var seconds = 0.0
        var rest = argument[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let scale = units[String(unit)] else { return nil }
            seconds += value * scale
        }
        // As much as the incumbent can hold, 292 years.
        guard seconds < 9.2e9 else { return nil }
        duration = .seconds(seconds)
    }

    /// As the incumbent prints it: `500ms`, `2s`, `1m30s`, `1h0m0s`.
    var description: String {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        if seconds > 0, seconds < 1 {
            let (unit, scale) = seconds < 1e-6 ? ("ns", 1e9) : seconds < 1e-3 ? ("µs", 1e6) : ("ms", 1e3)
            return Self.short(seconds * scale) + unit
        }
        guard seconds >= 60 else { return Self.short(seconds) + "s" }
        let minutes = Int(seconds / 60)
        let rest = Self.short(seconds - Double(minutes) * 60) + "s"
        return minutes < 60 ? "\(minutes)m\(rest)" : "\(minutes / 60)h\(minutes % 60)m\(rest)"
    }

    private static func short(_ value: Double) -> String {
        let rounded = (value * 1e9).rounded() / 1e9
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
