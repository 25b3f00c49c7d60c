// SPDX-License-Identifier: Apache-2.0
// shrike status, info, sensors

import ArgumentParser
import Glibc
import ShrikeClusterClient
import ShrikeControl
import ShrikeRPC
import SwiftProtobuf

/// Says whether the daemon runs.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether the daemon runs, and how many policies it enforces.",
        discussion: """
            With --kubernetes one line for each node: its pod, and what became of the cluster's policies there \
            (PolicyNodeStatus). REPORTED is how long ago the node wrote that, which it does when something \
            changes and otherwise each ten to twenty minutes.

            Examples:
              shrike status
              shrike status --kubernetes
              shrike status --kubernetes -o json | jq -r 'select(.refused > 0) | .node'
            """)

    @Option(
        name: .shortAndLong, help: "text or json; json with --kubernetes: one object in a line for each node."
    )
    var output = ListOutput.text

    @OptionGroup(title: "Cluster") var cluster: ClusterFlags
    @OptionGroup(title: "Global") var global: GlobalFlags

    func validate() throws {
        guard output == .text || cluster.kubernetes else {
            throw ValidationError("-o json goes with --kubernetes; of one daemon see `shrike info`")
        }
    }

    func run() async throws {
        if cluster.kubernetes { return try await showCluster() }
        let (health, policies) = try await global.callDaemon { calls in
            let health = try await calls.sensors.getHealth(
                Tetragon_GetHealthStatusRequest(), options: calls.options)
            let policies = try await calls.sensors.listTracingPolicies(
                Tetragon_ListTracingPoliciesRequest(), options: calls.options)
            return (health, policies.policies)
        }
        guard let first = health.healthStatus.first else {
            print("Health Status: no status available")
            return
        }
        print("Health Status: \(first.details)")
        guard !policies.isEmpty else { return }
        let enabled = policies.filter { $0.state == .tpStateEnabled }
        let enforcing = enabled.filter { $0.mode == .tpModeEnforce }.count
        let failed = policies.filter { $0.state == .tpStateLoadError }.count
        print(
            "Policies: \(policies.count), \(enabled.count) enabled, \(enforcing) of them enforcing"
                + (failed > 0 ? ", \(failed) failed to load" : ""))
    }
}

extension Status {
    private func showCluster() async throws {
        let nodes = try await NodeOverview.all(
            access: try cluster.access(), pods: cluster.pods, userAgent: ClusterFlags.userAgent)
        switch output {
        case .json: for node in nodes { print(node.json) }
        case .text:
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            print(
                NodeOverview.table(nodes, now: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)),
                terminator: "")
        }
    }
}

/// What the daemon is and how it is set up.
struct Info: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the daemon's version and configuration as one JSON object.")

    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        let info = try await global.callDaemon { calls in
            try await calls.sensors.getInfo(Tetragon_GetInfoRequest(), options: calls.options)
        }
        var object = Google_Protobuf_Struct()
        object.fields["Name"] = Google_Protobuf_Value(stringValue: info.name)
        object.fields["Version"] = Google_Protobuf_Value(stringValue: info.version)
        var conf = Google_Protobuf_Struct()
        for setting in info.conf { conf.fields[setting.key] = Self.value(of: setting.value) }
        object.fields["Conf"] = Google_Protobuf_Value(structValue: conf)
        var probes = Google_Protobuf_Struct()
        for probe in info.probes {
            probes.fields[probe.name] = Google_Protobuf_Value(boolValue: probe.enabled.value)
        }
        object.fields["Probes"] = Google_Protobuf_Value(structValue: probes)
        print(try object.jsonString())
    }

    private static func value(of any: Google_Protobuf_Any) -> Google_Protobuf_Value {
        if let text = try? Google_Protobuf_StringValue(unpackingAny: any) {
            return Google_Protobuf_Value(stringValue: text.value)
        }
        if let flag = try? Google_Protobuf_BoolValue(unpackingAny: any) {
            return Google_Protobuf_Value(boolValue: flag.value)
        }
        if let number = try? Google_Protobuf_Int64Value(unpackingAny: any) {
            return Google_Protobuf_Value(numberValue: Double(number.value))
        }
        if let list = try? Google_Protobuf_ListValue(unpackingAny: any) {
            return Google_Protobuf_Value(listValue: list)
        }
        return Google_Protobuf_Value(stringValue: "")
    }
}

/// What the incumbent has deprecated, with its answer.
struct Sensors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deprecated: see `shrike policy list`, which names the sensors of each policy.")

    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        try await global.callDaemon { calls in
            _ = try await calls.sensors.listSensors(Tetragon_ListSensorsRequest(), options: calls.options)
        }
    }
}
