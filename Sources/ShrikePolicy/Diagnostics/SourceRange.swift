// SPDX-License-Identifier: Apache-2.0
// Places in a policy file. Everything that a diagnostic may point at carries one.

/// A place between two characters of a text.
public struct SourcePosition: Sendable, Hashable, Comparable {
    /// 1 for the first line; CR LF counts as one line end.
    public var line: Int
    /// 1 for the first character of the line; counts Unicode scalars, a tab is one.
    public var column: Int

    /// The start of a text.
    public static let start = SourcePosition(line: 1, column: 1)

    /// A place given by line and column, both counted from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Text order.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A part of a file.
public struct SourceRange: Sendable, Hashable {
    /// The name of the file, as the user gave it.
    public var file: String
    /// The first character.
    public var start: SourcePosition
    /// The place behind the last character.
    public var end: SourcePosition

    /// A part of `file` from `start` up to, not including, `end`.
    public init(file: String, start: SourcePosition, end: SourcePosition) {
        self.file = file
        self.start = start
        self.end = end
    }

    /// A single place.
    public init(file: String, at position: SourcePosition) {
        self.init(file: file, start: position, end: position)
    }
}

/// A value and the place that it was read from.
///
/// A value that the file leaves out, so that a default applies, has the place of the mapping that
/// could have held it.
public struct Located<Value: Sendable>: Sendable {
    /// The value.
    public var value: Value
    /// Where the value stands.
    public var range: SourceRange

    /// A value read from `range`.
    public init(_ value: Value, at range: SourceRange) {
        self.value = value
        self.range = range
    }
}

extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}
