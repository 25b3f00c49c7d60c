// SPDX-License-Identifier: Apache-2.0
// Files that processes map to execute.

import ShrikeEvents
import ShrikeExport
import ShrikeTestSupport
import Testing

@Suite struct LoadTests {
    private static let buildID: [UInt8] = Array(0x8d...0x8d) + Array(0x9a...0xac)

    private func bench() -> Bench {
        let bench = Bench(ExportConfiguration(nodeName: "shrike-node-1", ancestors: []))
        bench.startSamples()
        _ = bench.lines()
        return bench
    }

    @Test("A file with its build id, once for an image")
    func once() throws {
        let bench = bench()
        let path = "/usr/lib/libpcre2-8.so.0"
        bench.process(RecordBuilder.loader(Bench.grep, at: 3_711_509_000_000, path, buildID: Self.buildID))
        bench.process(RecordBuilder.loader(Bench.grep, at: 3_711_510_000_000, path, buildID: Self.buildID))
        bench.process(RecordBuilder.loader(Bench.bash, at: 3_711_511_000_000, path))
        let lines = bench.lines()
        #expect(lines.count == 2)
        #expect(
            lines[0].hasPrefix(
                #"{"process_loader":{"process":{"exec_id":"c2hyaWtlLW5vZGUtMTozNzExNTA4MDAwMTIzOjIyNTE=""#))
        #expect(
            lines[0].contains(
                #","path":"/usr/lib/libpcre2-8.so.0","buildid":"jZqbnJ2en6ChoqOkpaanqKmqq6w=","parent":{"exec_id":"#
            ))
        #expect(
            lines[0].hasSuffix(#"},"node_name":"shrike-node-1","time":"2026-01-10T07:01:51.509Z"}"#))
        #expect(lines[1].contains(#","path":"/usr/lib/libpcre2-8.so.0","parent":"#))
        #expect(bench.pipeline.counters.exported.loader == 2)
        #expect(bench.pipeline.counters.kinds.loads == 3)
    }

    @Test("What execve(2) maps belongs to the image that the exec tells of, and comes after it")
    func inExec() throws {
        let bench = bench()
        let next = RecordKey(3_712_000_000_000, 2251)
        bench.process(
            RecordBuilder.loader(Bench.grep, at: 3_711_999_000_000, "/usr/bin/less", isInExec: true))
        #expect(bench.lines().isEmpty)
        bench.process(
            RecordBuilder.exec(next, parent: Bench.bash, replaced: Bench.grep, filename: "/usr/bin/less"))
        let events = try bench.json()
        #expect(events.count == 2)
        let load = try #require(events[1]["process_loader"])
        #expect(load["process"]?["binary"]?.text == "/usr/bin/less")
        #expect(load["path"]?.text == "/usr/bin/less")
    }

    @Test("Execs that never come to an end take no more than their share, and the rest is counted")
    func bound() {
        let bench = bench()
        for pid in UInt32(0)..<2_000 {
            bench.process(RecordBuilder.loader(RecordKey(5, 10_000 + pid), at: 6, "/x", isInExec: true))
        }
        #expect(bench.pipeline.counters.lostLoads == 2_000 - 1_024)
        // Their processes end: there is room again.
        for pid in UInt32(0)..<1_024 { bench.process(RecordBuilder.exit(RecordKey(5, 10_000 + pid), at: 7)) }
        bench.process(RecordBuilder.loader(Bench.grep, at: 8, "/x", isInExec: true))
        #expect(bench.pipeline.counters.lostLoads == 2_000 - 1_024)
    }

    @Test("A record whose path or build id is longer than the record is none")
    func hostile() {
        let bench = bench()
        var record = RecordBuilder.loader(Bench.grep, at: 6, "/x")
        record[44] = 0xff
        bench.process(record)
        record = RecordBuilder.loader(Bench.grep, at: 6, "/x")
        record[46] = 21
        bench.process(record)
        #expect(bench.lines().isEmpty)
        #expect(bench.pipeline.counters.undecodable == 2)
    }
}
