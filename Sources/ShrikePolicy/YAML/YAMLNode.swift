// SPDX-License-Identifier: Apache-2.0
// A YAML document as a tree in which every node knows its place. Aliases are already resolved.

/// One node of a YAML document.
public struct YAMLNode: Sendable {
    /// What a node holds.
    public enum Content: Sendable {
        /// A single value.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Key and value pairs in the order of the text; keys are unique.
        case mapping([YAMLPair])
    }

    /// What the node holds.
    public let content: Content
    /// Where it stands. The content of an alias has the place of its anchor.
    public let range: SourceRange

    /// Whether the node is `null`, `~` or nothing at all.
    public var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.resolved == .null } else { false }
    }

    /// What the node is, for "expected a string, got …".
    public var kindName: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar): scalar.resolved.name
        }
    }
}

/// A key of a mapping and its value.
public struct YAMLPair: Sendable {
    /// The text of the key.
    public let key: Located<String>
    /// The value.
    public let value: YAMLNode
}

/// A scalar: its text, how it was written, and the type that follows from both.
public struct YAMLScalar: Sendable, Hashable {
    /// How a scalar was written.
    public enum Style: Sendable, Hashable {
        /// Without quotes: may be a number, a truth value or null.
        case plain
        /// In quotes or as a block: always a string.
        case quoted
    }

    /// The text, escapes resolved.
    public let text: String
    /// How it was written.
    public let style: Style
    /// The explicit tag, for example `tag:yaml.org,2002:str`.
    public let tag: String?
    /// The value by the rules of YAML 1.1, which Kubernetes follows.
    public let resolved: ResolvedScalar
}
