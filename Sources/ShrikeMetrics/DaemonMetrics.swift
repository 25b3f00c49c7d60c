// SPDX-License-Identifier: Apache-2.0
// The daemon's counters under the names that existing dashboards and alerts know.

internal import ShrikeDaemon
internal import ShrikeExport
internal import ShrikePolicyCompiler
internal import ShrikeSensors

/// Everything that is exposed, read anew for each scrape.
struct DaemonMetrics: Sendable {
    let interfaces: DaemonInterfaces
    let version: String

    /// All families. Reads the kernel's counters: a few system calls for each hook.
    func families() -> [MetricFamily] {
        events() + losses() + processes() + policies() + [
            MetricFamily(
                .gauge, "build_info", "Always 1; says what runs.",
                [
                    .init(
                        1,
                        [
                            ("version", version), ("go_version", "swift"), ("commit", ""), ("time", ""),
                            ("modified", ""),
                        ])
                ])
        ] + ProcessMetrics.families()
    }

    // MARK: Events

    /// The labels that the incumbent has on all event metrics. Events are not counted by process here: who may run
    /// programs would decide how many series there are.
    private static let processLabels = ["namespace", "workload", "pod", "binary", "node_name"].map {
        ($0, "")
    }

    private func events() -> [MetricFamily] {
        let figures = interfaces.figures()
        let exported = figures.exported
        let kinds: [(String, UInt64)] = [
            ("PROCESS_EXEC", exported.exec), ("PROCESS_EXIT", exported.exit),
            ("PROCESS_KPROBE", exported.kprobe), ("PROCESS_LSM", exported.lsm),
            ("PROCESS_TRACEPOINT", exported.tracepoint),
        ]
        return [
            MetricFamily(
                .counter, "events_total", "Events made, by kind.",
                kinds.map { .init(Double($0.1), [("type", $0.0)] + Self.processLabels) }),
            MetricFamily(
                .counter, "observer_ringbuf_events_received_total", "Records read from the rings.",
                [.init(Double(figures.records))]),
            MetricFamily(
                .counter, "events_exported_total", "Lines handed to the export.",
                [.init(Double(exported.total))]),
            MetricFamily(
                .counter, "events_exported_bytes_total", "Bytes that the export has written.",
                [.init(Double(figures.exportedBytes))]),
            MetricFamily(
                .gauge, "api_event_streams", "Clients that follow the events over gRPC.",
                [.init(Double(interfaces.events.subscriberCount))]),
        ]
    }

    // MARK: Losses

    /// Numbers of the incumbent's records, by the daemon's name of the counter.
    private static let operations: [(counter: String, operation: String)] = [
        ("lost.exec", "5"), ("lost.exit", "7"), ("lost.observation", "13"), ("lost.enforcement", "13"),
        ("lost.fork", "23"), ("lost.exec_args", "24"),
    ]

    private func losses() -> [MetricFamily] {
        let counters = interfaces.counters()
        func counter(_ name: String) -> Double { Double(counters[name] ?? 0) }
        var lost: [String: Double] = [:]
        for (name, operation) in Self.operations { lost[operation, default: 0] += counter(name) }
        let decoding = counter("events.undecodable")
        let layouts = counter("events.unknown_layout") + counter("events.layout_mismatch")
        return [
            MetricFamily(
                .counter, "bpf_missed_events_total",
                "Records that found no room in their ring, by the kind of record.",
                lost.sorted { $0.key < $1.key }.map {
                    .init($0.value, [("msg_op", $0.key), ("error", "ENOSPC")])
                }),
            MetricFamily(
                .counter, "observer_ringbuf_events_lost_total",
                "Always 0: a BPF ring buffer loses at its writing end, see bpf_missed_events_total.",
                [.init(0)]),
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
                [.init(counter("export.rate_limited"))]),
            MetricFamily(
                .counter, "handler_errors_total", "Records that could not be understood.",
                [
                    .init(decoding, [("opcode", "0"), ("error", "unknown_opcode")]),
                    .init(layouts, [("opcode", "13"), ("error", "event_handler_failed")]),
                ]),
            MetricFamily(
                .counter, "bpf_error_metrics_total",
                "What programs in the kernel could not do, by what it was.",
                ["no_task_state", "no_scratch", "bad_argument", "truncated_path", "signal_failed"].map {
                    .init(
                        counter("kernel.\($0)"),
                        [
                            ("error", ""), ("error_name", $0), ("file_name", ""), ("line_number", ""),
                            ("helper_func", ""),
                        ])
                }),
        ]
    }

    // MARK: Processes

    private func processes() -> [MetricFamily] {
        let figures = interfaces.figures()
        let counters = interfaces.counters()
        func counter(_ name: String) -> Double { Double(counters[name] ?? 0) }
        return [
            MetricFamily(
                .gauge, "process_cache_size", "Process images that are known.",
                [.init(Double(figures.processCount))]),
            MetricFamily(
                .gauge, "process_cache_capacity", "Most process images that are kept.",
                [.init(Double(figures.processCapacity))]),
            MetricFamily(
                .counter, "process_cache_evictions_total",
                "Live processes that were forgotten for want of room.",
                [.init(counter("processes.evicted_live"))]),
            MetricFamily(
                .counter, "process_cache_misses_total", "Events of processes that are not known.",
                [.init(counter("processes.unknown"), [("operation", "get")])]),
            MetricFamily(
                .counter, "events_missing_process_info_total",
                "Events that name a process by its number only.",
                [.init(counter("processes.unknown"))]),
        ]
    }

    // MARK: Policies

    private static let states = [
        "load_error", "error", "disabled", "enabled", "skipped", "partially_enabled",
    ]

    private func policies() -> [MetricFamily] {
        let policies = interfaces.policies.list()
        let byState = Dictionary(grouping: policies) { Self.name(of: $0.state) }
        func labels(_ policy: PolicyStatus) -> [(name: String, value: String)] {
            [("policy", policy.identity.name), ("policy_namespace", policy.identity.namespace)]
        }
        var actions: [MetricFamily.Sample] = []
        var events: [MetricFamily.Sample] = []
        for policy in policies {
            let sorted = policy.selectorCounts.sorted {
                ($0.key.target, $0.key.index) < ($1.key.target, $1.key.index)
            }
            var posted: [String: UInt64] = [:]
            for (key, counts) in sorted {
                let hook = Self.hook(key.target)
                posted[hook, default: 0] += counts.post
                for (action, value) in Self.actions(counts) where value > 0 {
                    actions.append(
                        .init(
                            Double(value),
                            labels(policy) + [
                                ("hook", hook), ("hook_index", ""), ("selector_index", "\(key.index)"),
                                ("selector_label", ""), ("action", action),
                            ]))
                }
            }
            for (hook, count) in posted.sorted(by: { $0.key < $1.key }) {
                events.append(
                    .init(
                        Double(count),
                        [("policy", policy.identity.name), ("hook", hook)] + Self.processLabels))
            }
        }
        return [
            MetricFamily(
                .gauge, "tracingpolicy_loaded", "Policies, by state.",
                Self.states.map { .init(Double(byState[$0]?.count ?? 0), [("state", $0)]) }),
            MetricFamily(
                .gauge, "tracingpolicy_kernel_memory_bytes",
                "Kernel memory of a policy; of what it shares with others its part.",
                policies.map { .init(Double($0.kernelBytes), labels($0)) }),
            MetricFamily(
                .counter, "tracingpolicy_selector_actions_total",
                "What selectors did, counted in the kernel.", actions),
            MetricFamily(
                .counter, "policy_events_total",
                "Events that a policy posted, by hook; counted in the kernel.",
                events),
        ]
    }

    private static func name(of state: PolicyState) -> String {
        switch state {
        case .enabled: "enabled"
        case .disabled: "disabled"
        case .loadError: "load_error"
        }
    }

    private static func actions(_ counts: ActionCounts) -> [(String, UInt64)] {
        [
            ("post", counts.post), ("nopost", counts.noPost), ("signal", counts.signal),
            ("override", counts.override), ("monitor_signal", counts.monitorSignal),
            ("monitor_override", counts.monitorOverride),
        ]
    }

    private static func hook(_ target: HookTarget) -> String {
        switch target.kind {
        case .function, .functionReturn: "kprobe:\(target.symbol)"
        case .lsm: "lsm:\(target.symbol)"
        case .rawTracepoint, .tracepoint: "tracepoint:\(target.symbol)"
        }
    }
}
