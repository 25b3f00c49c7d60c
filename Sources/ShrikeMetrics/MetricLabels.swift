// SPDX-License-Identifier: Apache-2.0
// Which labels of event metrics are filled.

/// Labels by name; the others are there and empty, as the incumbent has them.
public struct MetricLabels: Sendable {
    private let names: Set<String>

    /// Names that are no labels are ignored.
    public init(_ names: [String] = ["namespace", "workload", "pod", "binary"]) { self.names = Set(names) }

    func isEnabled(_ name: String) -> Bool { names.contains(name) }
}
