// SPDX-License-Identifier: Apache-2.0
// grpc.health.v1.Health, for probers.

internal import GRPCCore
internal import ShrikeControl
internal import ShrikeRPC
internal import SwiftProtobuf

/// Serving for as long as the process runs; the only service by name is `liveness`, the empty name is the server.
struct HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
    private static let names: Set<String> = ["", "liveness"]

    func check(
        request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        guard Self.names.contains(request.service) else {
            throw RPCError(code: .notFound, message: "unknown service \(request.service)")
        }
        return .with { $0.status = .serving }
    }

    func watch(
        request: Grpc_Health_V1_HealthCheckRequest,
        response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>, context: ServerContext
    ) async throws {
        let isKnown = Self.names.contains(request.service)
        try await response.write(.with { $0.status = isKnown ? .serving : .serviceUnknown })
        // Nothing changes until the server ends, and the stream with it.
        try? await context.cancellation.cancelled
    }
}
