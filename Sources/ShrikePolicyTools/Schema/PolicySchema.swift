// SPDX-License-Identifier: Apache-2.0
// The schemas of policies, as files.

internal import ShrikeLint
internal import ShrikePolicy

/// What editors and Kubernetes know of policies.
public enum PolicySchema {
    /// JSON Schema (draft 7) of a document of either kind.
    public static var jsonSchema: String {
        let kinds = PolicyKind.allCases.map { kind -> JSONValue in
            .object([
                ("title", .string(kind.rawValue)), ("type", .string("object")),
                (
                    "properties",
                    .object([
                        ("apiVersion", constant("cilium.io/v1alpha1")), ("kind", constant(kind.rawValue)),
                        ("metadata", metadata), ("status", .object([("type", .string("object"))])),
                        (
                            "spec",
                            SpecSchema.spec(isNamespaced: kind == .namespaced).json(
                                .editor, description: "What is watched, and what is done.")
                        ),
                    ])
                ),
                ("required", .array(["apiVersion", "kind", "metadata", "spec"].map { .string($0) })),
                ("additionalProperties", .bool(false)),
            ])
        }
        return JSONValue.object([
            ("$schema", .string("http://json-schema.org/draft-07/schema#")),
            ("title", .string("Tracing policy")),
            ("oneOf", .array(kinds)),
        ]).text() + "\n"
    }

    private static func constant(_ text: String) -> JSONValue {
        .object([("type", .string("string")), ("enum", .array([.string(text)]))])
    }

    private static let metadata = JSONValue.object([
        ("type", .string("object")),
        (
            "properties",
            .object([
                ("name", .object([("type", .string("string")), ("maxLength", .number(253))])),
                ("namespace", .object([("type", .string("string"))])),
            ])
        ),
        ("required", .array([.string("name")])),
    ])

    /// The CustomResourceDefinitions of both kinds and of what nodes say about them, three YAML documents (JSON is YAML).
    public static var customResourceDefinitions: String {
        (PolicyKind.allCases.map { definition($0) } + [NodeStatusSchema.definition])
            .map { "---\n" + $0.text() + "\n" }.joined()
    }

    private static func definition(_ kind: PolicyKind) -> JSONValue {
        let singular = kind.rawValue.lowercased()
        let plural = kind == .namespaced ? "tracingpoliciesnamespaced" : "tracingpolicies"
        let schema = JSONValue.object([
            ("type", .string("object")),
            (
                "properties",
                .object([
                    ("apiVersion", .object([("type", .string("string"))])),
                    ("kind", .object([("type", .string("string"))])),
                    ("metadata", .object([("type", .string("object"))])),
                    (
                        "spec",
                        SpecSchema.spec(isNamespaced: kind == .namespaced).json(
                            .kubernetes, description: "What is watched, and what is done.")
                    ),
                ])
            ),
            ("required", .array([.string("metadata"), .string("spec")])),
        ])
        return .object([
            ("apiVersion", .string("apiextensions.k8s.io/v1")), ("kind", .string("CustomResourceDefinition")),
            ("metadata", .object([("name", .string("\(plural).cilium.io"))])),
            (
                "spec",
                .object([
                    ("group", .string("cilium.io")),
                    (
                        "names",
                        .object([
                            ("kind", .string(kind.rawValue)), ("listKind", .string(kind.rawValue + "List")),
                            ("plural", .string(plural)), ("singular", .string(singular)),
                            ("shortNames", .array([.string(kind == .namespaced ? "tgtpn" : "tgtp")])),
                        ])
                    ),
                    ("scope", .string(kind == .namespaced ? "Namespaced" : "Cluster")),
                    (
                        "versions",
                        .array([
                            .object([
                                ("name", .string("v1alpha1")), ("served", .bool(true)),
                                ("storage", .bool(true)),
                                ("schema", .object([("openAPIV3Schema", schema)])),
                                (
                                    "additionalPrinterColumns",
                                    PrinterColumn.list(
                                        PrinterColumn.policy(isNamespaced: kind == .namespaced))
                                ),
                            ])
                        ])
                    ),
                ])
            ),
        ])
    }
}
