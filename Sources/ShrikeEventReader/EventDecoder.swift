// SPDX-License-Identifier: Apache-2.0
// Turns one line of JSON into an event message.

public import ShrikeControl
import SwiftProtobuf

/// Decodes lines of the event stream.
///
/// Field names may be in snake_case or lowerCamelCase. Fields and enum names that are unknown are ignored:
/// they come from a newer daemon.
public struct EventDecoder: Sendable {
    private let options: JSONDecodingOptions

    /// Creates a decoder.
    public init() {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        self.options = options
    }

    /// Decodes the bytes of one line, without its newline.
    /// - Throws: `EventDecodingError` when the line is no JSON object of the event schema.
    public func decode(_ line: [UInt8]) throws(EventDecodingError) -> Tetragon_GetEventsResponse {
        try message(line)
    }

    /// Decodes any message of the schema.
    internal func message<Decoded: Message>(_ json: [UInt8]) throws(EventDecodingError) -> Decoded {
        do {
            return try Decoded(jsonUTF8Bytes: json, options: options)
        } catch {
            throw EventDecodingError(reason: String(describing: error))
        }
    }
}

/// Why a line is not an event.
public struct EventDecodingError: Error, Equatable, CustomStringConvertible {
    /// What the JSON decoder says.
    public let reason: String

    /// An error with its reason.
    public init(reason: String) { self.reason = reason }

    /// The reason.
    public var description: String { reason }
}
