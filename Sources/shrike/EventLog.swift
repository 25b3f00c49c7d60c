// SPDX-License-Identifier: Apache-2.0
// shrike eventlog

import ArgumentParser
import ShrikeControl
import ShrikeRPC
import SwiftProtobuf

/// Reads or changes how the daemon's file of events is rotated.
struct EventLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventlog", abstract: "Get or set how the daemon rotates its file of events.",
        subcommands: [EventLogGet.self, EventLogSet.self])
}

/// Prints the rotation.
struct EventLogGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Print the parameters.")

    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        let response = try await global.callDaemon { calls in
            try await calls.eventLog.getEventLogParams(
                Tetragon_GetEventLogParamsRequest(), options: calls.options)
        }
        print(
            "Current logging parameters: max_size:\(response.maxSize) "
                + "rotation_interval:\"\(response.rotationInterval)\" max_backups:\(response.maxBackups)")
    }
}

/// Changes the rotation until the daemon ends.
struct EventLogSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change what is given, until the daemon ends.")

    @Option(
        help: ArgumentHelp("Megabytes at which the file is rotated; 0 stands for 100.", valueName: "size"))
    var maxSize: Int32?

    @Option(help: ArgumentHelp("Rotated files that are kept; 0 for all.", valueName: "count"))
    var maxBackups: Int32?

    @Option(
        help: ArgumentHelp("Time after which it is rotated, such as 1h30m; 0 for never.", valueName: "time"))
    var rotationInterval: String?

    @OptionGroup(title: "Global") var global: GlobalFlags

    func validate() throws {
        guard maxSize != nil || maxBackups != nil || rotationInterval != nil else {
            throw ValidationError("give --max-size, --max-backups or --rotation-interval")
        }
    }

    func run() async throws {
        var request = Tetragon_SetEventLogParamsRequest()
        if let maxSize { request.maxSize = maxSize }
        if let maxBackups { request.maxBackups = maxBackups }
        if let rotationInterval { request.rotationInterval = rotationInterval }
        _ = try await global.callDaemon { [request] calls in
            try await calls.eventLog.setEventLogParams(request, options: calls.options)
        }
    }
}
