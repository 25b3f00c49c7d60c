// SPDX-License-Identifier: Apache-2.0
// What is known about a rule apart from how it is checked.

public import ShrikePolicy

/// What a rule is about.
public enum RuleGroup: String, Sendable, Hashable, CaseIterable {
    /// The text and its structure.
    case schema
    /// Whether kernels have what the policy hooks.
    case kernel
    /// Whether the policy says what its author means.
    case logic
    /// Whether an attacker gets round it.
    case security
    /// Whom it would hit.
    case blastRadius = "blast radius"
    /// What it costs.
    case cost
    /// Whether it can be maintained.
    case hygiene
}

/// A rule: one kind of finding.
public struct LintRule: Sendable {
    /// The text around an example.
    public struct Example: Sendable {
        /// The YAML as the reference shows it: a whole file, or the fields of `spec`.
        public let text: String

        /// The text without the mark of a whole file.
        public var shown: String {
            text.hasPrefix(Self.mark) ? String(text.dropFirst(Self.mark.count)) : text
        }

        private static let mark = "#!file\n"

        /// The whole file.
        public var file: String {
            if text.hasPrefix(Self.mark) { return shown + "\n" }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let body = lines.map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
            let head =
                "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata:\n  name: example\nspec:\n"
            return head + body + "\n"
        }
    }

    /// The stable id, `SHR` and three digits.
    public let id: String
    /// What it is about.
    public let group: RuleGroup
    /// How bad a finding is unless the configuration says otherwise.
    public let severity: Severity
    /// What is found, in a few words.
    public let title: String
    /// Why it matters.
    public let why: String
    /// What to write instead.
    public let instead: String
    /// A policy with such a finding; nil when it takes more than a file.
    public let bad: Example?
    /// The same without it.
    public let good: Example?
}
