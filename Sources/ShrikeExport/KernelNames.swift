// SPDX-License-Identifier: Apache-2.0
// Names of BPF's and perf's numbers, as far as the event reference has them.

internal enum KernelName {
    /// enum bpf_prog_type
    internal static func programType(_ number: UInt32) -> StaticString? {
        switch number {
        case 0: "BPF_PROG_TYPE_UNSPEC"
        case 1: "BPF_PROG_TYPE_SOCKET_FILTER"
        case 2: "BPF_PROG_TYPE_KPROBE"
        case 3: "BPF_PROG_TYPE_SCHED_CLS"
        case 4: "BPF_PROG_TYPE_SCHED_ACT"
        case 5: "BPF_PROG_TYPE_TRACEPOINT"
        case 6: "BPF_PROG_TYPE_XDP"
        case 7: "BPF_PROG_TYPE_PERF_EVENT"
        case 8: "BPF_PROG_TYPE_CGROUP_SKB"
        case 9: "BPF_PROG_TYPE_CGROUP_SOCK"
        case 10: "BPF_PROG_TYPE_LWT_IN"
        case 11: "BPF_PROG_TYPE_LWT_OUT"
        case 12: "BPF_PROG_TYPE_LWT_XMIT"
        case 13: "BPF_PROG_TYPE_SOCK_OPS"
        case 14: "BPF_PROG_TYPE_SK_SKB"
        case 15: "BPF_PROG_TYPE_CGROUP_DEVICE"
        case 16: "BPF_PROG_TYPE_SK_MSG"
        case 17: "BPF_PROG_TYPE_RAW_TRACEPOINT"
        case 18: "BPF_PROG_TYPE_CGROUP_SOCK_ADDR"
        case 19: "BPF_PROG_TYPE_LWT_SEG6LOCAL"
        case 20: "BPF_PROG_TYPE_LIRC_MODE2"
        case 21: "BPF_PROG_TYPE_SK_REUSEPORT"
        case 22: "BPF_PROG_TYPE_FLOW_DISSECTOR"
        case 23: "BPF_PROG_TYPE_CGROUP_SYSCTL"
        case 24: "BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE"
        case 25: "BPF_PROG_TYPE_CGROUP_SOCKOPT"
        case 26: "BPF_PROG_TYPE_TRACING"
        case 27: "BPF_PROG_TYPE_STRUCT_OPS"
        case 28: "BPF_PROG_TYPE_EXT"
        case 29: "BPF_PROG_TYPE_LSM"
        case 30: "BPF_PROG_TYPE_SK_LOOKUP"
        case 31: "BPF_PROG_TYPE_SYSCALL"
        default: nil
        }
    }

    /// enum bpf_map_type
    internal static func mapType(_ number: UInt32) -> StaticString? {
        switch number {
        case 0: "BPF_MAP_TYPE_UNSPEC"
        case 1: "BPF_MAP_TYPE_HASH"
        case 2: "BPF_MAP_TYPE_ARRAY"
        case 3: "BPF_MAP_TYPE_PROG_ARRAY"
        case 4: "BPF_MAP_TYPE_PERF_EVENT_ARRAY"
        case 5: "BPF_MAP_TYPE_PERCPU_HASH"
        case 6: "BPF_MAP_TYPE_PERCPU_ARRAY"
        case 7: "BPF_MAP_TYPE_STACK_TRACE"
        case 8: "BPF_MAP_TYPE_CGROUP_ARRAY"
        case 9: "BPF_MAP_TYPE_LRU_HASH"
        case 10: "BPF_MAP_TYPE_LRU_PERCPU_HASH"
        case 11: "BPF_MAP_TYPE_LPM_TRIE"
        case 12: "BPF_MAP_TYPE_ARRAY_OF_MAPS"
        case 13: "BPF_MAP_TYPE_HASH_OF_MAPS"
        case 14: "BPF_MAP_TYPE_DEVMAP"
        case 15: "BPF_MAP_TYPE_SOCKMAP"
        case 16: "BPF_MAP_TYPE_CPUMAP"
        case 17: "BPF_MAP_TYPE_XSKMAP"
        case 18: "BPF_MAP_TYPE_SOCKHASH"
        case 19: "BPF_MAP_TYPE_CGROUP_STORAGE"
        case 20: "BPF_MAP_TYPE_REUSEPORT_SOCKARRAY"
        case 21: "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE"
        case 22: "BPF_MAP_TYPE_QUEUE"
        case 23: "BPF_MAP_TYPE_STACK"
        case 24: "BPF_MAP_TYPE_SK_STORAGE"
        case 25: "BPF_MAP_TYPE_DEVMAP_HASH"
        case 26: "BPF_MAP_TYPE_STRUCT_OPS"
        case 27: "BPF_MAP_TYPE_RINGBUF"
        case 28: "BPF_MAP_TYPE_INODE_STORAGE"
        case 29: "BPF_MAP_TYPE_TASK_STORAGE"
        case 30: "BPF_MAP_TYPE_BLOOM_FILTER"
        default: nil
        }
    }

    /// enum bpf_cmd
    internal static func bpfCommand(_ number: UInt32) -> StaticString? {
        switch number {
        case 0: "BPF_MAP_CREATE"
        case 1: "BPF_MAP_LOOKUP_ELEM"
        case 2: "BPF_MAP_UPDATE_ELEM"
        case 3: "BPF_MAP_DELETE_ELEM"
        case 4: "BPF_MAP_GET_NEXT_KEY"
        case 5: "BPF_PROG_LOAD"
        case 6: "BPF_OBJ_PIN"
        case 7: "BPF_OBJ_GET"
        case 8: "BPF_PROG_ATTACH"
        case 9: "BPF_PROG_DETACH"
        case 10: "BPF_PROG_TEST_RUN"
        case 11: "BPF_PROG_GET_NEXT_ID"
        case 12: "BPF_MAP_GET_NEXT_ID"
        case 13: "BPF_PROG_GET_FD_BY_ID"
        case 14: "BPF_MAP_GET_FD_BY_ID"
        case 15: "BPF_OBJ_GET_INFO_BY_FD"
        case 16: "BPF_PROG_QUERY"
        case 17: "BPF_RAW_TRACEPOINT_OPEN"
        case 18: "BPF_BTF_LOAD"
        case 19: "BPF_BTF_GET_FD_BY_ID"
        case 20: "BPF_TASK_FD_QUERY"
        case 21: "BPF_MAP_LOOKUP_AND_DELETE_ELEM"
        case 22: "BPF_MAP_FREEZE"
        case 23: "BPF_BTF_GET_NEXT_ID"
        case 24: "BPF_MAP_LOOKUP_BATCH"
        case 25: "BPF_MAP_LOOKUP_AND_DELETE_BATCH"
        case 26: "BPF_MAP_UPDATE_BATCH"
        case 27: "BPF_MAP_DELETE_BATCH"
        case 28: "BPF_LINK_CREATE"
        case 29: "BPF_LINK_UPDATE"
        case 30: "BPF_LINK_GET_FD_BY_ID"
        case 31: "BPF_LINK_GET_NEXT_ID"
        case 32: "BPF_ENABLE_STATS"
        case 33: "BPF_ITER_CREATE"
        case 34: "BPF_LINK_DETACH"
        case 35: "BPF_PROG_BIND_MAP"
        case 36: "BPF_TOKEN_CREATE"
        default: nil
        }
    }

    /// enum perf_type_id
    internal static func perfType(_ number: UInt32) -> StaticString? {
        switch number {
        case 0: "PERF_TYPE_HARDWARE"
        case 1: "PERF_TYPE_SOFTWARE"
        case 2: "PERF_TYPE_TRACEPOINT"
        case 3: "PERF_TYPE_HW_CACHE"
        case 4: "PERF_TYPE_RAW"
        case 5: "PERF_TYPE_BREAKPOINT"
        case 6: "PERF_TYPE_MAX"
        default: nil
        }
    }

    /// The taints that a module can have, by bit.
    internal static func taint(_ bit: UInt32) -> StaticString? {
        switch bit {
        case 0: "TAINT_PROPRIETARY_MODULE"
        case 1: "TAINT_FORCED_MODULE"
        case 2: "TAINT_FORCED_UNLOAD_MODULE"
        case 10: "TAINT_STAGED_MODULE"
        case 12: "TAINT_OUT_OF_TREE_MODULE"
        case 13: "TAINT_UNSIGNED_MODULE"
        case 15: "TAINT_KERNEL_LIVE_PATCH_MODULE"
        case 18: "TAINT_TEST_MODULE"
        default: nil
        }
    }
}
