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

    /// - Parameter document: the object's text, in which the diagnostic has its place; nil: it is about another policy.
    init(_ diagnostic: Diagnostic, document: YAMLNode?) {
        rule = diagnostic.code.rawValue
        field = document.map { FieldPath.innermost(at: diagnostic.range.start, in: $0) } ?? ""
        message = Self.bounded(diagnostic.message + (diagnostic.help.map { "; \($0)" } ?? ""))
    }

    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > messageBytes else { return text }
        return String(decoding: text.utf8.prefix(messageBytes), as: UTF8.self) + "…"
    }
}
