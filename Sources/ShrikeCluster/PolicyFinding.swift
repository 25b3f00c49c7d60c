// SPDX-License-Identifier: Apache-2.0
// Why a policy of the cluster is not in force, in terms of the object: it has no lines, it has fields.

internal import ShrikePolicy

/// One thing that is wrong with a policy.
struct PolicyFinding: Equatable {
    /// The rule, `SHR203`; empty when none was broken.
    var rule: String
    /// The field, `spec.kprobes[0].call`; empty when it is not about one.
    var field: String
    var message: String

    /// Most bytes of a message that are kept.
    private static let messageBytes = 512

    /// A refusal without a place.
    init(_ message: String) {
        rule = ""
        field = ""
        self.message = Self.bounded(message)
    }

    /// - Parameters:
    ///   - document: the object's line, in which the diagnostic has its place.
    ///   - line: where that line stands in the text that was checked; nil: the diagnostic is about another policy.
    init(_ diagnostic: Diagnostic, document: YAMLNode?, line: Int?) {
        rule = diagnostic.code.rawValue
        if let document, let line, diagnostic.range.start.line == line {
            field = FieldPath.innermost(
                at: SourcePosition(line: 1, column: diagnostic.range.start.column), in: document)
        } else {
            field = ""
        }
        message = Self.bounded(diagnostic.message + (diagnostic.help.map { "; \($0)" } ?? ""))
    }

    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > messageBytes else { return text }
        return String(decoding: text.utf8.prefix(messageBytes), as: UTF8.self) + "…"
    }
}
