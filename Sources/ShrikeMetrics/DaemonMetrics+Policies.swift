// SPDX-License-Identifier: Apache-2.0
// What policies are and did, counted in the kernel.

internal import ShrikeDaemon
internal import ShrikePolicyCompiler
internal import ShrikeSensors

extension DaemonMetrics {
    private static let states = [
        "load_error", "error", "disabled", "enabled", "skipped", "partially_enabled",
    ]

    func policies(_ policies: [PolicyStatus]) -> [MetricFamily] {
        let byState = Dictionary(grouping: policies) {
            $0.isPartial ? "partially_enabled" : Self.name(of: $0.state)
        }
        func labels(_ policy: PolicyStatus) -> [(name: String, value: String)] {
            [("policy", policy.identity.name), ("policy_namespace", policy.identity.namespace)]
        }
        var actions: [MetricFamily.Sample] = []
        var lost: [MetricFamily.Sample] = []
        var limited: [MetricFamily.Sample] = []
        for policy in policies {
            let sorted = policy.selectorCounts.sorted {
                ($0.key.target, $0.key.index) < ($1.key.target, $1.key.index)
            }
            for (key, counts) in sorted {
                let hook = key.target.metricName
                for (cpu, count) in counts.lostByCPU.enumerated() where count > 0 {
                    lost.append(.init(Double(count), labels(policy) + [("hook", hook), ("cpu", "\(cpu)")]))
                }
                if counts.rateLimited > 0 {
                    limited.append(.init(Double(counts.rateLimited), labels(policy) + [("hook", hook)]))
                }
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
                "What selectors did, counted in the kernel.", Self.merged(actions)),
            MetricFamily(
                .counter, "policy_lost_events_total",
                "Events of a policy that found no room in their ring, by hook and CPU.", Self.merged(lost)),
            MetricFamily(
                .counter, "policy_rate_limited_events_total",
                "Events that a policy's own rate limit kept back.", Self.merged(limited)),
        ] + programs()
    }

    /// Samples of the same labels as one: several selectors make them, and a function's entry and its return.
    private static func merged(_ samples: [MetricFamily.Sample]) -> [MetricFamily.Sample] {
        var sums: [MetricFamily.Sample] = []
        var places: [[String]: Int] = [:]
        for sample in samples {
            let key = sample.labels.map(\.value)
            if let place = places[key] {
                sums[place].value += sample.value
            } else {
                places[key] = sums.count
                sums.append(sample)
            }
        }
        return sums
    }

    /// What programs cost. One program serves all policies on its hook, so `policy` is empty.
    private func programs() -> [MetricFamily] {
        let runs = interfaces.policies.runs()
        func labels(_ hook: HookRuns) -> [(name: String, value: String)] {
            [
                ("policy_namespace", ""), ("policy", ""), ("sensor", "hook"),
                ("attach", hook.target.metricName), ("section", hook.section),
            ]
        }
        return [
            MetricFamily(
                .counter, "missed_prog_probes_total",
                "Runs that the kernel left out since the hook's program was running on the CPU already.",
                Self.merged(
                    runs.map {
                        .init(
                            Double($0.recursionMisses),
                            [("policy", ""), ("attach", $0.target.metricName)])
                    })),
            MetricFamily(
                .counter, "overhead_program_seconds_total",
                "Time in programs; grows only while the kernel's BPF statistics are on.",
                Self.merged(runs.map { .init(Double($0.nanoseconds) / 1e9, labels($0)) })),
            MetricFamily(
                .counter, "overhead_program_runs_total",
                "Runs of programs; grows only while the kernel's BPF statistics are on.",
                Self.merged(runs.map { .init(Double($0.runCount), labels($0)) })),
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
}
