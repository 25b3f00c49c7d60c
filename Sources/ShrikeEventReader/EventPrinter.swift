// SPDX-License-Identifier: Apache-2.0
// From one line of input to what is printed for it: decode, filter, choose fields, print.

import ShrikeControl
public import ShrikeEventFilter
import ShrikeJSON

/// The forms in which events are printed.
public enum EventOutput: Sendable {
    /// One line of JSON for each event.
    case json
    /// One line for people for each event.
    case compact(CompactOptions)
    /// Only the bytes that were written to the terminal at this path.
    case terminal(path: String)
}

/// What was done with a line of input.
enum LineResult: Equatable {
    case printed
    /// A filter does not want it, or there is nothing to print.
    case filtered
    /// It is no event.
    case skipped(reason: String)
}

/// Which events a reader asks for besides what filters say.
public struct EventSelection: Sendable {
    /// Only events of these processes and what descends from them; empty: of all.
    public var followedPIDs: [UInt32] = []
    /// Only events from this time on, nanoseconds since 1970; nil: all.
    public var since: Int64?

    /// All events.
    public init() {}
}

/// Prints lines of the event stream as they are wanted.
public struct EventPrinter: Sendable {
    private let output: EventOutput
    private let filter: EventFilter?
    private let fieldFilters: [FieldFilter]
    private let compact: CompactPrinter?
    private let decoder = EventDecoder()
    private var follower: ProcessFollower?
    private let since: Int64?
    private var tree: EventTree?

    /// Creates a printer.
    /// - Parameters:
    ///   - fieldFilters: applied one after the other; what one removes stays removed.
    ///   - isTree: print compact lines below the processes that they are of.
    public init(
        _ output: EventOutput, filter: EventFilter? = nil, fieldFilters: [FieldFilter] = [],
        selection: EventSelection = EventSelection(), isTree: Bool = false
    ) {
        follower = selection.followedPIDs.isEmpty ? nil : ProcessFollower(selection.followedPIDs)
        since = selection.since
        if isTree, case .compact(let options) = output { tree = EventTree(options) }
        self.output = output
        self.filter = filter
        self.fieldFilters = fieldFilters
        if case .compact(let options) = output {
            compact = CompactPrinter(options)
        } else {
            compact = nil
        }
    }

    /// Appends to `bytes` what is to be printed for a line.
    mutating func print(_ line: [UInt8], to bytes: inout [UInt8]) throws(CompactError) -> LineResult {
        var event: Tetragon_GetEventsResponse
        let whole: Tetragon_GetEventsResponse
        do throws(EventDecodingError) {
            event = try decoder.decode(line)
            whole = event
            guard passes(line) else { return .filtered }
            guard let chosen = chooseFields(of: line, event) else {
                return .skipped(reason: "not an event in JSON")
            }
            if case .json = output {
                // Byte for byte: whoever compares or signs lines sees what the daemon wrote.
                bytes.append(contentsOf: chosen)
                bytes.append(0x0A)
                return .printed
            }
            if !fieldFilters.isEmpty { event = try decoder.decode(chosen) }
        } catch {
            return .skipped(reason: "not an event in JSON: \(error.reason)")
        }
        return try print(event, whole, to: &bytes)
    }

    /// - Parameter whole: the event before fields were left out.
    private mutating func print(
        _ event: Tetragon_GetEventsResponse, _ whole: Tetragon_GetEventsResponse, to bytes: inout [UInt8]
    ) throws(CompactError) -> LineResult {
        if case .terminal(let path) = output {
            let written = TerminalRecorder.bytes(of: event, terminal: path)
            bytes.append(contentsOf: written)
            return written.isEmpty ? .filtered : .printed
        }
        let start = bytes.count
        let indentation = tree?.appendPlace(of: whole, to: &bytes) ?? 0
        guard try compact?.append(event, indentation: indentation, to: &bytes) ?? false else {
            bytes.removeLast(bytes.count - start)
            return .skipped(reason: "an event of a kind that this version does not know")
        }
        return .printed
    }

    private mutating func passes(_ line: [UInt8]) -> Bool {
        guard filter != nil || follower != nil || since != nil else { return true }
        return line.withUnsafeBytes { bytes in
            guard let event = EventLine(bytes) else { return false }
            // Asked first and always: a family is learnt from events that nobody wants to see.
            if follower?.includes(event) == false { return false }
            if let since {
                let time = event.envelope.member("time")?.string.flatMap { nanoseconds(rfc3339: $0.utf8) }
                guard let time, time >= since else { return false }
            }
            return filter?.matches(event) ?? true
        }
    }

    private func chooseFields(of line: [UInt8], _ event: Tetragon_GetEventsResponse) -> [UInt8]? {
        var line = line
        for filter in fieldFilters where filter.concerns(event.eventType) {
            guard let filtered = filter.apply(to: line) else { return nil }
            line = filtered
        }
        return line
    }
}
