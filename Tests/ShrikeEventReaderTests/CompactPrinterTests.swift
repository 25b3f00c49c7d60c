// SPDX-License-Identifier: Apache-2.0

import ShrikeControl
import Testing

@testable import ShrikeEventReader

/// One row of the table of compact lines: what comes after `shop/cart-7d9c /app/cart`.
struct CompactRow: Sendable, CustomTestStringConvertible {
    let line: String
    let json: String
    var testDescription: String { line }

    init(_ line: String, _ json: String) {
        self.line = line
        self.json = json
    }
}

@Suite("Compact lines")
struct CompactPrinterTests {
    static let file = #"{"file_arg":{"path":"/data/out.log"}}"#
    static let sock = #"{"sock_arg":{"saddr":"10.0.4.17","daddr":"203.0.113.7","sport":43210,"dport":443}}"#
    static let map =
        #"{"bpf_map_arg":{"MapType":"BPF_MAP_TYPE_HASH","KeySize":4,"ValueSize":8,"MaxEntries":64,"MapName":"cfg"}}"#

    /// The lines that look the same in both modes; `P` is place and binary.
    static let rows: [CompactRow] = [
        CompactRow(
            "🚀 process P /tmp",
            JSON.event("process_exec").replacing(
                #""binary""#, with: #""arguments":"/tmp","binary""#)),
        CompactRow("🚀 process P ", JSON.event("process_exec")),
        CompactRow("💥 exit    P  2", JSON.event("process_exit", #""status":2"#)),
        CompactRow("💥 exit    P  0", JSON.event("process_exit")),
        CompactRow("💥 exit    P  SIGKILL", JSON.event("process_exit", #""signal":"SIGKILL""#)),
        CompactRow(
            "🧬 loader  P 8d9a0f1b /usr/lib/libpcre2-8.so.0",
            JSON.event("process_loader", #""path":"/usr/lib/libpcre2-8.so.0","buildid":"jZoPGw==""#)),
        CompactRow("🧬 loader  P /l.so", JSON.event("process_loader", #""path":"/l.so""#)),
        CompactRow(
            "📝 write   P /data/out.log 512 bytes",
            JSON.kprobe("__x64_sys_write", file + #",{"bytes_arg":"YWI="},{"size_arg":"512"}"#)),
        CompactRow("📝 write   P  ", JSON.kprobe("__arm64_sys_write")),
        CompactRow(
            "📚 read    P /data/out.log 4096 bytes",
            JSON.kprobe("sys_read", file + #",{"bytes_arg":""},{"size_arg":"4096"}"#)),
        CompactRow("📬 open    P /data/out.log", JSON.kprobe("fd_install", #"{"int_arg":3},"# + file)),
        CompactRow(
            "📬️ openat  P /etc/shadow",
            JSON.kprobe("__x64_sys_openat", #"{"int_arg":-100},{"string_arg":"/etc/shadow"}"#)),
        CompactRow(
            "📬️ open    P /etc/shadow",
            JSON.kprobe("__ia32_sys_open", #"{"int_arg":1},{"string_arg":"/etc/shadow"}"#)),
        CompactRow("📪 close   P /data/out.log", JSON.kprobe("__x64_sys_close", file)),
        CompactRow(
            "💾 mount   P /dev/sdb1 /mnt",
            JSON.kprobe("__x64_sys_mount", #"{"string_arg":"/dev/sdb1"},{"string_arg":"/mnt"}"#)),
        CompactRow(
            "💾 pivot_root P /a /b",
            JSON.kprobe("__x64_sys_pivot_root", #"{"string_arg":"/a"},{"string_arg":"/b"}"#)),
        CompactRow("🔑 setuid  P 0", JSON.kprobe("__x64_sys_setuid", #"{"int_arg":0}"#)),
        CompactRow("⏰ clock_settime P", JSON.kprobe("__x64_sys_clock_settime")),
        CompactRow("🔧 proc_exec_connector P", JSON.kprobe("proc_exec_connector")),
        CompactRow(
            "🔧 setns   P net",
            JSON.kprobe("__x64_sys_setns", #"{"int_arg":4},{"int_arg":1073741824}"#)),
        CompactRow("🔧 setns   P any", JSON.kprobe("__x64_sys_setns", #"{"int_arg":4},{"int_arg":0}"#)),
        CompactRow("🔧 setns   P ", JSON.kprobe("__x64_sys_setns", #"{"int_arg":4},{"int_arg":1}"#)),
        CompactRow("🔌 connect P tcp 10.0.4.17:43210 -> 203.0.113.7:443", JSON.kprobe("tcp_connect", sock)),
        CompactRow("🧹 close   P tcp 10.0.4.17:43210 -> 203.0.113.7:443", JSON.kprobe("tcp_close", sock)),
        CompactRow(
            "📤 sendmsg P tcp 10.0.4.17:43210 -> 203.0.113.7:443 bytes 517",
            JSON.kprobe("tcp_sendmsg", sock + #",{"int_arg":517}"#)),
        CompactRow(
            "🐝 bpf_load P BPF_PROG_TYPE_KPROBE probe_a instruction count 208",
            JSON.kprobe(
                "bpf_check",
                #"{"bpf_attr_arg":{"ProgType":"BPF_PROG_TYPE_KPROBE","InsnCnt":208,"ProgName":"probe_a"}}"#)),
        CompactRow(
            "🐝 perf_event_alloc P PERF_TYPE_TRACEPOINT do_it",
            JSON.kprobe(
                "security_perf_event_alloc",
                #"{"perf_event_arg":{"KprobeFunc":"do_it","Type":"PERF_TYPE_TRACEPOINT"}}"#)),
        CompactRow(
            "🗺 bpf_map_create P BPF_MAP_TYPE_HASH cfg key size 4 value size 8 max entries 64",
            JSON.kprobe("security_bpf_map_alloc", map)),
        CompactRow(
            "🗺 bpf_map_create P BPF_MAP_TYPE_HASH cfg key size 4 value size 8 max entries 64",
            JSON.kprobe("security_bpf_map_create", map)),
        CompactRow(
            "📝 write   P /data/out.log",
            JSON.kprobe("security_file_permission", file + #",{"int_arg":2}"#)),
        CompactRow(
            "📚 read    P /data/out.log",
            JSON.kprobe("security_file_permission", file + #",{"int_arg":4}"#)),
        CompactRow(
            "❓ security_file_permission P /data/out.log",
            JSON.kprobe("security_file_permission", file + #",{"int_arg":1}"#)),
        CompactRow("❓ security_file_permission P ", JSON.kprobe("security_file_permission", file)),
        CompactRow(
            "📝 mmap-rx P /data/out.log",
            JSON.kprobe("security_mmap_file", file + #",{"uint_arg":5}"#)),
        CompactRow("❓ security_mmap_file P ", JSON.kprobe("security_mmap_file")),
        CompactRow(
            "📝 truncate P /var/log/audit.log",
            JSON.kprobe("security_path_truncate", #"{"path_arg":{"path":"/var/log/audit.log"}}"#)),
        CompactRow("📝 truncate P /data/out.log", JSON.kprobe("security_file_truncate", file)),
        CompactRow("❓ security_path_truncate P ", JSON.kprobe("security_path_truncate")),
        CompactRow("❓ syscall P __x64_sys_unshare", JSON.kprobe("__x64_sys_unshare")),
        CompactRow(
            "☎  syscall P close(unsigned int fd=3)",
            JSON.event(
                "process_tracepoint",
                #""subsys":"raw_syscalls","event":"sys_enter","args":[{"long_arg":"3"},{"size_arg":"3"}]"#)),
        CompactRow(
            "⁉️ tracepoint P sched sched_process_fork",
            JSON.event("process_tracepoint", #""subsys":"sched","event":"sched_process_fork""#)),
        CompactRow(
            "🕵️ uprobe  P /usr/bin/bash readline",
            JSON.event("process_uprobe", #""path":"/usr/bin/bash","symbol":"readline""#)),
        CompactRow(
            "🕵️ usdt    P /lib/libc.so.6 libc memory_heap_new",
            JSON.event(
                "process_usdt",
                #""path":"/lib/libc.so.6","provider":"libc","name":"memory_heap_new""#)),
        CompactRow("🔒 LSM     P file_open", JSON.event("process_lsm", #""function_name":"file_open""#)),
    ]

    @Test("every kind has its line, in both modes", arguments: rows)
    func everyKind(row: CompactRow) throws {
        let expected = row.line.replacing(" P", with: " shop/cart-7d9c /app/cart", maxReplacements: 1)
        #expect(try compact(row.json) == expected)
        #expect(try compatible(row.json) == expected)
    }

    @Test("a process without a pod is on its node")
    func hostProcess() throws {
        let json = JSON.event("process_exec", process: #"{"binary":"/usr/bin/ls","arguments":"/tmp"}"#)
        #expect(try compact(json) == "🚀 process node-1 /usr/bin/ls /tmp")
    }

    @Test("events without a process")
    func eventsWithoutProcess() throws {
        let start = #"{"process_throttle":{"type":"THROTTLE_START","cgroup":"a.scope\u0000\u0000"}}"#
        let stop = #"{"process_throttle":{"type":"THROTTLE_STOP","cgroup":"a.scope"}}"#
        #expect(try compact(start) == "🧬 throttle START a.scope")
        #expect(try compact(stop) == "🧬 throttle STOP  a.scope")
        #expect(try compatible(stop) == "🧬 throttle STOP  a.scope")
        #expect(try compact(#"{"test":{"arg0":"1"}}"#) == "TEST EVENT")
    }

    @Test("what the incumbent ends with an error for has a line of ours")
    func noErrors() throws {
        let limited = #"{"rate_limit_info":{"number_of_dropped_process_events":"18"},"node_name":"n"}"#
        #expect(try compact(limited) == "🧬 limit   n 18 events dropped by the export rate limit")
        #expect(throws: CompactError.unknownEventType(.rateLimitInfo)) { try compatible(limited) }
        let orphan = #"{"process_exec":{},"node_name":"n"}"#
        #expect(try compact(orphan) == "🚀 process n - ")
        #expect(throws: CompactError.missingProcess) { try compatible(orphan) }
        #expect(try compact("{}") == "(nothing)")
    }

    @Test("a hook without a form of its own shows its arguments and what was done")
    func genericHook() throws {
        let json = JSON.kprobe(
            "security_file_open", #"{"file_arg":{"path":"/etc/shadow"}},{"int_arg":-2},{"cred_arg":{}}"#,
            #""action":"KPROBE_ACTION_SIGKILL""#)
        #expect(
            try compact(json)
                == "❓ syscall shop/cart-7d9c /app/cart security_file_open /etc/shadow -2  killed")
        #expect(try compatible(json) == "❓ syscall shop/cart-7d9c /app/cart security_file_open")
    }

    @Test(
        "each enforcing action has its word, and only those",
        arguments: [
            ("SIGKILL", "  killed"), ("SIGNAL", "  signalled"), ("OVERRIDE", "  denied"),
            ("NOTIFYENFORCER", "  enforced"), ("POST", ""), ("GETURL", ""),
        ])
    func outcomes(action: String, word: String) throws {
        let members = #""function_name":"file_open","action":"KPROBE_ACTION_\#(action)""#
        #expect(try compact(JSON.event("process_lsm", members)).hasSuffix("/app/cart file_open" + word))
    }

    @Test("the action at the return of a function counts too")
    func returnAction() throws {
        let json = JSON.kprobe(
            "f", "", #""action":"KPROBE_ACTION_POST","return_action":"KPROBE_ACTION_OVERRIDE""#)
        #expect(try compact(json).hasSuffix(" f  denied"))
    }

    @Test("times have nine digits; a missing time is the epoch")
    func timestamps() throws {
        for (time, text) in [
            ("2026-01-10T07:01:51.508000198Z", "2026-01-10T07:01:51.508000198Z"),
            ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000000000Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000000Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000000Z"),
        ] {
            let json = #"{"test":{},"time":"\#(time)"}"#
            #expect(try compact(json) { $0.printsTimestamps = true } == text + " TEST EVENT")
        }
        let without = try compact(#"{"test":{}}"#) { $0.printsTimestamps = true }
        #expect(without == "1970-01-01T00:00:00.000000000Z TEST EVENT")
    }
}
