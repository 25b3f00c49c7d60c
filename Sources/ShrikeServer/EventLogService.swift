// SPDX-License-Identifier: Apache-2.0
// tetragon.EventLogService: how the file of events is rotated.

internal import GRPCCore
internal import ShrikeControl
internal import ShrikeRPC

/// The service on one listener. Events that go to stdout, or to a file that somebody else rotates, have no
/// parameters to get or set.
struct EventLogService: Tetragon_EventLogService.SimpleServiceProtocol {
    func setEventLogParams(
        request: Tetragon_SetEventLogParamsRequest, context: ServerContext
    ) async throws -> Tetragon_SetEventLogParamsResponse {
        throw SensorsService.failure("no log params setters available")
    }

    func getEventLogParams(
        request: Tetragon_GetEventLogParamsRequest, context: ServerContext
    ) async throws -> Tetragon_GetEventLogParamsResponse {
        throw SensorsService.failure("no log params setters available")
    }
}
