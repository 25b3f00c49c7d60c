// SPDX-License-Identifier: Apache-2.0
// Kubernetes label selectors.

/// A condition on labels; all its parts must hold.
public struct LabelSelector: Sendable {
    /// One entry of `matchExpressions`.
    public struct Expression: Sendable {
        /// How the label's value is compared.
        public enum Comparison: String, Sendable, Hashable, CaseIterable {
            /// The value is one of those listed.
            case isIn = "In"
            /// The value is none of those listed, or there is no such label.
            case isNotIn = "NotIn"
            /// There is such a label.
            case exists = "Exists"
            /// There is no such label.
            case doesNotExist = "DoesNotExist"
        }

        /// The label's name.
        public let key: Located<String>
        /// How it is compared.
        public let comparison: Located<Comparison>
        /// The values of In and NotIn.
        public let values: [Located<String>]
        /// The mapping.
        public let range: SourceRange
    }

    /// One entry of `matchLabels`.
    public struct Label: Sendable {
        /// The label's name.
        public let key: Located<String>
        /// The value that it must have.
        public let value: Located<String>
    }

    /// Labels and the values that they must have.
    public let labels: [Label]
    /// Further conditions.
    public let expressions: [Expression]
    /// The mapping.
    public let range: SourceRange

    /// Whether the selector matches everything.
    public var isEmpty: Bool { labels.isEmpty && expressions.isEmpty }
}
