// SPDX-License-Identifier: Apache-2.0
// tetragon.EventLogService: how the file of events is rotated.

internal import GRPCCore
internal import ShrikeControl
internal import ShrikeDaemon
internal import ShrikeExport
internal import ShrikeRPC
internal import SwiftProtobuf

/// The service on one listener. Events that go to stdout, or to a file that somebody else rotates, have no
/// parameters to get or set.
struct EventLogService: Tetragon_EventLogService.SimpleServiceProtocol {
    let rotation: ExportRotationControl
    let access: CallAccess

    func setEventLogParams(
        request: Tetragon_SetEventLogParamsRequest, context: ServerContext
    ) async throws -> Tetragon_SetEventLogParamsResponse {
        let who = try access.requireChange("SetEventLogParams", context)
        var changed = try current()
        if request.hasMaxSize {
            guard (0...1 << 20).contains(request.maxSize) else {
                throw SensorsService.failure(
                    "max_size: \(request.maxSize) is not between 0 and 1048576 megabytes")
            }
            changed.maximumBytes = (request.maxSize == 0 ? 100 : Int(request.maxSize)) << 20
        }
        if request.hasMaxBackups {
            guard request.maxBackups >= 0 else {
                throw SensorsService.failure("max_backups: \(request.maxBackups) is negative")
            }
            changed.keptFiles = Int(request.maxBackups)
        }
        if request.hasRotationInterval {
            guard let interval = GoDuration(request.rotationInterval), interval.nanoseconds >= 0 else {
                throw SensorsService.failure(
                    "rotation_interval: \"\(request.rotationInterval)\" is no duration, such as 1h30m")
            }
            changed.interval = interval.nanoseconds == 0 ? nil : .nanoseconds(interval.nanoseconds)
        }
        rotation.set(changed)
        access.logChange("SetEventLogParams \(Self.text(changed))", by: who, context)
        return Tetragon_SetEventLogParamsResponse()
    }

    func getEventLogParams(
        request: Tetragon_GetEventLogParamsRequest, context: ServerContext
    ) async throws -> Tetragon_GetEventLogParamsResponse {
        let current = try current()
        return .with {
            $0.maxSize = Int32(clamping: current.maximumBytes >> 20)
            $0.maxBackups = Int32(clamping: current.keptFiles)
            $0.rotationInterval = Self.interval(current)
        }
    }

    private func current() throws(RPCError) -> ExportFileRotation {
        guard let current = rotation.get() else {
            throw SensorsService.failure("no log params setters available")
        }
        return current
    }

    private static func interval(_ rotation: ExportFileRotation) -> String {
        guard let (seconds, attoseconds) = rotation.interval?.components else { return "0s" }
        return GoDuration(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000).text
    }

    private static func text(_ rotation: ExportFileRotation) -> String {
        "max_size=\(rotation.maximumBytes >> 20) rotation_interval=\(interval(rotation)) max_backups=\(rotation.keptFiles)"
    }
}
