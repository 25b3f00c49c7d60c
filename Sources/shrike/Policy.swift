// SPDX-License-Identifier: Apache-2.0
// shrike policy

import ArgumentParser

/// Policies as files, and what can be told of them without a daemon.
struct Policy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Look into policies.",
        subcommands: [
            PolicyExplain.self, PolicyDiff.self, PolicyRender.self, PolicyGenerate.self,
            PolicySchemaCommand.self,
        ])
}
