// SPDX-License-Identifier: Apache-2.0
// Lines of one stream as messages. Processes are most of a line, decoding them is most of the work, and the same ones come
// again and again: as the parent of each command, in each event that they cause.

internal import Glibc
public import ShrikeControl
internal import ShrikeJSON

/// Decodes lines as `EventDecoder` does, but a process that it has met lately only once.
///
/// Bounded: the processes of two generations. One owner.
public struct StreamDecoder: Sendable {
    /// Processes after which the older ones are forgotten.
    private static let generation = 256

    private let decoder = EventDecoder()
    private var recent: [ProcessText: Tetragon_Process] = [:]
    private var earlier: [ProcessText: Tetragon_Process] = [:]

    /// A decoder that has met nobody.
    public init() {}

    /// Decodes the bytes of one line, without its newline.
    /// - Throws: `EventDecodingError` when the line is no JSON object of the event schema.
    public mutating func decode(_ line: [UInt8]) throws(EventDecodingError) -> Tetragon_GetEventsResponse {
        // What another encoder has written is decoded as any line.
        guard let places = ProcessPlaces(in: line) else { return try decoder.decode(line) }
        // What is left of the line says `null` where they were: the same as a member that is missing.
        var rest: [UInt8] = []
        rest.reserveCapacity(line.count - places.process.count - (places.parent?.count ?? 0) + 8)
        rest += line[..<places.process.lowerBound]
        rest += "null".utf8
        if let parent = places.parent {
            rest += line[places.process.upperBound..<parent.lowerBound]
            rest += "null".utf8
        }
        rest += line[(places.parent ?? places.process).upperBound...]
        var event = try decoder.decode(rest)
        let process = try process(ProcessText(json: line[places.process]))
        var parent: Tetragon_Process?
        if let place = places.parent { parent = try self.process(ProcessText(json: line[place])) }
        event.setProcess(process, parent: parent)
        return event
    }

    private mutating func process(_ text: ProcessText) throws(EventDecodingError) -> Tetragon_Process {
        if let known = recent[text] { return known }
        let process =
            if let known = earlier[text] { known } else {
                try decoder.message(Array(text.json)) as Tetragon_Process
            }
        if recent.count >= Self.generation {
            earlier = recent
            recent.removeAll(keepingCapacity: true)
        }
        // A copy: the slice would keep its whole line.
        recent[ProcessText(json: Array(text.json)[...])] = process
        return process
    }
}

/// A process as it stands in a line. An array of bytes would be hashed byte by byte.
private struct ProcessText: Hashable, Sendable {
    let json: ArraySlice<UInt8>

    func hash(into hasher: inout Hasher) {
        json.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    static func == (left: ProcessText, right: ProcessText) -> Bool {
        left.json.withUnsafeBytes { left in
            right.json.withUnsafeBytes { right in
                guard left.count == right.count, let leftStart = left.baseAddress,
                    let rightStart = right.baseAddress
                else { return left.count == right.count }
                return memcmp(leftStart, rightStart, left.count) == 0
            }
        }
    }
}

/// Where `process` and the `parent` behind it are in a line as this project writes it.
private struct ProcessPlaces {
    let process: Range<Int>
    let parent: Range<Int>?

    /// nil when the line begins otherwise.
    init?(in line: [UInt8]) {
        let found: (Range<Int>, Range<Int>?)? = line.withUnsafeBytes { bytes in
            // {"process_exec":{"process":{ ... },"parent":{ ... }
            guard bytes.continues("{\"process_", at: 0),
                let kindEnd = bytes.prefix(64).dropFirst(2).firstIndex(of: UInt8(ascii: "\"")),
                bytes.continues("\":{\"process\":{", at: kindEnd),
                let process = bytes.object(at: kindEnd + 13)
            else { return nil }
            guard bytes.continues(",\"parent\":{", at: process.upperBound) else { return (process, nil) }
            return (process, bytes.object(at: process.upperBound + 10))
        }
        guard let found else { return nil }
        (process, parent) = found
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func continues(_ text: StaticString, at start: Int) -> Bool {
        let end = start + text.utf8CodeUnitCount
        guard end <= count else { return false }
        // SAFETY: a StaticString with a pointer representation lives as long as the program.
        return self[start..<end].elementsEqual(
            UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Where the object that begins at an offset is; nil when it does not end.
    fileprivate func object(at start: Int) -> Range<Int>? {
        JSONView(UnsafeRawBufferPointer(rebasing: self[start...])).map { start..<start + $0.bytes.count }
    }
}

extension Tetragon_GetEventsResponse {
    /// Says who acted, and his parent, of whatever kind the event is.
    fileprivate mutating func setProcess(_ process: Tetragon_Process, parent: Tetragon_Process?) {
        switch event {
        case .processExec: processExec.take(process, parent)
        case .processExit: processExit.take(process, parent)
        case .processKprobe: processKprobe.take(process, parent)
        case .processTracepoint: processTracepoint.take(process, parent)
        case .processUprobe: processUprobe.take(process, parent)
        case .processUsdt: processUsdt.take(process, parent)
        case .processLsm: processLsm.take(process, parent)
        case .processLoader: processLoader.take(process, parent)
        case .processThrottle, .test, .rateLimitInfo, nil: break
        }
    }
}

/// An event that tells of a process and its parent.
private protocol ProcessEvent {
    var process: Tetragon_Process { get set }
    var parent: Tetragon_Process { get set }
}

extension ProcessEvent {
    fileprivate mutating func take(_ process: Tetragon_Process, _ parent: Tetragon_Process?) {
        self.process = process
        if let parent { self.parent = parent }
    }
}

extension Tetragon_ProcessExec: ProcessEvent {}
extension Tetragon_ProcessExit: ProcessEvent {}
extension Tetragon_ProcessKprobe: ProcessEvent {}
extension Tetragon_ProcessTracepoint: ProcessEvent {}
extension Tetragon_ProcessUprobe: ProcessEvent {}
extension Tetragon_ProcessUsdt: ProcessEvent {}
extension Tetragon_ProcessLsm: ProcessEvent {}
extension Tetragon_ProcessLoader: ProcessEvent {}
