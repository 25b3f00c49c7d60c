// SPDX-License-Identifier: Apache-2.0
// tetragon.FineGuidanceSensors: everything but the stream of events, the policies and the hooks of runtimes.

internal import GRPCCore
internal import Logging
internal import ShrikeControl
internal import ShrikeDaemon
internal import ShrikeProbes
internal import ShrikeRPC
internal import SwiftProtobuf

/// The service on one listener.
struct SensorsService: Tetragon_FineGuidanceSensors.SimpleServiceProtocol {
    let interfaces: DaemonInterfaces
    let access: CallAccess
    let queueEvents: Int

    /// Failures are UNKNOWN with a text, as clients know them.
    static func failure(_ text: String) -> RPCError { RPCError(code: .unknown, message: text) }

    func getHealth(
        request: Tetragon_GetHealthStatusRequest, context: ServerContext
    ) async throws -> Tetragon_GetHealthStatusResponse {
        let health = interfaces.health()
        return .with {
            $0.healthStatus = [
                .with {
                    $0.event = .status
                    $0.status = health.isAlive ? .healthStatusRunning : .healthStatusError
                    $0.details = health.isReady ? "running" : health.problems.joined(separator: "; ")
                }
            ]
        }
    }

    func getVersion(
        request: Tetragon_GetVersionRequest, context: ServerContext
    ) async throws -> Tetragon_GetVersionResponse {
        .with { $0.version = ShrikeVersion.current }
    }

    func getInfo(
        request: Tetragon_GetInfoRequest, context: ServerContext
    ) async throws -> Tetragon_GetInfoResponse {
        let configuration = interfaces.configuration
        return try .with {
            $0.version = ShrikeVersion.current
            $0.name = "shrike"
            $0.probes = Self.probes.map { probe in
                .with {
                    $0.name = probe.name
                    $0.enabled = Google_Protobuf_BoolValue(probe.isAvailable)
                }
            }
            $0.conf = try [
                Self.setting("export-filename", Google_Protobuf_StringValue(configuration.exportFilename)),
                Self.setting("cluster-name", Google_Protobuf_StringValue(configuration.clusterName)),
                Self.setting("bpf-dir", Google_Protobuf_StringValue(configuration.bpfFolder)),
                Self.setting("keep-enforcing", Google_Protobuf_BoolValue(configuration.keepsEnforcing)),
                Self.setting(
                    "rb-size", Google_Protobuf_Int64Value(Int64(configuration.observationRingBytes))),
                Self.setting(
                    "rb-critical-size", Google_Protobuf_Int64Value(Int64(configuration.criticalRingBytes))),
                Self.setting("procfs", Google_Protobuf_StringValue(configuration.procfs)),
            ]
        }
    }

    /// Looked at once: a kernel does not change.
    private static let probes = KernelProbe.all()

    private static func setting(
        _ key: String, _ value: some Message
    ) throws -> Tetragon_GetInfoResponse.ConfVal {
        try .with {
            $0.key = key
            $0.value = try Google_Protobuf_Any(message: value)
        }
    }

    // MARK: Debugging

    func getDebug(
        request: Tetragon_GetDebugRequest, context: ServerContext
    ) async throws -> Tetragon_GetDebugResponse {
        switch request.flag {
        case .logLevel:
            return .with {
                $0.flag = .logLevel
                $0.level = Tetragon_LogLevel(interfaces.logLevel.value)
            }
        case .dumpProcessCache:
            let processes = try await dump(request.dump)
            return .with {
                $0.flag = .dumpProcessCache
                $0.processes.processes = processes
            }
        case .UNRECOGNIZED(let number):
            throw Self.failure("client requested unknown config flag \(number)")
        }
    }

    private func dump(
        _ request: Tetragon_DumpProcessCacheReqArgs
    ) async throws -> [Tetragon_ProcessInternal] {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        return try await interfaces.processes.dump().split(separator: 0x0a).compactMap { line in
            let process = try Tetragon_ProcessInternal(jsonUTF8Bytes: Array(line), options: options)
            if request.skipZeroRefcnt, process.refcnt.value == 0 { return nil }
            // The kernel's table holds the living.
            if request.excludeExecveMapProcesses, process.color == "inUse" { return nil }
            return process
        }
    }

    func setDebug(
        request: Tetragon_SetDebugRequest, context: ServerContext
    ) async throws -> Tetragon_SetDebugResponse {
        let who = try access.requireChange("SetDebug", context)
        guard request.flag == .logLevel else {
            throw Self.failure("client requested change of unknown config flag \(request.flag.rawValue)")
        }
        guard let level = Logger.Level(request.level) else {
            throw Self.failure("unknown log level \(request.level.rawValue)")
        }
        interfaces.logLevel.value = level
        access.logChange("SetDebug level=\(level)", by: who, context)
        return .with {
            $0.flag = .logLevel
            $0.level = request.level
        }
    }

    // MARK: What is no longer there

    func listSensors(
        request: Tetragon_ListSensorsRequest, context: ServerContext
    ) async throws -> Tetragon_ListSensorsResponse {
        throw Self.failure("ListSensors is deprecated")
    }

    func enableSensor(
        request: Tetragon_EnableSensorRequest, context: ServerContext
    ) async throws -> Tetragon_EnableSensorResponse {
        throw Self.failure("EnableSensor is deprecated")
    }

    func disableSensor(
        request: Tetragon_DisableSensorRequest, context: ServerContext
    ) async throws -> Tetragon_DisableSensorResponse {
        throw Self.failure("DisableSensor is deprecated")
    }

    func removeSensor(
        request: Tetragon_RemoveSensorRequest, context: ServerContext
    ) async throws -> Tetragon_RemoveSensorResponse {
        throw Self.failure("RemoveSensor is deprecated")
    }
}

extension Tetragon_LogLevel {
    fileprivate init(_ level: Logger.Level) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info, .notice: self = .info
        case .warning: self = .warn
        case .error: self = .error
        case .critical: self = .fatal
        }
    }
}

extension Logger.Level {
    fileprivate init?(_ level: Tetragon_LogLevel) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info: self = .info
        case .warn: self = .warning
        case .error: self = .error
        case .fatal, .panic: self = .critical
        case .UNRECOGNIZED: return nil
        }
    }
}
