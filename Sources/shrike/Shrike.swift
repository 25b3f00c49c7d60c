// SPDX-License-Identifier: Apache-2.0
// The command tree, and the one place where errors become a line on standard error and an exit code.

import ArgumentParser
import Glibc
import ShrikeControl

/// The root of the command tree.
struct Shrike: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shrike",
        abstract: "Reads the events of Shrike, the runtime security engine.",
        discussion: """
            Exit status: 0 on success, 1 on every failure, with one line on standard error.
            """,
        version: "CLI version: \(ShrikeVersion.current)",
        subcommands: [GetEvents.self, Version.self]
    )
}

@main
enum Main {
    static func main() {
        let arguments = GlobalFlags.moveBehindCommand(
            CommandLine.arguments.dropFirst(), commands: ["getevents", "version"])
        do {
            var command = try Shrike.parseAsRoot(arguments)
            try command.run()
        } catch {
            exit(report(error))
        }
    }

    /// Prints help where it was asked for, and errors as one line.
    /// - Returns: the exit code. The parser's own code for bad flags is 64; scripts expect 1.
    private static func report(_ error: any Error) -> Int32 {
        if Shrike.exitCode(for: error) == .success {
            print(Shrike.fullMessage(for: error))
            return 0
        }
        let message = Shrike.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
        if !message.isEmpty { StandardError.print("Error: \(message)") }
        return 1
    }
}
