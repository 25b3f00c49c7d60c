// SPDX-License-Identifier: Apache-2.0
// A day in seconds: an exec storm, a file that rotates all the time, a queue that is too small. Every event that
// was made is in the files or counted as lost.

import Foundation
import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct SoakTests {
    @Test("produced = exported + counted as lost, every line whole, the tree within its bounds")
    func storm() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "soak-\(UUID().uuidString)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sink = try FileDescriptorSink(
            path: folder + "/events.log",
            settings: ExportFileSettings(
                rotation: ExportFileRotation(maximumBytes: 512 << 10, keptFiles: 0)),
            queueBytes: 128 << 10, onEvent: { Issue.record("\($0)") })
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n", flushBytes: 16 << 10),
            processes: ProcessTreeConfiguration(
                capacity: 256, fragmentBytes: 1 << 20, retainedNanoseconds: 0),
            layouts: LayoutList(), sink: sink)
        var random = SeededRandom(seed: 7)
        var produced: UInt64 = 0
        for round in 0..<200 {
            for number in 0..<50 {
                let pid = UInt32(2 + random.next() % 5_000)
                let time = UInt64(round * 1_000 + number * 10 + 1) << 20
                let key = RecordKey(time, pid)
                let nobody = RecordKey(1, 1)
                let text = String(repeating: "\u{7f}\n\"", count: Int(random.next() % 200))
                for record in [
                    RecordBuilder.exec(
                        key, parent: nobody, replaced: nobody, filename: "/bin/x", arguments: [text]),
                    RecordBuilder.exit(key, at: time + 5),
                ] {
                    record.withUnsafeBytes { pipeline.process($0) }
                    produced += 1
                }
            }
            pipeline.endOfBatch()
            // The writer gets some time now and then, and falls behind between.
            if round % 10 == 0 { sink.flush(within: .seconds(10)) }
        }
        #expect(sink.close(within: .seconds(30)))
        let counters = pipeline.counters
        #expect(counters.exported.total + counters.dropped.total == produced)
        #expect(counters.exported.total > 1_000)
        var events: UInt64 = 0
        var notices: UInt64 = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let content = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
            #expect(content.count <= 512 << 10)
            for line in try StrictJSON.lines(content) {
                if line["rate_limit_info"] != nil { notices += 1 } else { events += 1 }
            }
        }
        #expect(events == counters.exported.total)
        #expect(sink.counters.writtenLines == events + notices)
        #expect(sink.counters.lostLines == 0)
        #expect(pipeline.processes.count <= 256)
    }
}
