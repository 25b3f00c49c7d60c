// SPDX-License-Identifier: Apache-2.0
// A finding of the linter: a diagnostic, the kernels that it is true on, and how to mend it.

public import ShrikePolicy

/// A change of the text that mends a finding.
public struct TextEdit: Sendable, Hashable {
    /// What is replaced; nothing when start and end are the same.
    public let range: SourceRange
    /// What stands there afterwards.
    public let replacement: String

    /// Replaces a part of a file.
    public init(_ range: SourceRange, _ replacement: String) {
        self.range = range
        self.replacement = replacement
    }
}

/// One finding.
public struct LintFinding: Sendable, Hashable {
    /// The rule's id.
    public let rule: String
    /// How bad it is.
    public var severity: Severity
    /// Where it is.
    public let range: SourceRange
    /// What is wrong: one line without a final full stop.
    public let message: String
    /// What would be right.
    public let help: String?
    /// The kernels that it is true on; empty when no kernel matters.
    public var kernels: [String]
    /// A mechanical way to mend it.
    public var fix: TextEdit?

    /// A finding.
    public init(
        rule: String, severity: Severity, range: SourceRange, message: String, help: String?,
        kernels: [String] = [], fix: TextEdit? = nil
    ) {
        self.rule = rule
        self.severity = severity
        self.range = range
        self.message = message
        self.help = help
        self.kernels = kernels
        self.fix = fix
    }
}

/// Text for one line of output: control characters and what could disguise text are escaped.
func oneLine(_ text: String, limit: Int = 400) -> String {
    var result = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
        guard count < limit else { return result + "…" }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// The text in back quotes, safe to print and short.
func code(_ text: String) -> String { "`\(oneLine(text, limit: 64))`" }

/// Words as a list in a message: `a`, `b`.
func codeList(_ words: some Sequence<String>) -> String {
    words.map { "`\($0)`" }.joined(separator: ", ")
}

extension Severity {
    /// Whether it is as bad as the other, or worse.
    public func isAtLeast(_ other: Severity) -> Bool {
        let order: [Severity] = [.info, .warning, .error]
        return (order.firstIndex(of: self) ?? 0) >= (order.firstIndex(of: other) ?? 0)
    }
}
