// SPDX-License-Identifier: Apache-2.0
// The definition of PolicyNodeStatus: what a node says about the cluster's policies.

internal import ShrikeLint

/// The custom resource that each node writes one of.
enum NodeStatusSchema {
    private static let text = JSONValue.object([("type", .string("string"))])
    private static let number = JSONValue.object([("type", .string("integer"))])

    private static func object(_ properties: [(String, JSONValue)]) -> JSONValue {
        .object([("type", .string("object")), ("properties", .object(properties))])
    }

    private static func list(_ item: JSONValue) -> JSONValue {
        .object([("type", .string("array")), ("items", item)])
    }

    private static let finding = object([("rule", text), ("field", text), ("message", text)])

    private static let policy = object([
        ("kind", text), ("namespace", text), ("name", text), ("generation", number), ("state", text),
        ("loadedGeneration", number), ("mode", text), ("hits", number), ("findings", list(finding)),
    ])

    private static let status = object([
        ("version", text),
        ("observedAt", .object([("type", .string("string")), ("format", .string("date-time"))])),
        ("loaded", number), ("refused", number), ("skipped", number), ("policies", list(policy)),
        ("leftOut", number),
    ])

    /// The CustomResourceDefinition. The group is one that nobody can own (.internal is reserved).
    static let definition = JSONValue.object([
        ("apiVersion", .string("apiextensions.k8s.io/v1")), ("kind", .string("CustomResourceDefinition")),
        ("metadata", .object([("name", .string("policynodestatuses.shrike.internal"))])),
        (
            "spec",
            .object([
                ("group", .string("shrike.internal")),
                (
                    "names",
                    .object([
                        ("kind", .string("PolicyNodeStatus")), ("listKind", .string("PolicyNodeStatusList")),
                        ("plural", .string("policynodestatuses")), ("singular", .string("policynodestatus")),
                        ("shortNames", .array([.string("pns")])),
                    ])
                ),
                ("scope", .string("Cluster")),
                (
                    "versions",
                    .array([
                        .object([
                            ("name", .string("v1alpha1")), ("served", .bool(true)), ("storage", .bool(true)),
                            (
                                "schema",
                                .object([
                                    (
                                        "openAPIV3Schema",
                                        object([
                                            ("apiVersion", text), ("kind", text),
                                            ("metadata", .object([("type", .string("object"))])),
                                            ("status", status),
                                        ])
                                    )
                                ])
                            ),
                            ("additionalPrinterColumns", PrinterColumn.list(PrinterColumn.nodeStatus)),
                        ])
                    ])
                ),
            ])
        ),
    ])
}
