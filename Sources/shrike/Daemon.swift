// SPDX-License-Identifier: Apache-2.0
// What commands that call the daemon share.

import GRPCCore
import ShrikeClient
import ShrikeRPC

/// The daemon's services, as a client sees them.
struct DaemonCalls {
    let sensors: Tetragon_FineGuidanceSensors.Client<HTTP2Transport>
    let eventLog: Tetragon_EventLogService.Client<HTTP2Transport>
    let options: CallOptions
}

extension GlobalFlags {
    /// Connects, makes the calls of `body`, and closes.
    /// - Throws: `CommandError` with the daemon's own text.
    func callDaemon<Result: Sendable>(
        _ body: @escaping @Sendable (DaemonCalls) async throws -> Result
    ) async throws -> Result {
        let connection = connection
        let options = connection.options()
        do {
            return try await connection.run { client in
                try await body(
                    DaemonCalls(
                        sensors: Tetragon_FineGuidanceSensors.Client(wrapping: client),
                        eventLog: Tetragon_EventLogService.Client(wrapping: client), options: options))
            }
        } catch let error as RPCError {
            throw CommandError(connection.text(of: error))
        }
    }
}

extension DaemonConnection {
    /// A failed call in one line, with the address when it was not reached.
    func text(of error: RPCError) -> String {
        switch error.code {
        case .unavailable: "cannot reach the daemon at \(resolvedAddress): \(error.message)"
        case .deadlineExceeded: "the daemon at \(resolvedAddress) did not answer in time"
        case .unknown: error.message
        default: "\(error.code): \(error.message)"
        }
    }
}
