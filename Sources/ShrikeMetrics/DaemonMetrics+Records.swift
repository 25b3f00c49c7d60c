// SPDX-License-Identifier: Apache-2.0
// Records: what came through the rings, what did not, and what was made of it.

internal import ShrikeDaemon
internal import ShrikeExport
internal import ShrikePolicyCompiler
internal import ShrikeProcesses

extension DaemonMetrics {
    /// Numbers of the incumbent's records, by the daemon's name of the counter.
    private static let operations: [(counter: String, operation: String)] = [
        ("lost.exec", "5"), ("lost.exit", "7"), ("lost.observation", "13"), ("lost.enforcement", "13"),
        ("lost.fork", "23"), ("lost.exec_args", "24"),
        ("lost.exec_environment", "24"), ("lost.throttle", "27"),
    ]

    /// The daemon's counters of what programs in the kernel could not do, without their prefix.
    private static let kernelFailures = [
        "no_task_state", "no_scratch", "bad_argument", "truncated_path", "signal_failed", "no_stack",
        "no_enforcer_note", "lost_user_call", "change_failed",
    ]

    /// What was read.
    func records(_ figures: EventFigures, _ counters: [String: UInt64]) -> [MetricFamily] {
        let kinds = figures.pipeline.kinds
        let byOperation: [(String, UInt64)] = [
            ("5", kinds.execs), ("7", kinds.exits), ("13", kinds.hooks.kprobe),
            ("14", kinds.hooks.tracepoint), ("15", kinds.hooks.uprobe), ("16", kinds.hooks.lsm),
            ("23", kinds.forks), ("24", kinds.argumentParts), ("27", kinds.throttles),
            ("28", kinds.hooks.usdt),
        ]
        var families = [
            MetricFamily(
                .counter, "observer_ringbuf_events_received_total", "Records read from the rings.",
                [.init(Double(figures.records))]),
            MetricFamily(
                .counter, "observer_ringbuf_queue_events_received_total",
                "Records processed; there is no queue between the rings and that.",
                [.init(Double(figures.records))]),
            MetricFamily(
                .counter, "msg_op_total", "Records, by kind.",
                byOperation.map { .init(Double($0.1), [("msg_op", $0.0)]) }),
            MetricFamily(
                .counter, "data_events_total", "Parts of long argument lists.",
                [
                    ("Received", kinds.argumentParts), ("Added", kinds.argumentParts), ("Appended", 0),
                    ("Matched", 0), ("NotMatched", counters["processes.unmatched_argument_parts"] ?? 0),
                    ("Bad", 0),
                ].map { .init(Double($0.1), [("event", $0.0)]) }),
            Self.partSizes(kinds),
            MetricFamily(
                .gauge, "ring_capacity_bytes", "Size of a ring between kernel and daemon.",
                Self.rings(figures).map { .init(Double($0.fill.capacityBytes), [("ring", $0.name)]) }),
            MetricFamily(
                .gauge, "ring_pending_bytes", "Bytes that waited in a ring when it was last looked at.",
                Self.rings(figures).map { .init(Double($0.fill.pendingBytes), [("ring", $0.name)]) }),
            MetricFamily(
                .gauge, "ring_peak_bytes",
                "Most bytes that waited in a ring within the last one to two minutes.",
                Self.rings(figures).map { .init(Double($0.fill.peakBytes), [("ring", $0.name)]) }),
            MetricFamily(
                .counter, "cgroup_rate_total",
                "Throttling of control groups; process: records that were kept back.",
                [
                    ("throttle_start", kinds.throttles), ("throttle_stop", figures.pipeline.endedThrottles),
                    ("process", counters["throttled.records"] ?? 0), ("lookup_fail", 0), ("update_fail", 0),
                    ("delete_fail", 0), ("check", 0), ("delete", 0),
                ].map { .init(Double($0.1), [("type", $0.0)]) }),
            MetricFamily(
                .counter, "process_loader_stats", "Files that processes mapped to execute.",
                [
                    ("LoaderReceived", kinds.loads), ("LoaderResolvedImm", kinds.loads),
                    ("LoaderResolvedRetry", 0),
                ].map { .init(Double($0.1), [("count", $0.0)]) }),
            MetricFamily(
                .counter, "flags_total", "Flags of execs.",
                ProcessFlagWord.all.map { word in
                    .init(Double(kinds.execFlags[word.bit.trailingZeroBitCount]), [("type", word.name)])
                }),
        ]
        if let handling = figures.handling {
            let histograms = [
                ("5", handling.exec), ("7", handling.exit), ("13", handling.hook), ("23", handling.fork),
                ("24", handling.argumentPart),
            ].map { (labels: [(name: "op", value: $0.0)], values: $0.1) }
            families.append(
                MetricFamily(
                    histogram: "handling_latency", "Microseconds that a record took to handle, by kind.",
                    histograms, unit: 1e-3))
        }
        return families
    }

    /// The incumbent's buckets. Each part has the same size: what is shorter comes with the exec itself.
    private static func partSizes(_ kinds: RecordCounts) -> MetricFamily {
        let count = Double(kinds.argumentParts)
        let size = kinds.argumentParts == 0 ? 0 : kinds.argumentPartBytes / kinds.argumentParts
        let op = (name: "op", value: "ok")
        var samples = stride(from: UInt64(1_000), through: 39_000, by: 2_000).map { bound in
            MetricFamily.Sample(
                size <= bound ? count : 0, [op, ("le", "\(bound)")], suffix: "_bucket")
        }
        samples.append(.init(count, [op, ("le", "+Inf")], suffix: "_bucket"))
        samples.append(.init(Double(kinds.argumentPartBytes), [op], suffix: "_sum"))
        samples.append(.init(count, [op], suffix: "_count"))
        return MetricFamily(
            .histogram, "data_event_size", "Bytes of parts of long argument lists.", samples)
    }

    private static func rings(_ figures: EventFigures) -> [(name: String, fill: RingFill)] {
        [("critical", figures.rings.critical), ("observation", figures.rings.observation)]
    }

    /// What was lost or could not be understood.
    func losses(_ figures: EventFigures, _ counters: [String: UInt64]) -> [MetricFamily] {
        func counter(_ name: String) -> Double { Double(counters[name] ?? 0) }
        var lost: [String: Double] = [:]
        for (name, operation) in Self.operations { lost[operation, default: 0] += counter(name) }
        let layouts = counter("events.unknown_layout") + counter("events.layout_mismatch")
        return [
            MetricFamily(
                .counter, "bpf_missed_events_total",
                "Records that found no room in their ring, by the kind of record.",
                lost.sorted { $0.key < $1.key }.map {
                    .init($0.value, [("msg_op", $0.key), ("error", "ENOSPC")])
                }),
            MetricFamily(
                .counter, "lost_records_total",
                "Records that found no room in their ring, by kind and by the CPU that wrote them.",
                interfaces.ringLosses().map {
                    .init(Double($0.count), [("kind", $0.kind), ("cpu", "\($0.cpu)")])
                }),
            MetricFamily(
                .counter, "observer_ringbuf_queue_events_lost_total",
                "Lines that the export had no room for: its reader is slow.",
                [.init(counter("export.dropped") + counter("export.lost_lines"))]),
            MetricFamily(
                .counter, "notify_overflowed_events_total", "Events that slow gRPC clients lost.",
                [.init(counter("grpc.lost_lines"))]),
            MetricFamily(
                .counter, "export_ratelimit_events_dropped_total",
                "Events that the export's rate limit dropped.",
                [.init(Double(figures.stage.rateLimited))]),
            MetricFamily(
                .counter, "handler_errors_total", "Records that could not be understood.",
                [
                    .init(counter("events.undecodable"), [("opcode", "0"), ("error", "unknown_opcode")]),
                    .init(0, [("opcode", "0"), ("error", "perf_empty_data")]),
                    .init(counter("grpc.undecodable_lines"), [("opcode", "0"), ("error", "grpc_message")]),
                    .init(layouts, [("opcode", "13"), ("error", "event_handler_failed")]),
                ]),
            MetricFamily(
                .counter, "enforcer_missed_notifications_total",
                "Notes for an enforcer whose call did not come.",
                [
                    .init(
                        counter("kernel.missed_enforcer_note"),
                        [("policy", ""), ("reason", "no_call"), ("info", "")])
                ]),
            MetricFamily(
                .counter, "bpf_error_metrics_total",
                "What programs in the kernel could not do, by what it was.",
                Self.kernelFailures.map {
                    .init(
                        counter("kernel.\($0)"),
                        [
                            ("error", ""), ("error_name", $0), ("file_name", ""), ("line_number", ""),
                            ("helper_func", ""),
                        ])
                }),
        ]
    }
}
