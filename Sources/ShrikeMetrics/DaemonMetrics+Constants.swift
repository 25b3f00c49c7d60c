// SPDX-License-Identifier: Apache-2.0
// What existing dashboards ask for and what cannot happen here: always 0, and the help says why.

extension DaemonMetrics {
    /// What runs, and what never grows.
    func constants() -> [MetricFamily] {
        let build: [(name: String, value: String)] = [
            ("version", version), ("go_version", Self.compiler), ("commit", ""), ("time", ""),
            ("modified", ""),
        ]
        return [MetricFamily(.gauge, "build_info", "Always 1; says what runs.", [.init(1, build)])]
            + (Self.zeros + Self.containerZeros).map { zero in
                MetricFamily(
                    zero.kind, zero.name, "Always 0: \(zero.why).",
                    zero.values.isEmpty
                        ? [.init(0)]
                        : zero.values.map { .init(0, zero.labels.isEmpty ? [] : [(zero.labels, $0)]) },
                    isPrefixed: zero.isPrefixed)
            }
    }

    #if compiler(>=6.3)
        private static let compiler = "swift6.3"
    #elseif compiler(>=6.2)
        private static let compiler = "swift6.2"
    #else
        private static let compiler = "swift6.1"
    #endif

    private struct Zero: Sendable {
        var kind: MetricFamily.Kind
        var name: String
        var why: String
        var labels = ""
        var values: [String] = []
        var isPrefixed = true
    }

    private static let zeros: [Zero] = [
        Zero(
            kind: .counter, name: "observer_ringbuf_events_lost_total",
            why: "a BPF ring buffer loses at its writing end, see bpf_missed_events_total"),
        Zero(
            kind: .counter, name: "observer_ringbuf_errors_total",
            why: "the rings are read in memory, which cannot fail"),
        Zero(
            kind: .counter, name: "missed_link_probes_total",
            why: "what a program missed is in missed_prog_probes_total"),
        Zero(
            kind: .gauge, name: "data_cache_size",
            why: "parts of arguments wait for their exec within one batch"),
        Zero(kind: .gauge, name: "data_cache_capacity", why: "there is no such cache"),
        Zero(kind: .counter, name: "data_cache_evictions_total", why: "there is no such cache"),
        Zero(
            kind: .counter, name: "data_cache_misses_total", why: "there is no such cache",
            labels: "operation",
            values: ["get", "remove"]),
        Zero(
            kind: .counter, name: "process_cache_early_deletions_total",
            why: "an image is forgotten once, by its last user"),
        Zero(
            kind: .counter, name: "event_cache_fetch_retries_total",
            why: "what becomes known lets events go, nobody asks again",
            labels: "entry_type", values: ["process_info", "parent_info", "ancestors_info", "pod_info"]),
        Zero(kind: .counter, name: "event_cache_errors_total", why: "what waits was decoded before"),
        Zero(
            kind: .counter, name: "errors_total", why: "threads and processes are told apart in the kernel",
            labels: "error",
            values: [
                "process_pid_tid_mismatch_exec", "process_pid_tid_mismatch_clone",
                "process_pid_tid_mismatch_exit", "event_finalize_process_info_failed",
                "process_metadata_username_failed",
            ]),
        Zero(
            kind: .counter, name: "debug_events_total", why: "there are no such events", labels: "type",
            values: ["process_metadata_username_ignored_not_in_host_namespaces"]),
        Zero(
            kind: .counter, name: "generic_kprobe_merge_total",
            why: "one program sees arguments and result, nothing is merged", labels: "status",
            values: ["ok", "error"]),
        Zero(
            kind: .counter, name: "generic_kprobe_merge_pushed_total",
            why: "one program sees arguments and result, nothing is merged"),
        Zero(
            kind: .counter, name: "promhttp_metric_handler_errors_total", why: "text cannot fail to be made",
            labels: "cause", values: ["encoding", "gathering"], isPrefixed: false),
    ]

    /// Of containers: nothing feeds them when the daemon is not told of pods.
    private static let containerZeros: [Zero] = [
        Zero(
            kind: .counter, name: "watcher_events_total", why: "no pod is looked up", labels: "watcher",
            values: ["k8s"]),
        Zero(
            kind: .counter, name: "watcher_errors_total", why: "no pod is looked up", labels: "watcher",
            values: ["k8s"]),
        Zero(kind: .counter, name: "watcher_delete_pod_cache_hits", why: "no pod is looked up"),
        Zero(kind: .counter, name: "watcher_delete_pod_cache_evictions", why: "no pod is looked up"),
        Zero(kind: .counter, name: "cri_cgidmap_resolutions_total", why: "the runtime is not asked"),
        Zero(kind: .counter, name: "cri_cgidmap_resolutions_errors_total", why: "the runtime is not asked"),
    ]
}
