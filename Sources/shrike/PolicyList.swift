// SPDX-License-Identifier: Apache-2.0
// shrike policy list, domains

import ArgumentParser
import ShrikeControl
import ShrikeRPC
import SwiftProtobuf

/// Text for people, or JSON.
enum ListOutput: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// Lists the daemon's policies.
struct PolicyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the policies: state, mode, kernel memory, what they did.")

    @Option(name: .shortAndLong, help: "text or json.") var output = ListOutput.text

    @Option(help: ArgumentHelp("Only policies from there: grpc, static or k8s.", valueName: "domain"))
    var domain = ""

    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        let domain = domain
        let response = try await global.callDaemon { calls in
            try await calls.sensors.listTracingPolicies(.with { $0.domain = domain }, options: calls.options)
        }
        switch output {
        case .json: print(try ProtoJSON.line(response))
        case .text: print(PolicyTable.text(response.policies), terminator: "")
        }
    }
}

/// Lists where policies come from.
struct PolicyDomains: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domains", abstract: "List where the policies come from.")

    @Option(name: .shortAndLong, help: "text or json.") var output = ListOutput.text
    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        let response = try await global.callDaemon { calls in
            try await calls.sensors.listDomains(Tetragon_ListDomainsRequest(), options: calls.options)
        }
        switch output {
        case .json: print(try ProtoJSON.line(response))
        case .text: print("[\(response.domains.joined(separator: " "))]")
        }
    }
}

/// Messages as the incumbent prints them: one line, names as in the .proto files.
enum ProtoJSON {
    static func line(_ message: some Message) throws -> String {
        String(decoding: try bytes(message), as: UTF8.self)
    }

    static func bytes(_ message: some Message) throws -> [UInt8] {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        return try message.jsonUTF8Bytes(options: options)
    }
}

/// The table of policies.
enum PolicyTable {
    static let header = [
        "ID", "NAME", "DOMAIN", "STATE", "FILTERID", "NAMESPACE", "SENSORS", "KERNELMEMORY", "MODE", "NPOST",
        "NENFORCE", "NMONITOR",
    ]

    /// Columns are separated by at least three spaces; the last one is not padded. What is wrong with a policy
    /// stands below its row.
    static func text(_ policies: [Tetragon_TracingPolicyStatus]) -> String {
        let rows = [header] + policies.map(row)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for (number, row) in rows.enumerated() {
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.count + 3)
                }
            }
            text += line + "\n"
            if number > 0, !policies[number - 1].error.isEmpty {
                for reason in policies[number - 1].error.split(separator: "\n") { text += "     \(reason)\n" }
            }
        }
        return text
    }

    private static func row(_ policy: Tetragon_TracingPolicyStatus) -> [String] {
        let counts = policy.stats.actionCounters
        let enforced = counts.signal + counts.override + counts.notifyEnforcer + counts.set
        let monitored =
            counts.monitorSignal + counts.monitorOverride + counts.monitorNotifyEnforcer + counts.monitorSet
        return [
            "\(policy.id)", policy.name, policy.domain, word(states, policy.state.rawValue),
            "\(policy.filterID)", policy.namespace.isEmpty ? "(global)" : policy.namespace,
            policy.sensors.joined(separator: ","), size(policy.kernelMemoryBytes),
            word(modes, policy.mode.rawValue), "\(counts.post)", "\(enforced)", "\(monitored)",
        ]
    }

    /// Names of the enums' values without their prefix, by number.
    private static let states = [
        "unknown", "enabled", "disabled", "load_error", "error", "loading", "unloading", "skipped",
        "partially_enabled",
    ]
    private static let modes = ["unknown", "enforce", "monitor", "monitor_only"]

    private static func word(_ words: [String], _ number: Int) -> String {
        words.indices.contains(number) ? words[number] : "\(number)"
    }

    /// SI units with two decimals; below 1000 plain bytes.
    static func size(_ bytes: UInt64) -> String {
        guard bytes >= 1000 else { return "\(bytes) B" }
        var value = Double(bytes) / 1000
        for unit in ["kB", "MB", "GB", "TB"] {
            if value < 999.995 || unit == "TB" {
                let hundredths = Int((value * 100).rounded())
                let fraction = hundredths % 100
                return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) \(unit)"
            }
            value /= 1000
        }
        return "\(bytes) B"
    }
}
