// SPDX-License-Identifier: Apache-2.0
// From one line of input to what is printed for it: decode, filter, choose fields, print.

import ShrikeControl
public import ShrikeEventFilter

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

/// Prints lines of the event stream as they are wanted.
public struct EventPrinter: Sendable {
    private let output: EventOutput
    private let filter: EventFilter?
    private let fieldFilters: [FieldFilter]
    private let compact: CompactPrinter?
    private let decoder = EventDecoder()

    /// Creates a printer.
    /// - Parameter fieldFilters: applied one after the other; what one removes stays removed.
    public init(_ output: EventOutput, filter: EventFilter? = nil, fieldFilters: [FieldFilter] = []) {
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
    func print(_ line: [UInt8], to bytes: inout [UInt8]) throws(CompactError) -> LineResult {
        var event: Tetragon_GetEventsResponse
        do throws(EventDecodingError) {
            event = try decoder.decode(line)
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
        return try print(event, to: &bytes)
    }

    private func print(
        _ event: Tetragon_GetEventsResponse, to bytes: inout [UInt8]
    ) throws(CompactError) -> LineResult {
        if case .terminal(let path) = output {
            let written = TerminalRecorder.bytes(of: event, terminal: path)
            bytes.append(contentsOf: written)
            return written.isEmpty ? .filtered : .printed
        }
        guard try compact?.append(event, to: &bytes) ?? false else {
            return .skipped(reason: "an event of a kind that this version does not know")
        }
        return .printed
    }

    private func passes(_ line: [UInt8]) -> Bool {
        guard let filter else { return true }
        return line.withUnsafeBytes { bytes in EventLine(bytes).map(filter.matches) ?? false }
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
