// SPDX-License-Identifier: Apache-2.0
// How the daemon gets on with the API server of Kubernetes.

internal import ShrikeDaemon

extension DaemonMetrics {
    /// Nothing where no API server is used.
    func cluster() -> [MetricFamily] {
        guard let cluster = interfaces.cluster() else { return [] }
        func samples(_ value: (ClusterFigures.Watch) -> Double?) -> [MetricFamily.Sample] {
            cluster.watches.compactMap { watch in
                value(watch).map { .init($0, [("resource", watch.name)]) }
            }
        }
        return [
            MetricFamily(
                .gauge, "kubernetes_synced",
                "Whether a collection has been read from the API server, 1 or 0.",
                samples { $0.isSynced ? 1 : 0 }),
            MetricFamily(
                .gauge, "kubernetes_connected",
                "Whether the API server's latest answer was a good one, 1 or 0.",
                samples { $0.isConnected ? 1 : 0 }),
            MetricFamily(
                .gauge, "kubernetes_last_contact_seconds",
                "Seconds since the API server last said something.",
                samples { $0.silenceSeconds }),
            MetricFamily(
                .counter, "kubernetes_lists_total", "Complete lists read from the API server.",
                samples { Double($0.lists) }),
            MetricFamily(
                .counter, "kubernetes_watches_total", "Watches started at the API server.",
                samples { Double($0.watches) }),
            MetricFamily(
                .counter, "kubernetes_changes_total", "Changes that watches told.",
                samples { Double($0.changes) }),
            MetricFamily(
                .counter, "kubernetes_errors_total", "Requests to the API server that failed.",
                samples { Double($0.errors) }),
            MetricFamily(
                .counter, "kubernetes_objects_left_out_total",
                "Objects of the API server that could not be read, or were too many.",
                samples { Double($0.leftOut) }),
            MetricFamily(
                .counter, "kubernetes_status_writes_total", "Writes of the node's status to the API server.",
                [.init(Double(cluster.statusWrites))]),
            MetricFamily(
                .counter, "kubernetes_status_errors_total", "Such writes that failed.",
                [.init(Double(cluster.statusErrors))]),
            MetricFamily(
                .gauge, "kubernetes_policies", "Policies of the API server on this node, by state.",
                cluster.policies.sorted { $0.key < $1.key }.map {
                    .init(Double($0.value), [("state", $0.key)])
                }),
        ]
    }
}
