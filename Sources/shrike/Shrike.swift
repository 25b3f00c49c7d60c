// SPDX-License-Identifier: Apache-2.0
// The command tree, and the one place where errors become a line on standard error and an exit code.

import ArgumentParser
import Glibc
import ShrikeControl

/// The root of the command tree.
struct Shrike: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shrike",
        abstract: "Shrike, the runtime security engine: its events, its policies, its daemon.",
        discussion: """
            Exit status: 0 on success, 1 on every failure, with one line on standard error. `lint` and `test` have their own.
            """,
        version: "CLI version: \(ShrikeVersion.current)",
        subcommands: [
            GetEvents.self, Lint.self, PolicyTest.self, Policy.self, Status.self, Info.self, LogLevel.self,
            EventLog.self, Probe.self, Bugtool.self, Admission.self, Sensors.self, Completion.self,
            Debug.self, Dump.self,
            Version.self,
        ]
    )
}

@main
enum Main {
    static func main() async {
        let commands = Shrike.configuration.subcommands.flatMap {
            [$0.configuration.commandName ?? $0._commandName] + $0.configuration.aliases
        }
        let arguments = GlobalFlags.moveBehindCommand(
            CommandLine.arguments.dropFirst(), commands: Set(commands))
        do {
            var command = try Shrike.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(report(error, hasFindings: ["lint", "test"].contains(arguments.first)))
        }
    }

    /// Prints help where it was asked for, and errors as one line.
    /// - Returns: the exit code. The parser's own code for bad flags is 64; scripts expect 1, of `lint` and `test` 2,
    ///   since 1 means findings there.
    private static func report(_ error: any Error, hasFindings: Bool) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        if Shrike.exitCode(for: error) == .success {
            print(Shrike.fullMessage(for: error))
            return 0
        }
        let message = Shrike.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
        if !message.isEmpty { StandardError.print("Error: \(message)") }
        return hasFindings ? 2 : 1
    }
}
