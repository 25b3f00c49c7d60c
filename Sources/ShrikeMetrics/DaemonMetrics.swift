// SPDX-License-Identifier: Apache-2.0
// The daemon's counters under the names that existing dashboards and alerts know.

internal import ShrikeDaemon

/// Everything that is exposed, read anew for each scrape.
struct DaemonMetrics: Sendable {
    let interfaces: DaemonInterfaces
    let version: String
    let labels: MetricLabels

    /// All families. Reads the kernel's counters: a few system calls for each hook.
    func families() -> [MetricFamily] {
        let figures = interfaces.figures()
        let counters = interfaces.counters()
        let list = interfaces.policies.list()
        return events(figures, of: list) + records(figures, counters) + losses(figures, counters)
            + processes(figures, counters) + workloads(figures) + policies(list) + hooks() + cluster()
            + constants()
            + ProcessMetrics.families()
    }

    // MARK: Runtimes

    /// What hooks of container runtimes asked.
    private func hooks() -> [MetricFamily] {
        let counts = interfaces.containerHooks.counts
        func sample(_ subsystem: String, _ count: UInt64, error: String) -> MetricFamily.Sample {
            .init(
                Double(count),
                [("subsys", subsystem), ("operation", "add-container"), ("error", error)])
        }
        return [
            MetricFamily(
                .counter, "policyfilter_operations_total",
                "Containers that hooks of runtimes asked about; an error keeps a container from starting.",
                [
                    sample("rthooks", counts.accepted, error: ""),
                    sample("rthooks", counts.refused, error: "generic-error"),
                    sample("pod-handlers", 0, error: ""),
                ]),
            MetricFamily(
                .counter, "policyfilter_hook_container_name_missing_total",
                "Hooks of runtimes that did not tell the container's name.",
                [.init(Double(counts.withoutName))]),
            MetricFamily(
                .counter, "policyfilter_hook_container_image_missing_total",
                "Hooks of runtimes that did not tell the image.", [.init(Double(counts.withoutImage))]),
        ]
    }
}
