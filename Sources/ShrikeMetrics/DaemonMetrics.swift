// SPDX-License-Identifier: Apache-2.0
// The daemon's counters under the names that existing dashboards and alerts know.

internal import ShrikeDaemon
internal import ShrikeExport
internal import ShrikeProcesses
internal import ShrikeSystemCalls

/// Everything that is exposed, read anew for each scrape.
struct DaemonMetrics: Sendable {
    let interfaces: DaemonInterfaces
    let version: String
    let labels: MetricLabels

    /// All families. Reads the kernel's counters: a few system calls for each hook.
    func families() -> [MetricFamily] {
        let figures = interfaces.figures()
        let counters = interfaces.counters()
        return events(figures, counters) + records(figures, counters) + losses(figures, counters)
            + processes(figures, counters) + workloads(figures) + policies() + hooks() + cluster()
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

    // MARK: Events

    /// The labels that the incumbent has on all event metrics.
    var processLabels: [(name: String, value: String)] { processLabels(binary: "", PodLabels()) }

    private func processLabels(binary: String, _ pod: PodLabels) -> [(name: String, value: String)] {
        [
            ("namespace", pod.namespace), ("workload", pod.workload), ("pod", pod.pod), ("binary", binary),
            ("node_name", interfaces.nodeName),
        ].map { name, value in (name, labels.isEnabled(name) ? value : "") }
    }

    /// Events by kind and by those labels that are on.
    private func eventSamples(_ figures: EventFigures) -> [MetricFamily.Sample] {
        let series = figures.series
        // Series that differ in labels that are off are one.
        var places = [processLabels.map(\.value): 0]
        var rows = [processLabels]
        let row = series.labels.series.map { item in
            let own = processLabels(
                binary: series.labels.binaries[Int(item.binary)], series.labels.pods[Int(item.pod)])
            let place = places[own.map(\.value), default: rows.count]
            if place == rows.count {
                places[own.map(\.value)] = place
                rows.append(own)
            }
            return place
        }
        var samples: [MetricFamily.Sample] = []
        for (kind, name) in EventSeries.kinds.enumerated() {
            var counts = [UInt64](repeating: 0, count: rows.count)
            for (number, place) in row.enumerated() {
                counts[place] &+= series.count(kind: kind, series: number)
            }
            // The first is there from the start.
            for (place, count) in counts.enumerated() where place == 0 || count > 0 {
                samples.append(.init(Double(count), [("type", name)] + rows[place]))
            }
        }
        return samples
    }

    /// Those that have no name are one series: a policy is told of any number that a program makes up.
    private func systemCalls(_ figures: EventFigures) -> MetricFamily {
        var counts: [String: UInt64] = [:]
        for (call, count) in figures.series.systemCalls {
            let name = Self.name(of: call) ?? "unknown"
            counts[name, default: 0] &+= count
        }
        return MetricFamily(
            .counter, "syscalls_total",
            "Events of raw_syscalls/sys_enter, by call: of policies that declare the call's number.",
            counts.sorted { $0.key < $1.key }.map {
                .init(Double($0.value), [("syscall", $0.key)] + processLabels)
            })
    }

    /// As compact lines have it: calls of the other ABI with its name before them (`i386/getpid`).
    private static func name(of call: SystemCallNumber) -> String? {
        guard let number = call.number else { return nil }
        guard call.isCompat else { return SystemCalls.name(of: number, abi: SystemCalls.defaultABI) }
        let abi = SystemCalls.defaultABI == "x64" ? "i386" : "arm32"
        return SystemCalls.name(of: number, abi: abi).map { "\(abi)/\($0)" }
    }

    private func events(_ figures: EventFigures, _ counters: [String: UInt64]) -> [MetricFamily] {
        let exported = figures.exported
        let others: [(String, UInt64)] = [
            ("PROCESS_THROTTLE", exported.throttle), ("unhandled", 0),
            ("unknown", figures.pipeline.undecodable),
        ]
        return [
            MetricFamily(
                .counter, "events_total",
                "Events made, by kind, binary and pod; what is beyond the limits of series has no label.",
                eventSamples(figures)
                    + others.map { .init(Double($0.1), [("type", $0.0)] + processLabels) }),
            systemCalls(figures),
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
