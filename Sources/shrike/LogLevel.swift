// SPDX-License-Identifier: Apache-2.0
// shrike loglevel

import ArgumentParser
import ShrikeControl
import ShrikeRPC
import SwiftProtobuf

/// Reads or changes how much the daemon logs.
struct LogLevel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loglevel", abstract: "Get or set how much the daemon logs.",
        subcommands: [LogLevelGet.self, LogLevelSet.self], aliases: ["log"])
}

/// Prints the level.
struct LogLevelGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Print the level.")

    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        let response = try await global.callDaemon { calls in
            try await calls.sensors.getDebug(.with { $0.flag = .logLevel }, options: calls.options)
        }
        print("Current log level: \(LogLevelName.of(response.level))")
    }
}

/// Sets the level.
struct LogLevelSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set the level until the daemon ends: trace, debug, info, warn, error, fatal or panic.")

    @ArgumentParser.Argument var level: String
    @OptionGroup(title: "Global") var global: GlobalFlags

    private static let levels: [String: Tetragon_LogLevel] = [
        "trace": .trace, "debug": .debug, "info": .info, "warn": .warn, "warning": .warn, "error": .error,
        "fatal": .fatal, "panic": .panic,
    ]

    func run() async throws {
        guard let level = Self.levels[level.lowercased()] else {
            throw CommandError("invalid log level: \(level)")
        }
        let response = try await global.callDaemon { calls in
            try await calls.sensors.setDebug(
                .with {
                    $0.flag = .logLevel
                    $0.level = level
                }, options: calls.options)
        }
        print("Log level set to: \(LogLevelName.of(response.level))")
    }
}

/// Names of levels as the .proto file has them.
private enum LogLevelName {
    private static let names = ["PANIC", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"]

    static func of(_ level: Tetragon_LogLevel) -> String {
        names.indices.contains(level.rawValue) ? "LOG_LEVEL_\(names[level.rawValue])" : "\(level.rawValue)"
    }
}
