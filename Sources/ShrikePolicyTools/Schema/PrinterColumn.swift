// SPDX-License-Identifier: Apache-2.0
// What `kubectl get` shows of a custom resource.

internal import ShrikeLint

/// A column beside the name. Of a path with several values Kubernetes shows the first.
struct PrinterColumn {
    var name: String
    var type = "string"
    /// From the object's root, as in kubectl: `.spec.kprobes[*].call`
    var path: String
    /// Whether it is shown with `-o wide` only.
    var isWide = false

    /// Those of policies. What became of one is in the nodes' PolicyNodeStatus.
    /// - Parameter isNamespaced: policies of a namespace have no probes of user space.
    static func policy(isNamespaced: Bool) -> [PrinterColumn] {
        let userSpace = PrinterColumn(name: "Uprobe", path: ".spec.uprobes[*].path", isWide: true)
        return [
            PrinterColumn(name: "Mode", path: #".spec.options[?(@.name=="policy-mode")].value"#),
            PrinterColumn(name: "Kprobe", path: ".spec.kprobes[*].call", isWide: true),
            PrinterColumn(name: "LSM", path: ".spec.lsmhooks[*].hook", isWide: true),
            PrinterColumn(name: "Tracepoint", path: ".spec.tracepoints[*].event", isWide: true),
        ] + (isNamespaced ? [] : [userSpace]) + [
            // The server's own, which is left out where there are columns.
            PrinterColumn(name: "Age", type: "date", path: ".metadata.creationTimestamp")
        ]
    }

    /// Those of a node's status.
    static let nodeStatus: [PrinterColumn] = [
        PrinterColumn(name: "Loaded", type: "integer", path: ".status.loaded"),
        PrinterColumn(name: "Refused", type: "integer", path: ".status.refused"),
        PrinterColumn(name: "Skipped", type: "integer", path: ".status.skipped"),
        PrinterColumn(name: "Version", path: ".status.version"),
        PrinterColumn(name: "Observed", type: "date", path: ".status.observedAt"),
    ]

    /// The list as a definition has it.
    static func list(_ columns: [PrinterColumn]) -> JSONValue {
        .array(
            columns.map { column in
                .object(
                    [
                        ("name", .string(column.name)), ("type", .string(column.type)),
                        ("jsonPath", .string(column.path)),
                    ] + (column.isWide ? [("priority", .number(1))] : []))
            })
    }
}
