// SPDX-License-Identifier: Apache-2.0
// The flags that every command takes.

import ArgumentParser

/// Flags of all commands. They may also stand before the name of the command.
struct GlobalFlags: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Say on standard error what is skipped, and why.")
    var debug = false

    @Option(
        help: ArgumentHelp(
            "Maximum length of a line of input, in bytes. Longer lines are skipped; below 64 KiB the limit is 64 KiB.",
            valueName: "bytes"))
    var maxRecvSize = 10 << 20

    @Option(
        help: ArgumentHelp(
            "Address of the daemon, host:port or unix:///path. Not used when events are piped in.",
            valueName: "address"))
    var serverAddress: String?

    @Option(help: .hidden)
    var timeout: String?

    @Option(help: .hidden)
    var retries: Int?

    @Option(help: .hidden)
    var tlsCertFile: String?

    @Option(help: .hidden)
    var tlsKeyFile: String?

    @Option(help: .hidden)
    var tlsCaCertFiles: [String] = []

    @Option(help: .hidden)
    var tlsServerName: String?

    @Flag(help: .hidden)
    var tlsSkipVerify = false

    func validate() throws {
        guard maxRecvSize > 0 else { throw ValidationError("--max-recv-size must be a positive number") }
    }

    /// Moves flags that stand before the command behind it, where the parser looks for them.
    static func moveBehindCommand(_ arguments: ArraySlice<String>, commands: Set<String>) -> [String] {
        guard let command = arguments.firstIndex(where: commands.contains),
            arguments.first?.hasPrefix("-") ?? false
        else { return Array(arguments) }
        let flags = arguments[..<command]
        return [arguments[command]] + flags + arguments[(command + 1)...]
    }
}
