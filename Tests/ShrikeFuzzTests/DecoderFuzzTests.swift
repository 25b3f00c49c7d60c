// SPDX-License-Identifier: Apache-2.0
// Every decoder that reads what others wrote: whatever comes, an answer or an error, and no trap.

import ShrikeCEL
import ShrikeControl
import ShrikeEventFilter
import ShrikeEvents
import ShrikeExport
import ShrikeJSON
import ShrikePattern
import ShrikeProcesses
import ShrikeTestSupport
import SwiftProtobuf
import Testing

@testable import ShrikeEventReader
@testable import ShrikeProbes

/// One hook with a file, a string and a number.
private final class Layouts: HookLayoutProvider {
    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? {
        HookEventLayout(
            hookID: hookID, generation: generation, functionName: "f",
            slots: [ArgumentSlot(index: 0, type: .file), ArgumentSlot(index: 1, type: .string)],
            policies: [
                PolicyEventLayout(
                    name: "p",
                    arguments: [
                        PolicyArgumentLayout(slot: 0, type: .file),
                        PolicyArgumentLayout(slot: 1, type: .string),
                    ])
            ],
            selectors: [SelectorEventLayout(policy: 0)])
    }
}

/// Keeps lines.
private final class Lines: LineSink {
    var bytes: [UInt8] = []

    func write(_ lines: UnsafeRawBufferPointer) -> Int {
        bytes += lines
        return lines.count
    }
}

@Suite struct DecoderFuzzTests {
    private static let key = RecordKey(3, 2)
    private static let records: [[UInt8]] = [
        RecordBuilder.fork(RecordKey(2, 2), of: RecordKey(1, 1)),
        RecordBuilder.exec(
            key, parent: RecordKey(1, 1), replaced: RecordKey(2, 2), filename: "/bin/ls",
            arguments: ["-l", "a b"]),
        RecordBuilder.execArgs(key, offset: 0, [65, 0, 66]),
        RecordBuilder.execEnvironment(key, offset: 0, Array("A=b\0C".utf8)),
        RecordBuilder.exit(key, at: 9, code: 9),
        RecordBuilder.throttle(cgroup: 7, Array("g".utf8), at: 9),
        RecordBuilder.groupMade(7, parent: 1, "g"), RecordBuilder.groupGone(7),
        RecordBuilder.hook(key, at: 5, selectors: [0], arguments: [.file("/etc/shadow"), .string("x\n")]),
    ]

    @Test("records of the rings, through the whole pipeline: every line is one JSON object")
    func ringRecords() throws {
        var configuration = ProcessTreeConfiguration(capacity: 64, fragmentBytes: 64 << 10)
        configuration.credentials = true
        configuration.namespaces = true
        configuration.environment = EnvironmentSelection()
        let sink = Lines()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), processes: configuration, layouts: Layouts(),
            sink: sink)
        var fuzzer = try Fuzzer("records", Self.records)
        var lines = 0
        try fuzzer.run { input in
            input.withUnsafeBytes { pipeline.process($0) }
            guard sink.bytes.count > 0 || pipeline.counters.records % 16 == 0 else { return }
            pipeline.endOfBatch()
            lines += try StrictJSON.lines(sink.bytes).count
            sink.bytes = []
        }
        pipeline.endOfBatch()
        #expect(lines > Fuzzer.rounds / 50)
        #expect(pipeline.counters.undecodable > 0)
        #expect(pipeline.processes.count <= 64)
    }

    @Test("the task iterator's file")
    func taskSeeds() throws {
        let seed = RecordBuilder.taskSeed(RecordKey(10_000_000, 1), parent: .kernel, comm: "init")
        var fuzzer = try Fuzzer("seeds", [seed, seed + seed, []])
        fuzzer.run { input in
            let seeds = input.withUnsafeBytes { try? TaskSeed.decode($0) }
            if let seeds { #expect(seeds.allSatisfy { $0.comm.count <= 16 }) }
        }
    }

    @Test("lines of events, as JSON and in compact form: one line each, and nothing that moves a cursor")
    func eventLines() throws {
        var fuzzer = try Fuzzer("lines")
        var options = CompactOptions()
        options.printsTimestamps = true
        var selection = EventSelection()
        selection.followedPIDs = [2251]
        selection.since = 0
        var printers = [
            EventPrinter(.compact(options)), EventPrinter(.compact(options), isTree: true),
            EventPrinter(.json, selection: selection),
        ]
        var printed = 0
        try fuzzer.run { input in
            // A line of the stream has no newline in it.
            let line = input.filter { $0 != 0x0a }
            for index in printers.indices {
                var output: [UInt8] = []
                if try printers[index].print(line, to: &output) == .printed { printed += 1 }
                guard index < 2 else { continue }
                #expect(output.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a })
            }
        }
        #expect(printed > 100)
    }

    @Test("messages of the API: what can be read is written and read again the same")
    func protobuf() throws {
        var fuzzer = try Fuzzer("protobuf")
        var decoded = 0
        try fuzzer.run { input in
            guard let event = try? Tetragon_GetEventsResponse(serializedBytes: input) else { return }
            decoded += 1
            let bytes: [UInt8] = try event.serializedBytes()
            // NaN is not in the schema, so equality holds.
            #expect(try Tetragon_GetEventsResponse(serializedBytes: bytes) == event)
        }
        #expect(decoded > 100)
    }

    @Test("filters, fields and redaction as the operator writes them")
    func filterLists() throws {
        var fuzzer = try Fuzzer("filters")
        let line = Array(
            #"{"process_exec":{"process":{"pid":1,"binary":"/a","arguments":"b"}},"node_name":"n"}"#.utf8)
        fuzzer.run { input in
            let text = String(decoding: input.prefix(4_096), as: UTF8.self)
            line.withUnsafeBytes { bytes in
                guard let event = EventLine(bytes) else { return }
                for filter in (try? FilterList.events(text, features: .all)) ?? [] {
                    _ = filter.matches(event)
                }
            }
            for filter in (try? FilterList.fields(text)) ?? [] { _ = filter.apply(to: line) }
            _ = try? FilterList.redactions(text)
        }
    }

    @Test("conditions")
    func conditions() throws {
        var fuzzer = try Fuzzer("conditions")
        fuzzer.run { input in
            _ = try? CELExpression(
                String(decoding: input.prefix(2_048), as: UTF8.self), variables: ["process_exec"])
        }
    }

    @Test("regular expressions, on a text that some of them would take for ever on elsewhere")
    func patterns() throws {
        var fuzzer = try Fuzzer("patterns")
        let text = String(repeating: "a", count: 200) + "!"
        fuzzer.run { input in
            let pattern = try? Pattern(String(decoding: input.prefix(256), as: UTF8.self))
            _ = pattern?.matches(text)
        }
    }

    @Test("times, durations and the kernel's type information")
    func small() throws {
        var times = try Fuzzer(
            "times",
            [
                "2026-01-10T07:01:51.508000198Z", "1970-01-01T00:00:00+01:00", "1h30m", "1.5s",
                "-9223372036s", "0",
            ]
            .map { Array($0.utf8) })
        times.run { input in
            _ = nanoseconds(rfc3339: input)
            _ = GoDuration(String(decoding: input, as: UTF8.self))
        }
        var header: [UInt8] = [0x9f, 0xeb, 1, 0]
        for word in [24, 0, 0, 0, 5] as [UInt32] {
            header += withUnsafeBytes(of: word.littleEndian) { Array($0) }
        }
        var types = try Fuzzer("btf", [header + [0, 0x61, 0, 0x62, 0]])
        types.run { _ = BTFNames.read($0) }
    }

    @Test("lines of any length, in pieces of any length")
    func splitter() throws {
        var fuzzer = try Fuzzer(
            "pieces", [Array("a\nbb\n\nccc".utf8), [0x0a], [], [UInt8](repeating: 0x61, count: 300)])
        var random = SeededRandom(seed: 5)
        fuzzer.run { input in
            var splitter = LineSplitter(maximumLength: 64)
            var kept = 0
            func count(_ line: LineSplitter.Line) {
                switch line {
                case .complete(let bytes):
                    kept += bytes.count
                    #expect(bytes.count <= 64 && !bytes.contains(0x0a))
                case .tooLong(let length):
                    kept += length
                    #expect(length > 64)
                }
            }
            var start = 0
            while start < input.count {
                let end = min(input.count, start + 1 + Int(random.next() % 50))
                input[start..<end].withUnsafeBytes { splitter.push($0, count) }
                start = end
            }
            if let last = splitter.finish() { count(last) }
            #expect(kept == input.count - input.filter { $0 == 0x0a }.count)
        }
    }
}
