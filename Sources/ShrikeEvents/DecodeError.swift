// SPDX-License-Identifier: Apache-2.0
// Why bytes from the kernel are not a record: the ring is trusted to be ours, never to be right.

/// A record whose bytes contradict themselves.
///
/// Nothing of such a record is used; the caller counts it and goes on with the next one.
public struct DecodeError: Error, Equatable, Sendable {
    /// What is wrong with the bytes.
    public enum Reason: Equatable, Sendable {
        /// The bytes end before the field does.
        case truncated
        /// `size_bytes` of the header is more than was delivered, or less than the fixed part.
        case lyingSize
        /// No kind of record has this number.
        case unknownKind(UInt16)
        /// A count is above what the ABI allows.
        case countOverLimit
        /// A payload has the wrong size for its argument type, or the type has no meaning.
        case malformedArgument
    }

    /// What is wrong.
    public var reason: Reason
    /// Where it was found, in bytes from the start of the record.
    public var offset: Int
    /// How many bytes (for a count: how many elements) the record claims from there on.
    public var needed: Int
    /// How many there are.
    public var had: Int

    /// Makes an error from its parts.
    public init(_ reason: Reason, offset: Int, needed: Int, had: Int) {
        self.reason = reason
        self.offset = offset
        self.needed = needed
        self.had = had
    }
}

extension DecodeError: CustomStringConvertible {
    /// One line for the log: `truncated at offset 24: needed 48 bytes, had 12`.
    public var description: String {
        "\(reason) at offset \(offset): needed \(needed), had \(had)"
    }
}
