// SPDX-License-Identifier: Apache-2.0
// grpc.health.v1.Health, for probers.

internal import GRPCCore
internal import ShrikeControl
internal import ShrikeDaemon
internal import ShrikeRPC
internal import SwiftProtobuf

/// `liveness`: events are being read, so a restart would not help; `readiness`: policies are in force and nothing that
/// matters was lost lately. The empty name, the server, answers as `liveness` does.
struct HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
    /// How often a watched state is looked at.
    private static let interval = Duration.seconds(2)

    let health: @Sendable () -> EngineHealth

    private func status(of name: String) -> Grpc_Health_V1_HealthCheckResponse.ServingStatus? {
        switch name {
        case "", "liveness": health().isAlive ? .serving : .notServing
        case "readiness": health().isReady ? .serving : .notServing
        default: nil
        }
    }

    func check(
        request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        guard let status = status(of: request.service) else {
            throw RPCError(code: .notFound, message: "unknown service \(request.service)")
        }
        return .with { $0.status = status }
    }

    func watch(
        request: Grpc_Health_V1_HealthCheckRequest,
        response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>, context: ServerContext
    ) async throws {
        var told: Grpc_Health_V1_HealthCheckResponse.ServingStatus?
        while !context.cancellation.isCancelled {
            let status = status(of: request.service) ?? .serviceUnknown
            if status != told {
                try await response.write(.with { $0.status = status })
                told = status
            }
            try await Task.sleep(for: Self.interval)
        }
    }
}
