// SPDX-License-Identifier: Apache-2.0
// shrike policy

import ArgumentParser

/// Policies: of a running daemon, and as files.
struct Policy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Look into policies, and change those of a running daemon.",
        subcommands: [
            PolicyAdd.self, PolicyDelete.self, PolicyEnable.self, PolicyDisable.self, PolicySetMode.self,
            PolicyModify.self,
            PolicyConfigure.self, PolicyList.self, PolicyDomains.self, PolicyClear.self,
            PolicyExplain.self, PolicyDiff.self, PolicyRender.self, PolicyGenerate.self,
            PolicySchemaCommand.self,
        ],
        aliases: ["tracingpolicy", "tp"])
}

/// Which policy is meant.
struct PolicyName: ParsableArguments {
    @ArgumentParser.Argument(help: ArgumentHelp("The policy's name.", valueName: "name"))
    var name: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Its Kubernetes namespace.", valueName: "name"))
    var namespace = ""

    @Option(
        help: ArgumentHelp(
            "Where it comes from: grpc, static (files) or k8s. Default: wherever there is one of the name.",
            valueName: "domain"))
    var domain = ""
}
