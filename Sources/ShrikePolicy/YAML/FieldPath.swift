// SPDX-License-Identifier: Apache-2.0
// Where in an object something is, for those who have the object and not its lines.

/// Names of places in an object.
public enum FieldPath {
    /// The innermost field that holds a position, `spec.kprobes[0].call`.
    public static func innermost(at position: SourcePosition, in node: YAMLNode) -> String {
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
