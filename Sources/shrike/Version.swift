// SPDX-License-Identifier: Apache-2.0
// shrike version

import ArgumentParser
import ShrikeControl
import ShrikeRPC

/// Prints the version.
struct Version: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the version of this program and, with --server, of the daemon.")

    @Flag(name: .shortAndLong, help: "The daemon's version too.") var server = false
    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        print("CLI version: \(ShrikeVersion.current)")
        guard server else { return }
        let response = try await global.callDaemon { calls in
            try await calls.sensors.getVersion(Tetragon_GetVersionRequest(), options: calls.options)
        }
        print("Server version: \(response.version)")
    }
}
