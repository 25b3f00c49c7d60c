// SPDX-License-Identifier: Apache-2.0
// The stream of events.

internal import GRPCCore
internal import ShrikeControl
internal import ShrikeDaemon
internal import ShrikeEventFilter
internal import ShrikeEventReader
internal import ShrikeExport
internal import ShrikeRPC
internal import SwiftProtobuf

extension SensorsService {
    /// Events from now on, until the client goes or the daemon ends.
    ///
    /// Lines are decoded here, on the call's own task, and only while somebody listens: the event thread copies
    /// bytes and knows nothing of messages.
    func getEvents(
        request: Tetragon_GetEventsRequest, response: RPCWriter<Tetragon_GetEventsResponse>,
        context: ServerContext
    ) async throws {
        let selection = try EventSelection(request)
        let subscription = interfaces.events.subscribe(limit: queueEvents)
        defer { interfaces.events.end(subscription) }
        try await withRPCCancellationHandler {
            var selection = selection
            for await batch in subscription.batches() {
                for chunk in batch.chunks {
                    let events = unsafe chunk.withUnsafeBytes { lines in
                        unsafe selection.events(of: lines) { interfaces.events.countUndecodable() }
                    }
                    try await response.write(contentsOf: events)
                }
                // What did not fit came after what is queued.
                if batch.lost > 0 { try await response.write(lossNotice(batch.lost)) }
            }
        } onCancelRPC: {
            interfaces.events.end(subscription)
            subscription.finish()
        }
    }

    /// Tells a slow client how many events it lost: the same event that the daemon's own rate limit makes.
    private func lossNotice(_ count: UInt64) -> Tetragon_GetEventsResponse {
        .with {
            $0.rateLimitInfo.numberOfDroppedProcessEvents = count
            $0.nodeName = interfaces.nodeName
            $0.time = Google_Protobuf_Timestamp(nanoseconds: RealTime.nanoseconds())
        }
    }
}

/// What one client wants to see.
private struct EventSelection {
    private let allowed: [EventFilter]
    private let denied: [EventFilter]
    private let fields: [FieldFilter]
    /// Whether an event has to be looked at before it is decoded.
    private let isEverything: Bool
    private var decoder = StreamDecoder()

    init(_ request: Tetragon_GetEventsRequest) throws(RPCError) {
        do {
            let allowed = try request.allowList.map { try EventFilter($0) }
            // A filter without conditions, which `tetra` sends when nobody asks for less, lets everything pass.
            self.allowed = request.allowList.contains(Tetragon_Filter()) ? [] : allowed
            denied = try request.denyList.map { try EventFilter($0) }
            fields = try request.fieldFilters.map {
                try FieldFilter(
                    $0.action == .exclude ? .exclude : .include, paths: $0.fields.paths,
                    eventTypes: $0.eventSet, isInverted: $0.hasInvertEventSet && $0.invertEventSet.value)
            }
        } catch {
            throw SensorsService.failure("\(error)")
        }
        isEverything = allowed.isEmpty && denied.isEmpty && fields.isEmpty
    }

    /// The events of whole lines, those that the client does not want left out.
    /// - Parameter onUndecodable: called for each line that is no event.
    mutating func events(
        of lines: UnsafeRawBufferPointer, onUndecodable: () -> Void
    ) -> [Tetragon_GetEventsResponse] {
        var events: [Tetragon_GetEventsResponse] = []
        var splitter = LineSplitter(maximumLength: .max)
        unsafe splitter.push(lines) { line in
            guard case .complete(let bytes) = line else { return }
            do throws(EventDecodingError) {
                if let event = try event(of: bytes) { events.append(event) }
            } catch {
                onUndecodable()
            }
        }
        return events
    }

    /// The event of a line; nil when the client does not want it.
    /// - Throws: when the line is none of an event.
    private mutating func event(
        of line: [UInt8]
    ) throws(EventDecodingError) -> Tetragon_GetEventsResponse? {
        if isEverything { return try decoder.decode(line) }
        let kind: Tetragon_EventType? = unsafe line.withUnsafeBytes { bytes in
            guard let event = unsafe EventLine(bytes),
                allowed.isEmpty || allowed.contains(where: { $0.matches(event) }),
                !denied.contains(where: { $0.matches(event) })
            else { return nil }
            return event.type
        }
        guard let kind else { return nil }
        var chosen = line
        for field in fields where field.concerns(kind) {
            guard let filtered = field.apply(to: chosen) else {
                throw EventDecodingError(reason: "not an object in JSON")
            }
            chosen = filtered
        }
        return try decoder.decode(chosen)
    }
}
