// SPDX-License-Identifier: Apache-2.0
// The shape of a document, in the two dialects that read it: JSON Schema for editors, and the structural schema of a
// Kubernetes CustomResourceDefinition.

internal import ShrikeLint

/// The shape of one value.
indirect enum SchemaNode: Sendable {
    /// A text, one of `among` if there are any.
    case text(among: [String] = [])
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// Any whole number of 64 bits without sign, which Kubernetes has no format for.
    case unsigned
    case boolean
    case list(SchemaNode, atMost: Int? = nil)
    /// Names to values.
    case names(SchemaNode)
    case object(SchemaObject)
    /// One of several shapes; for editors only, since Kubernetes wants one type a field.
    case either([SchemaNode])
    /// Any value; for editors only.
    case anything
}

/// A mapping of fields.
struct SchemaObject: Sendable {
    struct Field: Sendable {
        var name: String
        var text: String
        var shape: SchemaNode
    }

    var fields: [Field]
    var required: [String] = []

    init(_ fields: [(String, String, SchemaNode)], required: [String] = []) {
        self.fields = fields.map { Field(name: $0.0, text: $0.1, shape: $0.2) }
        self.required = required
    }
}

/// Who reads a schema.
enum SchemaDialect {
    /// JSON Schema, draft 7, which the YAML language server reads.
    case editor
    /// `openAPIV3Schema` of a CustomResourceDefinition.
    case kubernetes
}

extension SchemaNode {
    /// The schema as JSON.
    func json(_ dialect: SchemaDialect, description: String? = nil) -> JSONValue {
        var members: [(String, JSONValue)] = []
        if let description { members.append(("description", .string(description))) }
        switch self {
        case .text(let among):
            members.append(("type", .string("string")))
            if !among.isEmpty { members.append(("enum", .array(among.map { .string($0) }))) }
        case .integer(let range):
            members.append(("type", .string("integer")))
            let isWide = range.lowerBound < Int(Int32.min) || range.upperBound > Int(Int32.max)
            if dialect == .kubernetes { members.append(("format", .string(isWide ? "int64" : "int32"))) }
            members.append(("minimum", .number(range.lowerBound)))
            members.append(("maximum", .number(range.upperBound)))
        case .unsigned:
            members.append(("type", .string("integer")))
            members.append(("minimum", .number(0)))
            if dialect == .kubernetes { members.append(("format", .string("int64"))) }
        case .boolean:
            members.append(("type", .string("boolean")))
        case .list(let item, let limit):
            members.append(("type", .string("array")))
            members.append(("items", item.json(dialect)))
            if let limit { members.append(("maxItems", .number(limit))) }
        case .names(let value):
            members.append(("type", .string("object")))
            members.append(("additionalProperties", value.json(dialect)))
        case .object(let object):
            members.append(("type", .string("object")))
            let fields = object.fields.map { ($0.name, $0.shape.json(dialect, description: $0.text)) }
            if !fields.isEmpty { members.append(("properties", .object(fields))) }
            if !object.required.isEmpty {
                members.append(("required", .array(object.required.map { .string($0) })))
            }
            if dialect == .editor { members.append(("additionalProperties", .bool(false))) }
        case .either(let shapes):
            members.append(("anyOf", .array(shapes.map { $0.json(dialect) })))
        case .anything: break
        }
        return .object(members)
    }
}
