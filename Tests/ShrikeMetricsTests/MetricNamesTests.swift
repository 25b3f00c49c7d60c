// SPDX-License-Identifier: Apache-2.0
// Dashboards and alerts that were written for Tetragon: every name of theirs is a name here.

import Logging
import ShrikeEvents
import ShrikeExport
import ShrikePolicy
import ShrikeProcesses
import ShrikeSensors
import ShrikeTestSupport
import ShrikeWorkloads
import Testing

@testable import ShrikeDaemon
@testable import ShrikeMetrics

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

    /// The metrics of a daemon without policies.
    private static func families(
        _ figures: EventFigures = figures(), losses: [RingLoss] = [], counters: [String: UInt64] = [:],
        labels: MetricLabels = MetricLabels(), hooks: ContainerHooks = ContainerHooks(),
        cluster: ClusterFigures? = nil
    ) -> [MetricFamily] {
        var interfaces = DaemonInterfaces(
            policies: NoPolicies(), pods: NoPods(), events: EventBroadcast(), counters: { counters },
            ringLosses: { losses },
            figures: { figures }, health: { EngineHealth() }, exportRotation: ExportRotationControl(),
            processes: ProcessDumper(), containerHooks: hooks, logLevel: SharedLogLevel(.info), nodeName: "n",
            configuration: DaemonConfiguration())
        interfaces.cluster = { cluster }
        return DaemonMetrics(interfaces: interfaces, version: "1.0.0", labels: labels).families()
    }

    private static func figures() -> EventFigures {
        EventFigures(
            records: 0, exported: EventCounts(), processCount: 3, processCapacity: 100,
            export: SinkCounters(
                writtenBytes: 0, writtenLines: 0, lostLines: 0, failedWrites: 0, queuedBytes: 0),
            stage: ExportStageCounters(), rings: RingFigures(criticalBytes: 100, observationBytes: 200),
            processes: ProcessCounters(), pipeline: PipelineCounters(), workloads: WorkloadFigures(),
            handling: HandlingLatencies(),
            series: EventSeries())
    }

    @Test func everyNameOfTheReferenceIsExposed() {
        let names = Set(Self.families().map { $0.isPrefixed ? "tetragon_\($0.name)" : $0.name })
        let expected = Set(Self.expected.split(separator: "\n").map(String.init))
        // Asked for by name in policies of dashboards, and fed by nothing that this version has.
        let missing = expected.subtracting(names).sorted()
        #expect(missing == [])
    }

    @Test("The API server's metrics are there when one is used")
    func cluster() throws {
        #expect(!Self.families().contains { $0.name.hasPrefix("kubernetes_") })
        let families = Self.families(
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
        let names = Self.families().map(\.name)
        #expect(names.count == Set(names).count)
    }

    @Test func lossesAreToldByKindAndCPU() throws {
        let families = Self.families(
            losses: [RingLoss(kind: "exec", cpu: 1, count: 5)], counters: ["lost.exec": 5])
        let text = MetricsFormat.prometheus.text(families, prefix: "shrike")
        #expect(text.contains("shrike_lost_records_total{kind=\"exec\",cpu=\"1\"} 5\n"))
        #expect(text.contains("shrike_bpf_missed_events_total{msg_op=\"5\",error=\"ENOSPC\"} 5\n"))
    }

    @Test func latenciesAreAHistogramInSeconds() {
        var figures = Self.figures()
        figures.pipeline.latency.add(nanoseconds: 200_000)
        figures.pipeline.latency.add(nanoseconds: 3_000_000)
        figures.pipeline.latency.add(nanoseconds: 20_000_000_000)
        let text = MetricsFormat.prometheus.text(Self.families(figures), prefix: "tetragon")
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

    @Test func eventsAreCountedByBinaryUnlessThatLabelIsOff() {
        let sink = Sink()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: NoLayouts(), sink: sink)
        for pid in 2..<5 as Range<UInt32> {
            let record = RecordBuilder.exec(
                RecordKey(UInt64(pid), pid), parent: .none, replaced: .none, filename: pid == 4 ? "/b" : "/a")
            record.withUnsafeBytes { pipeline.process($0) }
        }
        RecordBuilder.exit(RecordKey(99, 99), at: 100).withUnsafeBytes { pipeline.process($0) }
        var figures = Self.figures()
        figures.series = pipeline.eventSeries
        let empty = "namespace=\"\",workload=\"\",pod=\"\""
        let text = MetricsFormat.prometheus.text(Self.families(figures), prefix: "t")
        #expect(
            text.contains("t_events_total{type=\"PROCESS_EXEC\",\(empty),binary=\"/a\",node_name=\"\"} 2\n"))
        #expect(
            text.contains("t_events_total{type=\"PROCESS_EXEC\",\(empty),binary=\"/b\",node_name=\"\"} 1\n"))
        #expect(
            text.contains("t_events_total{type=\"PROCESS_EXIT\",\(empty),binary=\"\",node_name=\"\"} 1\n"))
        let other = MetricsFormat.prometheus.text(
            Self.families(figures, labels: MetricLabels(["node_name"])), prefix: "t")
        #expect(
            other.contains("t_events_total{type=\"PROCESS_EXEC\",\(empty),binary=\"\",node_name=\"n\"} 3\n"))
    }

    @Test func eventsAreCountedByPodUntilItHasBeenGoneForLong() {
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: NoLayouts(), sink: Sink())
        var pid: UInt32 = 1
        func run(_ filename: String, group: UInt64) {
            pid += 1
            var details = RecordBuilder.ExecDetails()
            details.cgroup = group
            RecordBuilder.exec(
                RecordKey(UInt64(pid), pid), parent: .none, replaced: .none, filename: filename,
                details: details
            ).withUnsafeBytes { pipeline.process($0) }
        }
        for number in 1...2 as ClosedRange<UInt32> {
            let labels = PodLabels(
                uid: "u\(number)", namespace: "shop", workload: "web", pod: "web-\(number)")
            pipeline.processes.describe(container: number, ContainerText(beforePID: [], labels: labels))
            pipeline.processes.join(group: UInt64(70 + number), container: number)
        }
        for group in [71, 71, 72, 1] as [UInt64] { run("/a", group: group) }
        func text(_ names: String...) -> String {
            var figures = Self.figures()
            figures.series = pipeline.eventSeries
            return MetricsFormat.prometheus.text(
                Self.families(figures, labels: MetricLabels(names)), prefix: "t")
        }
        func sample(_ pod: String, _ count: Int) -> String {
            let namespace = pod.isEmpty ? "" : "shop"
            let workload = pod.isEmpty ? "" : "web"
            return
                "t_events_total{type=\"PROCESS_EXEC\",namespace=\"\(namespace)\",workload=\"\(workload)\",pod=\"\(pod)\","
                + "binary=\"/a\",node_name=\"\"} \(count)\n"
        }
        let all = text("namespace", "workload", "pod", "binary")
        for (pod, count) in [("web-1", 2), ("web-2", 1), ("", 1)] {
            #expect(all.contains(sample(pod, count)))
        }
        #expect(
            text("workload").contains(
                "t_events_total{type=\"PROCESS_EXEC\",namespace=\"\",workload=\"web\",pod=\"\",binary=\"\",node_name=\"\"} 3\n"
            ))
        // Gone: what was counted ends, and what still runs is counted without it.
        pipeline.processes.end(podOfSeries: "u1")
        pipeline.endOfBatch()
        RecordBuilder.exit(RecordKey(2, 2), at: 100).withUnsafeBytes { pipeline.process($0) }
        run("/a", group: 71)
        run("/b", group: 72)
        let later = text("namespace", "workload", "pod", "binary")
        #expect(!later.contains("web-1"))
        #expect(later.contains(sample("web-2", 1)) && later.contains(sample("", 2)))
        #expect(
            later.contains(
                "t_events_total{type=\"PROCESS_EXIT\",namespace=\"\",workload=\"\",pod=\"\",binary=\"/a\",node_name=\"\"} 1\n"
            ))
        #expect(!pipeline.processes.hasSeries(ofPod: "u1"))
    }

    @Test func seriesHaveABound() {
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: NoLayouts(), sink: Sink())
        for number in 1...9_000 as ClosedRange<UInt32> {
            let labels = PodLabels(uid: "u\(number)", namespace: "n", workload: "w", pod: "p\(number)")
            pipeline.processes.describe(container: 1, ContainerText(beforePID: [], labels: labels))
            pipeline.processes.join(group: 70, container: 1)
            var details = RecordBuilder.ExecDetails()
            details.cgroup = 70
            RecordBuilder.exec(
                RecordKey(UInt64(number), number), parent: .none, replaced: .none, filename: "/a",
                details: details
            ).withUnsafeBytes { pipeline.process($0) }
        }
        let series = pipeline.eventSeries
        // The one without binary, and that of the binary alone.
        #expect(series.labels.series.count == 8_193)
        var total: UInt64 = 0
        for number in series.labels.series.indices { total += series.count(kind: 0, series: number) }
        #expect(total == 9_000)
    }

    @Test func whatTheKernelSideCouldNotDoIsToldByName() {
        let names = [
            "bad_argument", "no_enforcer_note", "no_scratch", "no_stack", "no_task_state", "signal_failed",
            "truncated_path",
        ]
        let counters = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ("kernel.\($1)", UInt64($0 + 1)) })
        let text = MetricsFormat.prometheus.text(Self.families(counters: counters), prefix: "t")
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
        let text = MetricsFormat.prometheus.text(Self.families(hooks: hooks), prefix: "t")
        let labels = "subsys=\"rthooks\",operation=\"add-container\",error="
        #expect(text.contains("t_policyfilter_operations_total{\(labels)\"\"} 3\n"))
        #expect(text.contains("t_policyfilter_operations_total{\(labels)\"generic-error\"} 1\n"))
        #expect(text.contains("t_policyfilter_hook_container_name_missing_total 1\n"))
        #expect(text.contains("t_policyfilter_hook_container_image_missing_total 2\n"))
    }

    @Test func systemCallsAreCountedByName() {
        let layouts = SystemCallLayout()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: layouts, sink: Sink())
        // openat twice for two policies, i386's getpid, a number that no call has, and one that none can have.
        for (number, selectors) in [
            (257, [0, 1]), (257, [0, 1]), (0x8000_0014, [0]), (900, [0]), (70_000, [1]),
        ] as [(Int64, [Int])] {
            let record = RecordBuilder.hook(
                RecordKey(2, 2), at: 3, selectors: selectors,
                arguments: [.integer(number, type: 64), .integer(0, type: 4)])
            record.withUnsafeBytes { pipeline.process($0) }
        }
        var figures = Self.figures()
        figures.series = pipeline.eventSeries
        let lines = MetricsFormat.prometheus.text(Self.families(figures), prefix: "t").split(separator: "\n")
            .filter { $0.hasPrefix("t_syscalls_total") }
        let labels = "namespace=\"\",workload=\"\",pod=\"\",binary=\"\",node_name=\"\""
        #if arch(x86_64)
            #expect(
                lines == [
                    "t_syscalls_total{syscall=\"i386/getpid\",\(labels)} 1",
                    "t_syscalls_total{syscall=\"openat\",\(labels)} 4",
                    "t_syscalls_total{syscall=\"unknown\",\(labels)} 2",
                ])
        #else
            #expect(lines.contains("t_syscalls_total{syscall=\"unknown\",\(labels)} 2"))
        #endif
    }

    @Test func flagsOfExecsHaveTheirWords() {
        let words = ProcessFlagWord.all
        #expect(words.first { $0.bit == 1 }?.name == "execve")
        #expect(words.first { $0.bit == 0x4000 }?.name == "clone")
        #expect(Set(words.map(\.name)).count == words.count)
    }
}

/// A daemon that has none.
private struct NoPolicies: PolicyControl {
    func make(_ changes: [PolicyChange], domain: String) throws(PolicyRefusal) -> [PolicyIdentity] { [] }
    func configure(_ policy: PolicyIdentity, isEnabled: Bool?, mode: PolicyMode?) throws(PolicyRefusal) {}
    func list() -> [PolicyStatus] { [] }
    func runs() -> [HookRuns] { [] }
}

/// Takes everything.
private final class Sink: LineSink {
    func write(_ bytes: UnsafeRawBufferPointer) -> Int { bytes.count }
}

/// No hook is known.
private final class NoLayouts: HookLayoutProvider {
    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? { nil }
}

/// Two policies on the entry of system calls that declare the number.
private final class SystemCallLayout: HookLayoutProvider {
    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? {
        HookEventLayout(
            hookID: hookID, generation: generation,
            kind: .tracepoint(subsystem: "raw_syscalls", event: "sys_enter"),
            functionName: "raw_syscalls/sys_enter",
            slots: [ArgumentSlot(index: 4, type: .systemCall), ArgumentSlot(index: 5, type: .uint64)],
            policies: ["a", "b"].map { name in
                PolicyEventLayout(
                    name: name, arguments: [PolicyArgumentLayout(slot: 0, type: .systemCall)])
            },
            selectors: [SelectorEventLayout(policy: 0), SelectorEventLayout(policy: 1)])
    }
}

private struct NoPods: PodSink {
    func podsChanged(_ changed: [PodFacts], gone: [String], isComplete: Bool) {}
}
