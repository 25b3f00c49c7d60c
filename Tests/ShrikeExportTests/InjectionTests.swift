// SPDX-License-Identifier: Apache-2.0
// What a process calls itself must not make lines, keys or events of its own.

import Foundation
import ShrikeEvents
import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct InjectionTests {
    private static let hostile: [[UInt8]] = [
        Array("\n{\"process_exec\":{}}\n".utf8),
        Array("\",\"policy_name\":\"fake".utf8),
        Array("\\".utf8),
        Array("\u{1b}[2J\u{7}\r".utf8),
        [0xff, 0xfe, 0x22, 0x5c, 0x0a, 0xed, 0xa0, 0x80],
        [UInt8](repeating: 0x0a, count: 131_071),
        [UInt8](repeating: 0xc3, count: 131_071),
        Array(1...255),
    ]

    @Test("Hostile names, arguments and paths leave one valid line each", arguments: hostile.indices)
    func oneLine(_ index: Int) throws {
        let text = Self.hostile[index]
        let bench = Bench()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, functionName: "f", slots: [ArgumentSlot(index: 0, type: .file)],
                policies: [
                    PolicyEventLayout(name: "p", arguments: [PolicyArgumentLayout(slot: 0, type: .file)])
                ], selectors: [SelectorEventLayout(policy: 0)])
        ]
        let key = RecordKey(5, 5)
        bench.process(
            RecordBuilder.exec(
                key, parent: .none, replaced: .none, filename: text, cwd: [0x2f] + text, arguments: text + [0]
            ))
        bench.process(
            RecordBuilder.hook(
                key, at: 6, selectors: [0], arguments: [RecordBuilder.Argument(type: 7, payload: text)]))
        bench.process(RecordBuilder.exit(key, at: 7))
        bench.pipeline.endOfBatch()
        let lines = bench.sink.bytes.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == 3)
        for line in lines {
            let json = try StrictJSON(Array(line))
            #expect(json.keys.count == 3)
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line)) }
        }
        let json = try bench.json()
        #expect(json[1]["process_kprobe"]?["policy_name"]?.text == "p")
        if let valid = String(validating: text, as: UTF8.self) {
            #expect(json[1]["process_kprobe"]?["args"]?[0]?["file_arg"]?["path"]?.text == valid)
        }
    }

    @Test("Random records, whole and broken, give whole lines only")
    func fuzz() throws {
        let bench = Bench()
        bench.startSamples()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, functionName: "f", slots: [ArgumentSlot(index: 0, type: .file)],
                policies: [
                    PolicyEventLayout(
                        name: "p",
                        arguments: [
                            PolicyArgumentLayout(slot: 0, type: .file),
                            PolicyArgumentLayout(slot: 1, type: .int32),
                        ])
                ], selectors: [SelectorEventLayout(policy: 0), SelectorEventLayout(policy: 0)])
        ]
        let valid: [[UInt8]] = [
            RecordBuilder.fork(RecordKey(4_000_000_000_000, 77), of: Bench.bash),
            RecordBuilder.exec(
                RecordKey(4_000_000_000_001, 77), parent: Bench.bash,
                replaced: RecordKey(4_000_000_000_000, 77),
                filename: "x/../y", arguments: ["a b", "c"]),
            RecordBuilder.execArgs(RecordKey(4_000_000_000_001, 77), offset: 0, Array("more\0".utf8)),
            RecordBuilder.exit(RecordKey(4_000_000_000_001, 77), at: 4_000_000_000_002, code: 9),
            RecordBuilder.hook(
                Bench.grep, at: 4_000_000_000_000, selectors: [0],
                arguments: [.file("/etc/shadow"), .integer(4)]),
        ]
        var random = SeededRandom(seed: 7)
        for round in 0..<10_000 {
            var bytes = valid[Int.random(in: 0..<valid.count, using: &random)]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            bench.process(bytes)
            if round % 100 == 99 { for line in try bench.json() { #expect(line["time"] != nil) } }
        }
        #expect(bench.pipeline.counters.undecodable > 100)
        #expect(bench.pipeline.counters.latestDecodeError != nil)
    }

    @Test("A family of processes with huge arguments makes lines that a sink can take")
    func hugeFamily() throws {
        let bench = Bench()
        bench.startSamples()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, functionName: "f",
                policies: (0..<20).map { PolicyEventLayout(name: "p\($0)") },
                selectors: (0..<20).map { SelectorEventLayout(policy: $0) })
        ]
        var parent = Bench.bash
        for pid in 3_000..<3_020 as Range<UInt32> {
            let key = RecordKey(4_000_000_000_000 + UInt64(pid), pid)
            bench.process(
                RecordBuilder.exec(
                    key, parent: parent, replaced: .none, filename: Array("/x".utf8),
                    arguments: [UInt8](repeating: 1, count: 300_000) + [0]))
            parent = key
        }
        bench.process(
            RecordBuilder.hook(parent, at: 4_100_000_000_000, selectors: Array(0..<20)))
        bench.pipeline.endOfBatch()
        let lines = bench.sink.bytes.split(separator: 0x0a)
        #expect(lines.count == 4 + 20 + 20)
        #expect(lines.allSatisfy { $0.count < 4 << 20 })
        let last = try StrictJSON(Array(try #require(lines.last)))
        #expect(last["process_kprobe"]?["process"]?["arguments"]?.text?.utf8.count == 300_000)
        #expect(last["process_kprobe"]?["parent"]?["arguments"]?.text == "<enomem>")
        #expect(last["process_kprobe"]?["ancestors"]?.elements.count == 20)
        #expect(last["process_kprobe"]?["policy_name"]?.text == "p19")
        #expect(bench.pipeline.processes.counters.omittedArguments > 0)
    }

    @Test("Lines that the sink refuses are counted by kind")
    func refused() throws {
        let bench = Bench()
        bench.startSamples()
        bench.process(RecordBuilder.exit(Bench.grep, at: 3_711_600_000_000))
        bench.sink.room = 1_500
        let lines = try bench.json()
        let counters = bench.pipeline.counters
        #expect(lines.count == Int(counters.exported.total))
        #expect(counters.exported.exec + counters.dropped.exec == 4)
        #expect(counters.dropped.exit == 1)
        #expect(counters.exported.exit == 0)
    }
}
