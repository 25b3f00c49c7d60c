// SPDX-License-Identifier: Apache-2.0
// Flags of the API.

internal import ArgumentParser
internal import ShrikeMetrics
internal import ShrikeServer

/// Where the API is served, and who may do what there.
struct ServerFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the gRPC API is served: unix:///path, or host:port. Empty: nowhere.", valueName: "address")
    )
    var serverAddress = ServerConfiguration().address

    @Option(
        help: ArgumentHelp(
            "The group whose members may use the unix socket, besides root.", valueName: "group"))
    var serverGroup = ""

    @Option(
        help: ArgumentHelp(
            "A second unix socket, for everybody on the node, through which nothing can be changed.",
            valueName: "address"))
    var serverReadAddress = ""

    @Option(help: ArgumentHelp("Certificate chain of the API over TCP, PEM.", valueName: "file"))
    var serverTlsCertFile = ""

    @Option(help: ArgumentHelp("Its key, PEM.", valueName: "file"))
    var serverTlsKeyFile = ""

    @Option(
        help: ArgumentHelp(
            "Authorities of client certificates, PEM. With any, clients need a certificate.",
            valueName: "file"))
    var serverTlsClientCaFiles: [String] = []

    @Option(
        help: ArgumentHelp(
            "Name of a client certificate that may change policies over TCP. May be given more than once.",
            valueName: "name"))
    var serverTlsAllowChange: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where grpc.health.v1.Health is served besides, in plain text. Empty: nowhere.",
            valueName: "address"))
    var healthServerAddress = ""

    @Option(help: ArgumentHelp("Most events that wait for one slow client.", valueName: "count"))
    var eventQueueSize = ServerConfiguration().queueEvents

    @Option(
        help: ArgumentHelp("The file by which clients find the API. Empty: none.", valueName: "file"))
    var infoFile = ServerConfiguration().discoveryFile

    @Option(
        help: ArgumentHelp(
            """
            Where metrics are served over HTTP, at /metrics, with /healthz (events are being read) and /readyz (policies \
            are in force too, and nothing that matters was lost within a minute): host:port or :port. Empty: nowhere.
            """,
            valueName: "address"))
    var metricsServer = ""

    /// Prefixes of the names of metrics.
    enum Prefix: String, ExpressibleByArgument, CaseIterable {
        case tetragon, shrike
    }

    @Option(help: "The prefix of the names: dashboards of Tetragon know the first.")
    var metricsPrefix = Prefix.tetragon

    @Option(
        help: ArgumentHelp(
            "Labels of event metrics that are filled: namespace, workload, pod, binary, node_name.",
            valueName: "names"))
    var metricsLabelFilter = "namespace,workload,pod,binary"

    @Flag(
        inversion: .prefixedNo, help: "Measure how long each record takes, for the metric handling_latency.")
    var enableMsgHandlingLatency = false

    func validate() throws {
        guard metricsServer.isEmpty || MetricsService.isAddress(metricsServer) else {
            throw ValidationError("--metrics-server is host:port or :port")
        }
        guard eventQueueSize > 0 else { throw ValidationError("--event-queue-size is a positive number") }
    }

    var configuration: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.address = serverAddress
        configuration.group = serverGroup
        configuration.readAddress = serverReadAddress
        configuration.certificateFile = serverTlsCertFile
        configuration.keyFile = serverTlsKeyFile
        configuration.clientAuthorityFiles = serverTlsClientCaFiles
        configuration.changers = serverTlsAllowChange
        configuration.healthAddress = healthServerAddress
        configuration.metricsAddress = metricsServer
        configuration.queueEvents = eventQueueSize
        configuration.discoveryFile = infoFile
        return configuration
    }
}
