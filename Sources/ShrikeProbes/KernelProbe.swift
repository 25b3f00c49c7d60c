// SPDX-License-Identifier: Apache-2.0
// What the running kernel offers, found by looking at what it publishes: nothing is loaded, so no rights are needed.

internal import Glibc

/// One thing that a kernel may have.
public struct KernelProbe: Sendable, Equatable {
    /// The incumbent's name for it.
    public let name: String
    /// Whether the kernel has it.
    public let isAvailable: Bool

    /// All probes, in the incumbent's order.
    public static func all(_ kernel: KernelView = KernelView()) -> [KernelProbe] {
        definitions.map { KernelProbe(name: $0.name, isAvailable: $0.detect(kernel)) }
    }

    private struct Definition: Sendable {
        var name: String
        var detect: @Sendable (KernelView) -> Bool

        init(_ name: String, _ detect: @escaping @Sendable (KernelView) -> Bool) {
            self.name = name
            self.detect = detect
        }

        /// The kernel's type information has all of these names.
        init(_ name: String, names: String...) {
            self.init(name) { kernel in names.allSatisfy(kernel.hasName) }
        }
    }

    private static let definitions: [Definition] = [
        Definition("override_return") { $0.hasOption("CONFIG_BPF_KPROBE_OVERRIDE") },
        Definition("buildid", names: "perf_mmap_event", "build_id_parse"),
        Definition("kprobe_multi", names: "BPF_TRACE_KPROBE_MULTI"),
        Definition("uprobe_multi", names: "BPF_TRACE_UPROBE_MULTI"),
        Definition("fmodret", names: "BPF_MODIFY_RETURN"),
        Definition("fmodret_syscall") {
            $0.hasName("BPF_MODIFY_RETURN") && $0.hasOption("CONFIG_FUNCTION_ERROR_INJECTION")
        },
        Definition("signal", names: "BPF_FUNC_send_signal"),
        // A million instructions came with signals, in 5.3.
        Definition("large", names: "BPF_FUNC_send_signal"),
        Definition("link_pin", names: "BPF_LINK_TYPE_PERF_EVENT"),
        Definition("lsm") { $0.securityModules.contains("bpf") },
        Definition("missed_stats_kprobe_multi", names: "bpf_kprobe_multi_link_fill_link_info", "missed"),
        Definition("missed_stats_kprobe", names: "bpf_perf_link_fill_kprobe", "missed"),
        Definition("batch_update", names: "BPF_MAP_UPDATE_BATCH"),
        Definition("uprobe_refctroff") {
            $0.hasFile("/sys/bus/event_source/devices/uprobe/format/ref_ctr_offset")
        },
        Definition("audit_loginuid", names: "loginuid"),
        Definition("probe_write_user", names: "BPF_FUNC_probe_write_user"),
        Definition("uprobe_regs_change", names: "kprobe_write_ctx"),
        Definition("mix_bpf_and_tail_calls", names: "BPF_FUNC_task_storage_get"),
        Definition("fentry", names: "BPF_TRACE_FENTRY"),
        Definition("get_func_ret", names: "BPF_FUNC_get_func_ret"),
        Definition("substring_kfunc", names: "bpf_strstr"),
        Definition("copy_from_user_str", names: "bpf_copy_from_user_str"),
    ]
}
