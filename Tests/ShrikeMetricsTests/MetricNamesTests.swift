// SPDX-License-Identifier: Apache-2.0
// Dashboards and alerts that were written for Tetragon: every name of theirs is a name here.

import Logging
import ShrikeEvents
import ShrikeExport
import ShrikePolicy
import ShrikePolicyCompiler
import ShrikeProcesses
import ShrikeTestSupport
import ShrikeWorkloads
import Testing

@testable import ShrikeDaemon
@testable import ShrikeMetrics
@testable import ShrikeSensors

@Suite struct MetricNamesTests {
    /// Of the metrics reference, those of Go's runtime left out.
    private static let expected = """
        process_cpu_seconds_total
        process_max_fds
        process_network_receive_bytes_total
        process_network_transmit_bytes_total
        process_open_fds
        process_resident_memory_bytes
        process_start_time_seconds
        process_virtual_memory_bytes
        process_virtual_memory_max_bytes
        promhttp_metric_handler_errors_total
        tetragon_bpf_error_metrics_total
        tetragon_bpf_missed_events_total
        tetragon_build_info
        tetragon_cgroup_rate_total
        tetragon_cri_cgidmap_resolutions_errors_total
        tetragon_cri_cgidmap_resolutions_total
        tetragon_data_cache_capacity
        tetragon_data_cache_evictions_total
        tetragon_data_cache_misses_total
        tetragon_data_cache_size
        tetragon_data_event_size
        tetragon_data_events_total
        tetragon_debug_events_total
        tetragon_enforcer_missed_notifications_total
        tetragon_errors_total
        tetragon_event_cache_entries
        tetragon_event_cache_errors_total
        tetragon_event_cache_fetch_failures_total
        tetragon_event_cache_fetch_retries_total
        tetragon_event_cache_inserts_total
        tetragon_events_exported_bytes_total
        tetragon_events_exported_total
        tetragon_events_last_exported_timestamp
        tetragon_events_missing_process_info_total
        tetragon_events_total
        tetragon_export_ratelimit_events_dropped_total
        tetragon_flags_total
        tetragon_generic_kprobe_merge_pushed_total
        tetragon_generic_kprobe_merge_total
        tetragon_handler_errors_total
        tetragon_handling_latency
        tetragon_map_capacity
        tetragon_map_entries
        tetragon_map_errors_delete_total
        tetragon_map_errors_update_total
        tetragon_missed_link_probes_total
        tetragon_missed_prog_probes_total
        tetragon_msg_op_total
        tetragon_notify_overflowed_events_total
        tetragon_observer_ringbuf_errors_total
        tetragon_observer_ringbuf_events_lost_total
        tetragon_observer_ringbuf_events_received_total
        tetragon_observer_ringbuf_queue_events_lost_total
        tetragon_observer_ringbuf_queue_events_received_total
        tetragon_overhead_program_runs_total
        tetragon_overhead_program_seconds_total
        tetragon_policy_events_total
        tetragon_policyfilter_hook_container_image_missing_total
        tetragon_policyfilter_hook_container_name_missing_total
        tetragon_policyfilter_operations_total
        tetragon_process_cache_capacity
        tetragon_process_cache_early_deletions_total
        tetragon_process_cache_evictions_total
        tetragon_process_cache_misses_total
        tetragon_process_cache_size
        tetragon_process_loader_stats
        tetragon_syscalls_total
        tetragon_tracingpolicy_kernel_memory_bytes
        tetragon_tracingpolicy_loaded
        tetragon_tracingpolicy_selector_actions_total
        tetragon_watcher_delete_pod_cache_evictions
        tetragon_watcher_delete_pod_cache_hits
        tetragon_watcher_errors_total
        tetragon_watcher_events_total
        """

    @Test func everyNameOfTheReferenceIsExposed() {
        let names = Set(Figures.families().map { $0.isPrefixed ? "tetragon_\($0.name)" : $0.name })
        let expected = Set(Self.expected.split(separator: "\n").map(String.init))
        // Asked for by name in policies of dashboards, and fed by nothing that this version has.
        let missing = expected.subtracting(names).sorted()
        #expect(missing == [])
    }

    @Test("The API server's metrics are there when one is used")
    func cluster() throws {
        #expect(!Figures.families().contains { $0.name.hasPrefix("kubernetes_") })
        let families = Figures.families(
            cluster: ClusterFigures(
                watches: [
                    .init(
                        name: "pods", isSynced: true, isConnected: false, lists: 1, watches: 2, changes: 3,
                        errors: 4, leftOut: 5, silenceSeconds: 6.5)
                ], policies: ["loaded": 7], statusWrites: 8, statusErrors: 9))
        let text = MetricsFormat.prometheus.text(
            families.filter { $0.name.hasPrefix("kubernetes_") }, prefix: "shrike")
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                #"shrike_kubernetes_synced{resource="pods"} 1"#,
                #"shrike_kubernetes_connected{resource="pods"} 0"#,
                #"shrike_kubernetes_last_contact_seconds{resource="pods"} 6.5"#,
                #"shrike_kubernetes_lists_total{resource="pods"} 1"#,
                #"shrike_kubernetes_watches_total{resource="pods"} 2"#,
                #"shrike_kubernetes_changes_total{resource="pods"} 3"#,
                #"shrike_kubernetes_errors_total{resource="pods"} 4"#,
                #"shrike_kubernetes_objects_left_out_total{resource="pods"} 5"#,
                "shrike_kubernetes_status_writes_total 8", "shrike_kubernetes_status_errors_total 9",
                #"shrike_kubernetes_policies{state="loaded"} 7"#,
            ])
    }

    @Test func noNameIsUsedTwice() {
        let names = Figures.families().map(\.name)
        #expect(names.count == Set(names).count)
    }

    @Test func lossesAreToldByKindAndCPU() throws {
        let families = Figures.families(
            losses: [RingLoss(kind: "exec", cpu: 1, count: 5)], counters: ["lost.exec": 5])
        let text = MetricsFormat.prometheus.text(families, prefix: "shrike")
        #expect(text.contains("shrike_lost_records_total{kind=\"exec\",cpu=\"1\"} 5\n"))
        #expect(text.contains("shrike_bpf_missed_events_total{msg_op=\"5\",error=\"ENOSPC\"} 5\n"))
    }

    @Test func latenciesAreAHistogramInSeconds() {
        var figures = Figures.figures()
        figures.pipeline.latency.add(nanoseconds: 200_000)
        figures.pipeline.latency.add(nanoseconds: 3_000_000)
        figures.pipeline.latency.add(nanoseconds: 20_000_000_000)
        let text = MetricsFormat.prometheus.text(Figures.families(figures), prefix: "tetragon")
        let lines = text.split(separator: "\n").filter { $0.contains("event_latency_seconds") }
        #expect(lines[1] == "# TYPE tetragon_event_latency_seconds histogram")
        #expect(lines.contains("tetragon_event_latency_seconds_bucket{le=\"0.0001\"} 0"))
        #expect(lines.contains("tetragon_event_latency_seconds_bucket{le=\"0.00025\"} 1"))
        #expect(lines.contains("tetragon_event_latency_seconds_bucket{le=\"0.005\"} 2"))
        #expect(lines.contains("tetragon_event_latency_seconds_bucket{le=\"10\"} 2"))
        #expect(lines.contains("tetragon_event_latency_seconds_bucket{le=\"+Inf\"} 3"))
        #expect(lines.contains("tetragon_event_latency_seconds_count 3"))
        #expect(lines.contains("tetragon_event_latency_seconds_sum 20.0032"))
    }

    @Test func whatTheKernelSideCouldNotDoIsToldByName() {
        let names = [
            "bad_argument", "no_enforcer_note", "no_scratch", "no_stack", "no_task_state", "signal_failed",
            "truncated_path",
        ]
        let counters = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ("kernel.\($1)", UInt64($0 + 1)) })
        let text = MetricsFormat.prometheus.text(Figures.families(counters: counters), prefix: "t")
        for (place, name) in names.enumerated() {
            let labels =
                "error=\"\",error_name=\"\(name)\",file_name=\"\",line_number=\"\",helper_func=\"\""
            #expect(text.contains("t_bpf_error_metrics_total{\(labels)} \(place + 1)\n"))
        }
    }

    @Test func hooksOfRuntimesAreCounted() {
        let hooks = ContainerHooks()
        hooks.accept(hasName: true, hasImage: false)
        hooks.accept(hasName: false, hasImage: false)
        hooks.accept(hasName: true, hasImage: true)
        hooks.refuse()
        let text = MetricsFormat.prometheus.text(Figures.families(hooks: hooks), prefix: "t")
        let labels = "subsys=\"rthooks\",operation=\"add-container\",error="
        #expect(text.contains("t_policyfilter_operations_total{\(labels)\"\"} 3\n"))
        #expect(text.contains("t_policyfilter_operations_total{\(labels)\"generic-error\"} 1\n"))
        #expect(text.contains("t_policyfilter_hook_container_name_missing_total 1\n"))
        #expect(text.contains("t_policyfilter_hook_container_image_missing_total 2\n"))
    }

    @Test func aFunctionsEntryAndItsReturnAreOneSample() {
        let targets = [HookTarget(symbol: "f"), HookTarget(.functionReturn, symbol: "f")]
        var counts = ActionCounts()
        counts.post = 2
        let key = PolicyKey(name: "p", namespace: "")
        let policy = PolicyStatus(
            id: 2, identity: PolicyIdentity(name: "p"), state: .enabled, mode: .enforce, hooks: ["kprobe:f"],
            kernelBytes: 0, counts: counts,
            selectorCounts: Dictionary(
                uniqueKeysWithValues: targets.map { (SelectorKey(policy: key, target: $0, index: 0), counts) }
            ))
        let families = Figures.families(
            policies: [policy],
            runs: targets.map {
                HookRuns(target: $0, section: "s", runCount: 3, nanoseconds: 5, recursionMisses: 1)
            })
        for family in families {
            let labels = family.samples.map { [$0.suffix] + $0.labels.map(\.value) }
            #expect(Set(labels).count == labels.count, "\(family.name)")
        }
        let text = MetricsFormat.prometheus.text(families, prefix: "t")
        #expect(text.contains("t_missed_prog_probes_total{policy=\"\",attach=\"kprobe:f\"} 2\n"))
        #expect(text.contains("selector_label=\"\",action=\"post\"} 4\n"))
    }

    @Test func flagsOfExecsHaveTheirWords() {
        let words = ProcessFlagWord.all
        #expect(words.first { $0.bit == 1 }?.name == "execve")
        #expect(words.first { $0.bit == 0x4000 }?.name == "clone")
        #expect(Set(words.map(\.name)).count == words.count)
    }
}
