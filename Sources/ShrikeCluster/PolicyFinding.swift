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

/// Names of places in an object.
enum FieldPath {
    /// The innermost field that holds a position, `spec.kprobes[0].call`.
    static func innermost(at position: SourcePosition, in node: YAMLNode) -> String {
        switch node.content {
        case .scalar: return ""
        case .sequence(let nodes):
            for (index, node) in nodes.enumerated() where contains(node.range, position) {
                return "[\(index)]" + joined(innermost(at: position, in: node))
            }
        case .mapping(let pairs):
            for pair in pairs where pair.key.range.start <= position && position <= pair.value.range.end {
                return pair.key.value + joined(innermost(at: position, in: pair.value))
            }
        }
        return ""
    }

    private static func contains(_ range: SourceRange, _ position: SourcePosition) -> Bool {
        range.start <= position && position < range.end
    }

    private static func joined(_ rest: String) -> String {
        rest.isEmpty || rest.hasPrefix("[") ? rest : ".\(rest)"
    }
}
