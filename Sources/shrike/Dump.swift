// SPDX-License-Identifier: Apache-2.0
// shrike debug dump, shrike dump

import ArgumentParser
import ShrikeControl
import ShrikeRPC
import SwiftProtobuf

/// For whoever looks for a fault in the daemon.
struct Debug: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What the daemon holds.", shouldDisplay: false, subcommands: [Dump.self])
}

/// Tables of the daemon.
struct Dump: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a table of the daemon.", shouldDisplay: false, subcommands: [DumpProcessCache.self])
}

/// The processes that the daemon knows.
struct DumpProcessCache: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "processcache",
        abstract: "Print the processes that the daemon knows, one as JSON a line.",
        aliases: ["processCache"])

    @Flag(help: "Leave out those that nobody needs any more.")
    var skipZeroRefcnt = false

    @Flag(help: "Leave out those that live.")
    var excludeExecveMapProcesses = false

    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        let processes = try await global.processes(
            skipZeroRefcnt: skipZeroRefcnt, excludeLiving: excludeExecveMapProcesses)
        for process in processes { print(try ProtoJSON.line(process)) }
    }
}

extension GlobalFlags {
    /// The processes that the daemon knows.
    func processes(
        skipZeroRefcnt: Bool = false, excludeLiving: Bool = false
    ) async throws -> [Tetragon_ProcessInternal] {
        let request = Tetragon_GetDebugRequest.with {
            $0.flag = .dumpProcessCache
            $0.dump.skipZeroRefcnt = skipZeroRefcnt
            $0.dump.excludeExecveMapProcesses = excludeLiving
        }
        return try await callDaemon { calls in
            try await calls.sensors.getDebug(request, options: calls.options).processes.processes
        }
    }
}
