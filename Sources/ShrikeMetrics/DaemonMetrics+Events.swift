// SPDX-License-Identifier: Apache-2.0
// Events counted by the process that they are of, and what became of their lines.

internal import ShrikeDaemon
internal import ShrikeExport
internal import ShrikePolicyCompiler
internal import ShrikeProcesses
internal import ShrikeSensors
internal import ShrikeSystemCalls

extension DaemonMetrics {
    /// The labels that the incumbent has on all event metrics.
    var processLabels: [(name: String, value: String)] { processLabels(binary: "", PodLabels()) }

    private func processLabels(binary: String, _ pod: PodLabels) -> [(name: String, value: String)] {
        [
            ("namespace", pod.namespace), ("workload", pod.workload), ("pod", pod.pod), ("binary", binary),
            ("node_name", interfaces.nodeName),
        ].map { name, value in (name, labels.isEnabled(name) ? value : "") }
    }

    /// The process labels of all series. Series that differ in labels that are off are one row.
    private struct SeriesRows {
        /// The labels of each row; the first is of all that have none of their own.
        var labels: [[(name: String, value: String)]]
        /// The row of each series.
        var row: [Int]
    }

    private func rows(of series: EventSeries) -> SeriesRows {
        var places = [processLabels.map(\.value): 0]
        var rows = SeriesRows(labels: [processLabels], row: [])
        rows.row = series.labels.series.map { item in
            let own = processLabels(
                binary: series.labels.binaries[Int(item.binary)], series.labels.pods[Int(item.pod)])
            let place = places[own.map(\.value), default: rows.labels.count]
            if place == rows.labels.count {
                places[own.map(\.value)] = place
                rows.labels.append(own)
            }
            return place
        }
        return rows
    }

    /// Events by kind and by those labels that are on.
    private func eventSamples(_ series: EventSeries, _ rows: SeriesRows) -> [MetricFamily.Sample] {
        var samples: [MetricFamily.Sample] = []
        for (kind, name) in EventSeries.kinds.enumerated() {
            var counts = [UInt64](repeating: 0, count: rows.labels.count)
            for (number, place) in rows.row.enumerated() {
                counts[place] &+= series.count(kind: kind, series: number)
            }
            // The first is there from the start.
            for (place, count) in counts.enumerated() where place == 0 || count > 0 {
                samples.append(.init(Double(count), [("type", name)] + rows.labels[place]))
            }
        }
        return samples
    }

    /// Those that have no name are one series: a policy is told of any number that a program makes up.
    private func systemCalls(_ series: EventSeries, _ rows: SeriesRows) -> MetricFamily {
        var counts: [String: [Int: UInt64]] = [:]
        for (call, number, count) in series.systemCalls {
            let name = Self.name(of: call) ?? "unknown"
            counts[name, default: [:]][rows.row[number], default: 0] &+= count
        }
        return MetricFamily(
            .counter, "syscalls_total",
            "Events of raw_syscalls/sys_enter, by call, binary and pod: of policies that declare the call's number.",
            counts.sorted { $0.key < $1.key }.flatMap { name, counts in
                counts.sorted { $0.key < $1.key }.map {
                    .init(Double($0.value), [("syscall", name)] + rows.labels[$0.key])
                }
            })
    }

    /// The events of the policies that there are; those that have had none are there from the start.
    private func policyEvents(
        of policies: [PolicyStatus], _ series: EventSeries, _ rows: SeriesRows
    ) -> MetricFamily {
        var counts: [PolicyOnHook: [Int: UInt64]] = [:]
        var names: Set<String> = []
        for policy in policies {
            let name = policy.identity.name
            names.insert(name)
            for key in policy.selectorCounts.keys {
                counts[PolicyOnHook(policy: name, hook: key.target.metricName), default: [0: 0]][0] = 0
            }
        }
        for (hook, number, count) in series.policyEvents where names.contains(hook.policy) {
            counts[hook, default: [:]][rows.row[number], default: 0] &+= count
        }
        return MetricFamily(
            .counter, "policy_events_total", "Events made for a policy, by hook, binary and pod.",
            counts.sorted { ($0.key.policy, $0.key.hook) < ($1.key.policy, $1.key.hook) }.flatMap {
                hook, counts in
                counts.sorted { $0.key < $1.key }.map {
                    .init(
                        Double($0.value),
                        [("policy", hook.policy), ("hook", hook.hook)] + rows.labels[$0.key])
                }
            })
    }

    /// As compact lines have it: calls of the other ABI with its name before them (`i386/getpid`).
    private static func name(of call: SystemCallNumber) -> String? {
        guard let number = call.number else { return nil }
        guard call.isCompat else { return SystemCalls.name(of: number, abi: SystemCalls.defaultABI) }
        let abi = SystemCalls.defaultABI == "x64" ? "i386" : "arm32"
        return SystemCalls.name(of: number, abi: abi).map { "\(abi)/\($0)" }
    }

    func events(_ figures: EventFigures, of policies: [PolicyStatus]) -> [MetricFamily] {
        let exported = figures.exported
        let rows = rows(of: figures.series)
        let others: [(String, UInt64)] = [
            ("PROCESS_THROTTLE", exported.throttle), ("unhandled", 0),
            ("unknown", figures.pipeline.undecodable),
        ]
        return [
            MetricFamily(
                .counter, "events_total",
                "Events made, by kind, binary and pod; what is beyond the limits of series has no label.",
                eventSamples(figures.series, rows)
                    + others.map { .init(Double($0.1), [("type", $0.0)] + processLabels) }),
            policyEvents(of: policies, figures.series, rows), systemCalls(figures.series, rows),
            MetricFamily(
                .counter, "events_exported_total", "Lines handed to the export.",
                [.init(Double(exported.total))]),
            MetricFamily(
                .counter, "events_exported_bytes_total", "Bytes that the export has written.",
                [.init(Double(figures.export.writtenBytes))]),
            MetricFamily(
                .gauge, "events_last_exported_timestamp",
                "When the latest event happened that was handed to the export, in seconds since 1970.",
                [.init((Double(figures.pipeline.latestEventTime) / 1e9).rounded(.down))]),
            MetricFamily(
                .counter, "export_lines_written_total", "Lines that the export has written.",
                [.init(Double(figures.export.writtenLines))]),
            MetricFamily(
                .counter, "export_lines_lost_total",
                "Lines that the export took and could not write: the disk is full, the reader is gone.",
                [.init(Double(figures.export.lostLines))]),
            MetricFamily(
                .counter, "export_write_errors_total", "Writes of the export that failed.",
                [.init(Double(figures.export.failedWrites))]),
            MetricFamily(
                .gauge, "export_queue_bytes", "Bytes that wait for the export's reader.",
                [.init(Double(figures.export.queuedBytes))]),
            MetricFamily(
                .counter, "export_lines_filtered_total", "Lines that the export's lists left out.",
                [.init(Double(figures.stage.filtered))]),
            MetricFamily(
                .counter, "export_lines_folded_total", "Lines that aggregation folded into another one.",
                [.init(Double(figures.stage.folded))]),
            MetricFamily(
                histogram: "event_latency_seconds",
                "From the kernel's time stamp of an event until its line was handed to the export and to clients.",
                [([], figures.pipeline.latency)], unit: 1e-9),
            MetricFamily(
                .gauge, "api_event_streams", "Clients that follow the events over gRPC.",
                [.init(Double(interfaces.events.subscriberCount))]),
        ]
    }
}
