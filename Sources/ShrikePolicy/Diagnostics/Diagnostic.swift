// SPDX-License-Identifier: Apache-2.0
// What the loader and the checker have to say about a policy. The daemon, the linter and the
// status of a Kubernetes policy all print these.

/// How bad a diagnostic is.
public enum Severity: String, Sendable, Hashable, CaseIterable {
    /// The policy is not loaded.
    case error
    /// The policy loads, but may not do what its author thinks.
    case warning
    /// Worth knowing; nothing is wrong.
    case info
}

/// One finding in a policy file: where, what is wrong, what would be right.
public struct Diagnostic: Error, Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    public var severity: Severity
    /// The stable name of this kind of finding.
    public var code: DiagnosticCode
    /// The part of the file that is meant.
    public var range: SourceRange
    /// What is wrong: one line, no final full stop.
    public var message: String
    /// What would be right, if that can be said.
    public var help: String?

    /// A finding.
    public init(
        _ severity: Severity, _ code: DiagnosticCode, at range: SourceRange, _ message: String,
        help: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.range = range
        self.message = message
        self.help = help
    }

    /// `file:line:column: error: message; help`, always one line.
    public var description: String {
        let place = "\(quotable(range.file)):\(range.start.line):\(range.start.column)"
        let end = help.map { "; \($0)" } ?? ""
        return "\(place): \(severity.rawValue): \(message)\(end)"
    }
}

extension Sequence<Diagnostic> {
    /// Whether any of them is an error.
    public var hasErrors: Bool { contains { $0.severity == .error } }

    /// Whether an error lies in a policy of the same file.
    public func hasErrors(in policy: TracingPolicy) -> Bool {
        contains {
            $0.severity == .error && policy.range.start <= $0.range.start
                && $0.range.start <= policy.range.end
        }
    }

    /// In the order of the text, each finding once.
    ///
    /// The content of a YAML alias is read at each of its uses, and would be reported as often.
    func sortedAndUnique() -> [Diagnostic] {
        var seen = Set<Diagnostic>()
        return filter { seen.insert($0).inserted }.sorted {
            ($0.range.file, $0.range.start) < ($1.range.file, $1.range.start)
        }
    }
}

/// The text as it may stand in a one-line message: control characters and what could disguise
/// them are escaped, long text is cut in the middle of nothing, with an ellipsis.
func quotable(_ text: String, limit: Int = 200) -> String {
    var quoted = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
        guard count < limit else { return quoted + "…" }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
            quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted
}

/// The text in back quotes, safe to print and short.
func code(_ text: String) -> String { "`\(quotable(text, limit: 64))`" }
