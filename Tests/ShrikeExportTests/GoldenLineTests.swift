// SPDX-License-Identifier: Apache-2.0
// Whole lines, to the byte: the shapes of the event reference's samples (times are exact here, since every
// conversion uses the same clock reading).

import ShrikeEvents
import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport
import Testing

private let bashID = "c2hyaWtlLW5vZGUtMTozNjA1MTE3NDQyMTkwOjIyMTA="
private let grepID = "c2hyaWtlLW5vZGUtMTozNzExNTA4MDAwMTIzOjIyNTE="
private let systemdID = "c2hyaWtlLW5vZGUtMTo0MDAwMDAwMDox"
private let kernelID = "c2hyaWtlLW5vZGUtMToxOjA="

private let kernel =
    #"{"exec_id":"\#(kernelID)","pid":0,"uid":0,"binary":"<kernel>","flags":"procFS","#
    + #""start_time":"2026-01-10T06:00:00.000000001Z","auid":4294967295,"parent_exec_id":"\#(kernelID)","#
    + #""tid":0,"in_init_tree":false}"#
private let systemd =
    #"{"exec_id":"\#(systemdID)","pid":1,"uid":0,"cwd":"/","binary":"/usr/lib/systemd/systemd","#
    + #""arguments":"--system --deserialize=31","flags":"procFS rootcwd","start_time":"2026-01-10T06:00:00.040Z","#
    + #""auid":4294967295,"parent_exec_id":"\#(kernelID)","tid":1,"in_init_tree":false}"#
private let bash =
    #"{"exec_id":"\#(bashID)","pid":2210,"uid":1000,"cwd":"/home/ana","binary":"/usr/bin/bash","#
    + #""flags":"execve clone","start_time":"2026-01-10T07:00:05.117442190Z","auid":1000,"#
    + #""parent_exec_id":"\#(systemdID)","tid":2210,"in_init_tree":false}"#

private func grep(refcnt: String = "", tid: Int = 2251) -> String {
    #"{"exec_id":"\#(grepID)","pid":2251,"uid":1000,"cwd":"/home/ana","binary":"/usr/bin/grep","#
        + #""arguments":"-r \"api key\" notes","flags":"execve clone","#
        + #""start_time":"2026-01-10T07:01:51.508000123Z","auid":1000,"parent_exec_id":"\#(bashID)","#
        + #"\#(refcnt)"tid":\#(tid),"in_init_tree":false}"#
}

@Suite struct GoldenLineTests {
    @Test("The events of the start and of an exec")
    func exec() {
        let bench = Bench()
        bench.startSamples()
        let node = #""node_name":"shrike-node-1","time""#
        #expect(
            bench.lines() == [
                #"{"process_exec":{"process":\#(kernel),"parent":\#(kernel)},"#
                    + #"\#(node):"2026-01-10T06:00:00.000000001Z"}"#,
                #"{"process_exec":{"process":\#(systemd),"parent":\#(kernel)},"#
                    + #"\#(node):"2026-01-10T06:00:00.040Z"}"#,
                #"{"process_exec":{"process":\#(bash),"parent":\#(systemd)},"#
                    + #"\#(node):"2026-01-10T07:00:05.117442190Z"}"#,
                #"{"process_exec":{"process":\#(grep()),"parent":\#(bash),"ancestors":[\#(systemd)]},"#
                    + #"\#(node):"2026-01-10T07:01:51.508000123Z"}"#,
            ])
        #expect(bench.pipeline.counters.exported.exec == 4)
    }

    @Test("An exit by status, by signal, and by a real-time signal with a core")
    func exit() {
        let bench = Bench(ExportConfiguration(nodeName: "shrike-node-1", ancestors: []))
        bench.startSamples()
        _ = bench.lines()
        let time = "2026-01-10T07:01:51.530112500Z"
        func line(_ result: String) -> String {
            #"{"process_exit":{"process":\#(grep()),"parent":\#(bash)\#(result),"time":"\#(time)"},"#
                + #""node_name":"shrike-node-1","time":"\#(time)"}"#
        }
        for code in [2 << 8, 0, 9, 0x80 | 11, 0x80 | 40] as [UInt32] {
            bench.process(RecordBuilder.exit(Bench.grep, at: 3_711_530_112_500, code: code))
        }
        #expect(
            bench.lines() == [
                line(#","status":2"#), line(""), line(#","signal":"SIGKILL""#), line(#","signal":"SIGSEGV""#),
                line(""),
            ])
    }

    @Test("A kprobe with a labelled file, enforced, with message and tags")
    func kprobe() {
        let bench = Bench(
            ExportConfiguration(
                nodeName: "shrike-node-1", clusterName: "prod-eu",
                nodeLabels: ["zone": "eu-1", "kubernetes.io/os": "linux"]))
        bench.startSamples()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, functionName: "security_file_open",
                slots: [ArgumentSlot(index: 0, type: .file)],
                policies: [
                    PolicyEventLayout(
                        name: "block-egress", message: "no \"secrets\"", tags: ["file", "secret"],
                        arguments: [PolicyArgumentLayout(slot: 0, label: "f", type: .file)])
                ],
                selectors: [SelectorEventLayout(policy: 0, actions: [.sigkill])])
        ]
        _ = bench.lines()
        bench.process(
            RecordBuilder.hook(
                Bench.grep, at: 3_711_511_220_004, tid: 2252, selectors: [0],
                arguments: [.file("/etc/shadow")], flags: 1, signal: 9))
        #expect(
            bench.lines() == [
                #"{"process_kprobe":{"process":\#(grep(refcnt: #""refcnt":1,"#, tid: 2252)),"parent":\#(bash),"#
                    + #""function_name":"security_file_open","#
                    + #""args":[{"file_arg":{"path":"/etc/shadow","permission":"-rw-r-----"},"label":"f"}],"#
                    + #""action":"KPROBE_ACTION_SIGKILL","policy_name":"block-egress","#
                    + #""return_action":"KPROBE_ACTION_POST","message":"no \"secrets\"","#
                    + #""tags":["file","secret"],"ancestors":[\#(systemd)]},"node_name":"shrike-node-1","#
                    + #""time":"2026-01-10T07:01:51.511220004Z","cluster_name":"prod-eu","#
                    + #""node_labels":{"kubernetes.io/os":"linux","zone":"eu-1"}}"#
            ])
    }

    /// One hook event of `grep` with a layout that has one policy and these selectors.
    private func hookLine(
        _ kind: HookEventKind, _ policy: PolicyEventLayout, _ selectors: [SelectorEventLayout],
        _ record: [UInt8], slots: [ArgumentSlot]
    ) -> [String] {
        let bench = Bench()
        bench.startSamples()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, kind: kind, functionName: "file_open", slots: slots,
                policies: [policy], selectors: selectors)
        ]
        _ = bench.lines()
        bench.process(record)
        return bench.lines()
    }

    @Test("An LSM hook has its name, policy and message before the arguments")
    func lsm() {
        let lines = hookLine(
            .lsm,
            PolicyEventLayout(
                name: "guard", message: "m", tags: ["tt"],
                arguments: [PolicyArgumentLayout(slot: 0, type: .file)]),
            [SelectorEventLayout(policy: 0, actions: [.override(-13)])],
            RecordBuilder.hook(
                Bench.grep, at: 3_711_511_220_004, selectors: [0], arguments: [.file("/etc/shadow")],
                flags: 4,
                overrideError: -13), slots: [ArgumentSlot(index: 0, type: .file)])
        #expect(
            lines == [
                #"{"process_lsm":{"process":\#(grep(refcnt: #""refcnt":1,"#)),"parent":\#(bash),"#
                    + #""function_name":"file_open","policy_name":"guard","message":"m","#
                    + #""args":[{"file_arg":{"path":"/etc/shadow","permission":"-rw-r-----"}}],"#
                    + #""action":"KPROBE_ACTION_OVERRIDE","tags":["tt"],"ancestors":[\#(systemd)]},"#
                    + #""node_name":"shrike-node-1","time":"2026-01-10T07:01:51.511220004Z"}"#
            ])
    }

    @Test("A tracepoint has its subsystem and event before the arguments and its policy behind them")
    func tracepoint() {
        let lines = hookLine(
            .tracepoint(subsystem: "sched", event: "sched_process_exec"),
            PolicyEventLayout(
                name: "execs", message: "m", tags: ["tt"],
                arguments: [PolicyArgumentLayout(slot: 0, type: .int32)]),
            [SelectorEventLayout(policy: 0)],
            RecordBuilder.hook(Bench.grep, at: 3_711_511_220_004, selectors: [0], arguments: [.integer(-5)]),
            slots: [ArgumentSlot(index: 4, type: .int32)])
        #expect(
            lines == [
                #"{"process_tracepoint":{"process":\#(grep(refcnt: #""refcnt":1,"#)),"parent":\#(bash),"#
                    + #""subsys":"sched","event":"sched_process_exec","args":[{"int_arg":-5}],"#
                    + #""policy_name":"execs","action":"KPROBE_ACTION_POST","message":"m","tags":["tt"],"#
                    + #""ancestors":[\#(systemd)]},"#
                    + #""node_name":"shrike-node-1","time":"2026-01-10T07:01:51.511220004Z"}"#
            ])
    }

    @Test("A uprobe has its file and function before its policy, and what was done behind the ancestors")
    func uprobe() {
        func line(_ place: UserProbeEventPlace) -> [String] {
            hookLine(
                .uprobe(place),
                PolicyEventLayout(
                    name: "u", message: "m", tags: ["tt"],
                    arguments: [PolicyArgumentLayout(slot: 0, type: .int32)]),
                [SelectorEventLayout(policy: 0)],
                RecordBuilder.hook(
                    Bench.grep, at: 3_711_511_220_004, selectors: [0], arguments: [.integer(-5)]),
                slots: [ArgumentSlot(index: 0, type: .int32)])
        }
        func expected(_ name: String, _ place: String) -> [String] {
            [
                #"{"process_uprobe":{"process":\#(grep(refcnt: #""refcnt":1,"#)),"parent":\#(bash),"#
                    + #""path":"/usr/bin/bash",\#(name)"policy_name":"u","message":"m","#
                    + #""args":[{"int_arg":-5}],"tags":["tt"],"ancestors":[\#(systemd)],\#(place)"#
                    + #""action":"KPROBE_ACTION_POST"},"#
                    + #""node_name":"shrike-node-1","time":"2026-01-10T07:01:51.511220004Z"}"#
            ]
        }
        #expect(
            line(UserProbeEventPlace(path: "/usr/bin/bash", symbol: "readline"))
                == expected(#""symbol":"readline","#, ""))
        #expect(
            line(
                UserProbeEventPlace(
                    path: "/usr/bin/bash", offset: 9_007_199_254_740_993, referenceCounterOffset: 16))
                == expected("", #""offset":"9007199254740993","ref_ctr_offset":"16","#))
    }

    @Test("A static probe has its file, provider and name before its policy")
    func staticProbe() {
        let lines = hookLine(
            .usdt(path: "/lib/libc.so.6", provider: "libc", name: "memory_heap_new"),
            PolicyEventLayout(
                name: "u", arguments: [PolicyArgumentLayout(slot: 0, label: "8@%rbx", type: .size)]),
            [SelectorEventLayout(policy: 0, actions: [.sigkill])],
            RecordBuilder.hook(
                Bench.grep, at: 3_711_511_220_004, selectors: [0],
                arguments: [.integer(132_288, type: 5)], flags: 1, signal: 9),
            slots: [ArgumentSlot(index: 0, type: .size)])
        #expect(
            lines == [
                #"{"process_usdt":{"process":\#(grep(refcnt: #""refcnt":1,"#)),"parent":\#(bash),"#
                    + #""path":"/lib/libc.so.6","provider":"libc","name":"memory_heap_new","policy_name":"u","#
                    + #""args":[{"size_arg":"132288","label":"8@%rbx"}],"ancestors":[\#(systemd)],"#
                    + #""action":"KPROBE_ACTION_SIGKILL"},"#
                    + #""node_name":"shrike-node-1","time":"2026-01-10T07:01:51.511220004Z"}"#
            ])
    }

    @Test("A return has its value behind the arguments, what the entry did, and what was done at the return")
    func returned() {
        let policy = PolicyEventLayout(
            name: "r", arguments: [PolicyArgumentLayout(slot: 0, type: .int32)],
            result: PolicyArgumentLayout(slot: 1, type: .int32))
        let selectors = [
            SelectorEventLayout(policy: 0, actions: [.sigkill]),
            SelectorEventLayout(policy: 0, returnActions: [.signal(15)]),
            SelectorEventLayout(policy: 0, returnActions: [.noPost]),
        ]
        func end(_ record: [UInt8]) -> [String] {
            let slots = [ArgumentSlot(index: 0, type: .int32), ArgumentSlot(index: 0, type: .int32)]
            return hookLine(.kprobe, policy, selectors, record, slots: slots).compactMap { line in
                guard let start = line.firstRange(of: #""args""#),
                    let end = line.firstRange(of: #","ancestors""#)
                else {
                    return nil
                }
                return String(line[start.lowerBound..<end.lowerBound])
            }
        }
        let head = #""args":[{"int_arg":4}],"return":{"int_arg":-2},"action":"KPROBE_ACTION_"#
        let tail = #"","policy_name":"r","return_action":"KPROBE_ACTION_"#
        // The first selector killed at entry; its return filter did not match, the second one's did.
        #expect(
            end(
                RecordBuilder.hook(
                    Bench.grep, at: 3_711_511_220_004, selectors: [1],
                    arguments: [.integer(4), .integer(-2)], flags: 0x31, signal: 9, returnSignal: 15,
                    entrySelectors: [0])) == [head + "SIGKILL" + tail + #"SIGNAL""#])
        #expect(
            end(
                RecordBuilder.hook(
                    Bench.grep, at: 3_711_511_220_004, selectors: [1],
                    arguments: [.integer(4), .integer(-2)])) == [head + "POST" + tail + #"POST""#])
        #expect(
            end(
                RecordBuilder.hook(
                    Bench.grep, at: 3_711_511_220_004, selectors: [2],
                    arguments: [.integer(4), .integer(-2)])) == [])
    }

    @Test("Processes that nobody knows have the minimal form")
    func unknown() {
        let bench = Bench()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, functionName: "f", policies: [PolicyEventLayout(name: "p")],
                selectors: [SelectorEventLayout(policy: 0)])
        ]
        let key = RecordKey(3_600_000_000_000, 99)
        bench.process(RecordBuilder.hook(key, at: 3_600_000_000_000, selectors: [0], flags: 0x8))
        bench.process(RecordBuilder.hook(key, at: 3_600_000_000_000, selectors: [0]))
        bench.process(RecordBuilder.exit(key, at: 3_600_000_000_000))
        let end = #""node_name":"shrike-node-1","time":"2026-01-10T07:00:00Z"}"#
        let hook =
            #","function_name":"f","action":"KPROBE_ACTION_POST","policy_name":"p","#
            + #""return_action":"KPROBE_ACTION_POST"},"#
        #expect(
            bench.lines() == [
                #"{"process_kprobe":{"process":{"pid":99,"flags":"unknown","start_time":"2026-01-10T07:00:00Z"}"#
                    + hook + end,
                #"{"process_kprobe":{"process":{"pid":99,"start_time":"2026-01-10T07:00:00Z"}"# + hook + end,
                #"{"process_exit":{"process":{"pid":99,"start_time":"2026-01-10T07:00:00Z"},"#
                    + #""time":"2026-01-10T07:00:00Z"},"# + end,
            ])
        #expect(bench.pipeline.processes.counters.unknownProcesses == 3)
    }

    @Test("There is no event of a process that ended before anybody had looked at it")
    func endedUnseen() {
        let bench = Bench()
        bench.pipeline.seed([ProcfsReader.kernel], at: 5_000)
        _ = bench.lines()
        bench.process(RecordBuilder.exit(RecordKey(10, 99), at: 4_999))
        #expect(bench.lines() == [])
        #expect(bench.pipeline.counters.exported.exit == 0)
        #expect(bench.pipeline.processes.counters.unknownProcesses == 0)
        bench.process(RecordBuilder.exit(RecordKey(10, 99), at: 5_000))
        #expect(bench.lines().count == 1)
        #expect(bench.pipeline.processes.counters.unknownProcesses == 1)
    }

    @Test("Binary properties are in exec events only")
    func properties() throws {
        let bench = Bench(processes: ProcessTreeConfiguration(credentials: true))
        var details = RecordBuilder.ExecDetails()
        details.setuid = 0
        details.privilegesChanged = 1 << 2
        details.links = 0
        bench.process(
            RecordBuilder.exec(
                RecordKey(1, 7), parent: .none, replaced: .none, filename: "/tmp/suid", details: details))
        bench.process(RecordBuilder.exit(RecordKey(1, 7), at: 2))
        let lines = try bench.json()
        let process = try #require(lines[0]["process_exec"]?["process"])
        #expect(process["binary_properties"]?["setuid"]?.integer == 0)
        #expect(
            process["binary_properties"]?["privileges_changed"]?[0]?.text
                == "PRIVILEGES_RAISED_EXEC_FILE_SETUID")
        #expect(process["binary_properties"]?["file"]?["inode"]?["number"]?.text == "99")
        #expect(process["binary_properties"]?["file"]?["inode"]?["links"]?.integer == 0)
        #expect(process["refcnt"]?.integer == 1)
        #expect(process.keys.suffix(3) == ["process_credentials", "binary_properties", "in_init_tree"])
        #expect(lines[1]["process_exit"]?["process"]?["binary_properties"] == nil)
    }
}
