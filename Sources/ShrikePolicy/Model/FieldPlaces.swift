// SPDX-License-Identifier: Apache-2.0
// Where each field of a mapping stands, so that any check can point at any field, and so that one
// table can say which fields this version supports.

/// The fields that a mapping of the policy file gives.
public struct FieldPlaces: Sendable {
    /// One field as it was given.
    public struct Field: Sendable {
        /// The name.
        public let name: String
        /// Where the name stands.
        public let nameRange: SourceRange
        /// Where the value stands.
        public let valueRange: SourceRange
        /// The value says what leaving the field out says too, so the field has no effect.
        public let isDefault: Bool
    }

    /// The fields in the order of the text.
    public internal(set) var all: [Field] = []

    /// The field of that name, if it is given.
    public subscript(_ name: String) -> Field? { all.first { $0.name == name } }

    /// Whether the field is given and says something else than its default.
    public func isSet(_ name: String) -> Bool {
        self[name].map { !$0.isDefault } ?? false
    }
}
