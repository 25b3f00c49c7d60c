// SPDX-License-Identifier: Apache-2.0
// Takes secrets out of command lines and environments before anybody sees them.

public import ShrikePattern

/// One redaction filter.
public struct RedactionRule: Sendable {
    /// Binaries that it is for; empty: all.
    public var binaries: [Pattern]
    /// What their groups hold is replaced.
    public var patterns: [Pattern]

    /// Makes a rule.
    public init(binaries: [Pattern], patterns: [Pattern]) {
        self.binaries = binaries
        self.patterns = patterns
    }
}

/// Redaction filters, applied one after the other when a process comes into being: what they take out is in no
/// output.
public struct Redactor: Sendable {
    private static let replacement: [Unicode.Scalar] = Array("*****".unicodeScalars)
    private let rules: [RedactionRule]

    /// Makes a redactor.
    public init(rules: [RedactionRule]) { self.rules = rules }

    /// Whether some rule is for a binary.
    public func applies(to binary: String) -> Bool { rules.contains { Self.isFor(binary, $0) } }

    /// The text with what the groups of the patterns hold replaced; text outside groups stays.
    public func redacted(_ text: String, of binary: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for rule in rules where Self.isFor(binary, rule) {
            for pattern in rule.patterns { Self.redact(&scalars, pattern) }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars)
        return String(result)
    }

    private static func isFor(_ binary: String, _ rule: RedactionRule) -> Bool {
        rule.binaries.isEmpty || rule.binaries.contains { $0.matches(binary) }
    }

    private static func redact(_ text: inout [Unicode.Scalar], _ pattern: Pattern) {
        guard pattern.groupCount > 0 else { return }
        let matches = pattern.allMatches(in: text)
        guard !matches.isEmpty else { return }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var copied = 0
        for match in matches {
            // Outer groups come before those inside them; what lies in one that was replaced is gone.
            var outer: Range<Int>?
            for group in match.groups {
                guard let group, group.lowerBound >= copied else { continue }
                if let outer, group.lowerBound >= outer.lowerBound, group.upperBound <= outer.upperBound {
                    continue
                }
                outer = group
                result += text[copied..<group.lowerBound]
                result += replacement
                copied = group.upperBound
            }
        }
        result += text[copied...]
        text = result
    }
}
