// SPDX-License-Identifier: Apache-2.0
// The process tree.

internal import ShrikeDaemon
internal import ShrikeProcesses

extension DaemonMetrics {
    /// What the tree holds and had to do without.
    func processes(_ figures: EventFigures, _ counters: [String: UInt64]) -> [MetricFamily] {
        let tree = figures.processes
        let missing = Double(tree.unknownProcesses)
        return [
            MetricFamily(
                .gauge, "process_cache_size", "Process images that are known.",
                [.init(Double(figures.processCount))]),
            MetricFamily(
                .gauge, "process_cache_capacity", "Most process images that are kept.",
                [.init(Double(figures.processCapacity))]),
            MetricFamily(
                .counter, "process_cache_evictions_total",
                "Process images that were forgotten before their time for want of room.",
                [.init(Double(tree.evictedLive + tree.evictedEnded))]),
            MetricFamily(
                .counter, "process_cache_live_evictions_total",
                "Live processes among them: their events name them by number only from then on.",
                [.init(Double(tree.evictedLive))]),
            MetricFamily(
                .counter, "process_cache_misses_total", "Look-ups of processes that are not known.",
                [
                    .init(missing + Double(tree.unknownParents), [("operation", "get")]),
                    .init(0, [("operation", "remove")]),
                ]),
            MetricFamily(
                .counter, "events_missing_process_info_total",
                "Events that name a process by its number only.", [.init(missing)]),
            MetricFamily(
                .counter, "process_unknown_parents_total", "Processes whose parent is not known.",
                [.init(Double(tree.unknownParents))]),
            MetricFamily(
                .counter, "process_lost_exits_total",
                "Process ids that came back without an exit in between.",
                [.init(Double(tree.lostExits))]),
            MetricFamily(
                .counter, "process_shortened_chains_total",
                "Chains of ancestors that lost some in front of their root.",
                [.init(Double(tree.shortenedChains))]),
            MetricFamily(
                .counter, "process_argument_bytes_dropped_total",
                "Bytes of arguments that were lost or above the limit.",
                [.init(Double(tree.droppedArgumentBytes))]),
            MetricFamily(
                .gauge, "map_entries", "Entries of tables that can fill up.",
                [.init(Double(figures.processCount), [("map", "process_tree")])]),
            MetricFamily(
                .gauge, "map_capacity", "Most entries of these.",
                [.init(Double(figures.processCapacity), [("map", "process_tree")])]),
            MetricFamily(
                .gauge, "map_errors_update_total", "Entries that could not be made.",
                [
                    .init(Double(tree.evictedLive), [("map", "process_tree")]),
                    .init(Double(counters["kernel.no_task_state"] ?? 0), [("map", "task_states")]),
                ]),
            MetricFamily(
                .gauge, "map_errors_delete_total", "Entries that could not be removed.",
                [.init(0, [("map", "process_tree")]), .init(0, [("map", "task_states")])]),
        ]
    }
}
