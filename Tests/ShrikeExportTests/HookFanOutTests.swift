// SPDX-License-Identifier: Apache-2.0

import ShrikeEvents
import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct HookFanOutTests {
    private func bench(
        _ policies: [PolicyEventLayout], _ selectors: [SelectorEventLayout], slots: [ArgumentSlot] = []
    ) -> Bench {
        let bench = Bench()
        bench.startSamples()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, functionName: "f", slots: slots, policies: policies,
                selectors: selectors)
        ]
        _ = bench.lines()
        return bench
    }

    private func kprobes(_ bench: Bench) throws -> [StrictJSON] {
        try bench.json().compactMap { $0["process_kprobe"] }
    }

    @Test("Each matched policy gets a line of its own with its arguments in its order")
    func fanOut() throws {
        let bench = bench(
            [
                PolicyEventLayout(name: "none"),
                PolicyEventLayout(
                    name: "both",
                    arguments: [
                        PolicyArgumentLayout(slot: 1, label: "mode", type: .int32),
                        PolicyArgumentLayout(slot: 0, type: .path),
                    ]),
                PolicyEventLayout(name: "not matched"),
                PolicyEventLayout(name: "far", arguments: [PolicyArgumentLayout(slot: 1, type: .uint32)]),
            ],
            [
                SelectorEventLayout(policy: 0), SelectorEventLayout(policy: 1),
                SelectorEventLayout(policy: 2),
            ]
                + [SelectorEventLayout](repeating: SelectorEventLayout(policy: 3), count: 100),
            slots: [ArgumentSlot(index: 0, type: .path), ArgumentSlot(index: 3, type: .int32)])
        bench.process(
            RecordBuilder.hook(
                Bench.grep, at: 3_711_600_000_000, selectors: [0, 1, 90], words: 2,
                arguments: [.file("/etc", mode: 0o041777), .integer(-2)]))
        let lines = try kprobes(bench)
        #expect(lines.compactMap { $0["policy_name"]?.text } == ["none", "both", "far"])
        #expect(lines[0]["args"] == nil)
        #expect(lines[1]["args"]?.elements.count == 2)
        #expect(lines[1]["args"]?[0]?["int_arg"]?.integer == -2)
        #expect(lines[1]["args"]?[0]?["label"]?.text == "mode")
        #expect(lines[1]["args"]?[1]?["path_arg"]?["permission"]?.text == "drwxrwxrwt")
        #expect(lines[2]["args"]?[0]?["uint_arg"]?.integer == 4_294_967_294)
        for line in lines {
            #expect(line["process"] == lines[0]["process"])
            #expect(line["parent"]?["pid"]?.integer == 2210)
            #expect(line["ancestors"] == lines[0]["ancestors"])
        }
        #expect(bench.pipeline.counters.exported.kprobe == 3)
        #expect(bench.pipeline.counters.layoutMismatches == 0)
    }

    @Test(
        "Events of a tracked socket name its owner, those of other policies on the hook the process at hand")
    func socketOwner() throws {
        let bench = bench(
            [
                PolicyEventLayout(name: "plain"),
                PolicyEventLayout(name: "socket", arguments: [PolicyArgumentLayout(slot: 0, type: .sock)]),
                PolicyEventLayout(name: "other"),
                PolicyEventLayout(name: "result", result: PolicyArgumentLayout(slot: 0, type: .sock)),
            ],
            (0..<4).map { SelectorEventLayout(policy: $0) }, slots: [ArgumentSlot(index: 0, type: .sock)])
        let socket = RecordBuilder.Argument(type: 13, payload: [UInt8](repeating: 0, count: 72))
        bench.process(
            RecordBuilder.hook(
                Bench.grep, at: 3_711_600_000_000, selectors: [0, 1, 2, 3], arguments: [socket],
                flags: 0x1000,
                owner: Bench.bash))
        let owned = try kprobes(bench)
        #expect(owned.compactMap { $0["process"]?["pid"]?.integer } == [2251, 2210, 2251, 2210])
        #expect(owned.compactMap { $0["process"]?["tid"]?.integer } == [2251, 2210, 2251, 2210])
        #expect(owned.compactMap { $0["parent"]?["pid"]?.integer } == [2210, 1, 2210, 1])
        bench.process(
            RecordBuilder.hook(
                Bench.grep, at: 3_711_600_000_000, selectors: [1], arguments: [socket], flags: 0x1000,
                owner: RecordKey(5, 77)))
        #expect(try kprobes(bench)[0]["process"]?["pid"]?.integer == 77, "an owner that is not known")
        bench.process(
            RecordBuilder.hook(Bench.grep, at: 3_711_600_000_000, selectors: [1], arguments: [socket]))
        #expect(try kprobes(bench)[0]["process"]?["pid"]?.integer == 2251)
        #expect(bench.pipeline.counters.undecodable == 0)
    }

    @Test("Policies without an event post none, the others do")
    func noPost() throws {
        let bench = bench(
            [PolicyEventLayout(name: "silent"), PolicyEventLayout(name: "loud")],
            [
                SelectorEventLayout(policy: 0, actions: [.sigkill, .noPost]),
                SelectorEventLayout(policy: 1, actions: [.post]),
            ])
        bench.process(
            RecordBuilder.hook(Bench.grep, at: 3_711_600_000_000, selectors: [0], flags: 1, signal: 9))
        bench.process(
            RecordBuilder.hook(Bench.grep, at: 3_711_600_000_000, selectors: [0, 1], flags: 1, signal: 9))
        let lines = try kprobes(bench)
        #expect(lines.count == 1)
        #expect(lines[0]["policy_name"]?.text == "loud")
        #expect(lines[0]["action"]?.text == "KPROBE_ACTION_POST", "the signal was another policy's")
        #expect(bench.pipeline.counters.suppressed == 2)
    }

    struct ActionCase: Sendable {
        var actions: [SelectorAction]
        var mode = SelectorEventLayout.Mode.enforce
        var flags: UInt32 = 0
        var signal: UInt32 = 0
        var expected: String
    }

    @Test(
        "The action is what was done",
        arguments: [
            ActionCase(actions: [], expected: "POST"),
            ActionCase(actions: [.sigkill], flags: 1, signal: 9, expected: "SIGKILL"),
            ActionCase(actions: [.sigkill, .post], flags: 1, signal: 9, expected: "SIGKILL"),
            ActionCase(actions: [.sigkill], flags: 2, expected: "POST"),
            ActionCase(actions: [.signal(15)], flags: 1, signal: 15, expected: "SIGNAL"),
            ActionCase(actions: [.signal(15)], flags: 1, signal: 9, expected: "POST"),
            ActionCase(actions: [.override(-1)], flags: 4, expected: "OVERRIDE"),
            ActionCase(actions: [.override(-1)], flags: 0, expected: "POST"),
            ActionCase(actions: [.override(-1), .sigkill], flags: 5, signal: 9, expected: "SIGKILL"),
            ActionCase(actions: [.sigkill, .override(-1)], flags: 5, signal: 9, expected: "OVERRIDE"),
            ActionCase(actions: [.sigkill, .override(-1)], flags: 1, signal: 9, expected: "SIGKILL"),
            ActionCase(actions: [.trackSock], expected: "TRACKSOCK"),
            ActionCase(actions: [.untrackSock, .post], mode: .monitor, expected: "UNTRACKSOCK"),
            ActionCase(actions: [.sigkill], mode: .monitor, expected: "SIGKILL"),
            ActionCase(actions: [.override(-1), .post], mode: .monitor, expected: "OVERRIDE"),
            ActionCase(actions: [.post], mode: .monitor, expected: "POST"),
        ])
    func actions(_ row: ActionCase) throws {
        let bench = bench(
            [PolicyEventLayout(name: "p")],
            [SelectorEventLayout(policy: 0, actions: row.actions, mode: row.mode)])
        bench.process(
            RecordBuilder.hook(
                Bench.grep, at: 3_711_600_000_000, selectors: [0], flags: row.flags, signal: row.signal))
        #expect(try kprobes(bench)[0]["action"]?.text == "KPROBE_ACTION_\(row.expected)")
    }

    @Test(
        "Arguments by type",
        arguments: [
            (.int32, .integer(-1), #"{"int_arg":-1}"#),
            (.int32, .integer(0), #"{"int_arg":0}"#),
            (.uint32, .integer(-1, type: 2), #"{"uint_arg":4294967295}"#),
            (.int64, .integer(-1, type: 3), #"{"long_arg":"-1"}"#),
            (.uint64, .integer(-1, type: 4), #"{"size_arg":"18446744073709551615"}"#),
            (.size, .integer(7, type: 5), #"{"size_arg":"7"}"#),
            (.string, .string(""), #"{"string_arg":""}"#),
            (.string, .string("a\"b"), #"{"string_arg":"a\"b"}"#),
            (
                .file, .file("", mode: 0o010600, flags: 4),
                #"{"file_arg":{"path":"/","permission":"prw-------"}}"#
            ),
            (
                .file, .file("/long", mode: 0o104755, flags: 2),
                #"{"file_arg":{"path":"/long","flags":"unresolvedPathComponents","permission":"-rwsr-xr-x"}}"#
            ),
            (.path, .file("/x", mode: 0), #"{"path_arg":{"path":"/x","permission":"---------"}}"#),
            (
                .file, RecordBuilder.Argument(type: 7, flags: 1, payload: []),
                #"{"error_arg":{"Message":"Bad address for basic type"}}"#
            ),
            (
                .int32, RecordBuilder.Argument(type: 1, flags: 1, payload: []),
                #"{"error_arg":{"Message":"Bad address for basic type"}}"#
            ),
        ] as [(ArgumentType, RecordBuilder.Argument, String)])
    func arguments(_ type: ArgumentType, _ argument: RecordBuilder.Argument, _ expected: String) throws {
        let bench = bench(
            [PolicyEventLayout(name: "p", arguments: [PolicyArgumentLayout(slot: 0, type: type)])],
            [SelectorEventLayout(policy: 0)], slots: [ArgumentSlot(index: 0, type: type)])
        bench.process(
            RecordBuilder.hook(Bench.grep, at: 3_711_600_000_000, selectors: [0], arguments: [argument]))
        #expect(bench.lines()[0].contains(#""args":[\#(expected)],"action""#))
    }

    @Test("Records that do not fit their layout are counted and still make valid lines")
    func mismatch() throws {
        let bench = bench(
            [PolicyEventLayout(name: "p", arguments: [PolicyArgumentLayout(slot: 3, type: .int32)])],
            [SelectorEventLayout(policy: 0), SelectorEventLayout(policy: 9)])
        bench.process(RecordBuilder.hook(Bench.grep, at: 3_711_600_000_000, selectors: [0, 1, 63]))
        let lines = try kprobes(bench)
        #expect(lines.count == 1)
        #expect(lines[0]["args"]?[0]?["error_arg"] != nil)
        #expect(bench.pipeline.counters.layoutMismatches == 1)
    }

    @Test("A layout is looked up once for each generation; unknown ones are counted")
    func layouts() throws {
        let bench = bench([PolicyEventLayout(name: "old")], [SelectorEventLayout(policy: 0)])
        bench.layouts.layouts.append(
            HookEventLayout(
                hookID: 1, generation: 2, functionName: "f", policies: [PolicyEventLayout(name: "new")],
                selectors: [SelectorEventLayout(policy: 0)]))
        for generation in [1, 2, 1, 2, 3] as [UInt32] {
            bench.process(
                RecordBuilder.hook(Bench.grep, at: 3_711_600_000_000, generation: generation, selectors: [0]))
        }
        #expect(try kprobes(bench).compactMap { $0["policy_name"]?.text } == ["old", "new", "old", "new"])
        #expect(bench.layouts.lookups == 3)
        #expect(bench.pipeline.counters.unknownLayouts == 1)
    }

    @Test("A hook event behind the exit of its process still has everything")
    func lateHook() throws {
        let bench = bench([PolicyEventLayout(name: "p")], [SelectorEventLayout(policy: 0)])
        bench.process(RecordBuilder.exit(Bench.grep, at: 3_711_600_000_000))
        _ = bench.lines()
        bench.process(RecordBuilder.hook(Bench.grep, at: 3_711_599_000_000, selectors: [0]))
        let lines = try kprobes(bench)
        #expect(lines[0]["process"]?["binary"]?.text == "/usr/bin/grep")
        #expect(lines[0]["ancestors"]?.elements.count == 1)
    }
}
