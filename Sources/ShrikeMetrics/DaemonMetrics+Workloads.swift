// SPDX-License-Identifier: Apache-2.0
// Containers and pods, and the events that wait for them.

internal import ShrikeDaemon
internal import ShrikeExport

extension DaemonMetrics {
    /// What is known of workloads, and what events had to do without.
    func workloads(_ figures: EventFigures) -> [MetricFamily] {
        let known = figures.workloads
        let pipeline = figures.pipeline
        return [
            MetricFamily(
                .gauge, "event_cache_entries", "Events that wait for the pod of their container.",
                [.init(Double(pipeline.waitingEvents))]),
            MetricFamily(
                .counter, "event_cache_inserts_total", "Events that waited for the pod of their container.",
                [.init(Double(pipeline.heldEvents))]),
            MetricFamily(
                .counter, "event_cache_fetch_failures_total",
                "Events that waited and went without: too long, or too many at a time.",
                [.init(Double(pipeline.incompleteEvents), [("entry_type", "pod_info")])]),
            MetricFamily(
                .gauge, "workloads", "What is known: control groups, containers among them, pods.",
                [
                    .init(Double(known.groups), [("kind", "control_group")]),
                    .init(Double(known.containers), [("kind", "container")]),
                    .init(Double(known.pods), [("kind", "pod")]),
                ]),
            MetricFamily(
                .counter, "workloads_refused_total",
                "Control groups and pods beyond the limits, and groups that the kernel took no scope of.",
                [
                    .init(Double(known.refusedGroups), [("kind", "control_group")]),
                    .init(Double(known.refusedPods), [("kind", "pod")]),
                    .init(Double(known.untoldScopes), [("kind", "scope")]),
                ]),
        ]
    }
}
