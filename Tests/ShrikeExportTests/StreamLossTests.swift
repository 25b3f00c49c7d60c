// SPDX-License-Identifier: Apache-2.0
// The stream says itself that events are missing from it.

import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct StreamLossTests {
    private let sink = CollectingSink()
    private let losses = StreamLosses()

    private func pipeline() -> EventPipeline {
        EventPipeline(
            configuration: ExportConfiguration(nodeName: "shrike-node-1", clusterName: "prod-eu"),
            layouts: LayoutList(), sink: sink, losses: losses)
    }

    /// What came out since the last call, the time of notices left out.
    private func lines(_ pipeline: EventPipeline) -> [String] {
        pipeline.endOfBatch()
        defer { sink.bytes = [] }
        return String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n").map { line in
            var text = String(line)
            if let start = text.firstRange(of: #""time":""#)?.upperBound,
                let end = text[start...].firstIndex(of: "\"")
            {
                text.removeSubrange(start..<end)
            }
            return text
        }
    }

    private func notice(_ count: Int) -> String {
        #"{"rate_limit_info":{"number_of_dropped_process_events":"\#(count)"},"node_name":"shrike-node-1","#
            + #""time":"","cluster_name":"prod-eu"}"#
    }

    @Test("Events that the rings lost are told of once, together")
    func lostBefore() {
        let pipeline = pipeline()
        #expect(lines(pipeline) == [])
        losses.add(17)
        losses.add(1)
        #expect(lines(pipeline) == [notice(18)])
        #expect(lines(pipeline) == [])
    }

    @Test(
        "Events that the reader had no room for are told of when it has some, a second later at the soonest")
    func lostBehind() async throws {
        let pipeline = pipeline()
        sink.room = 0
        for pid in 2..<5 as Range<UInt32> {
            RecordBuilder.exit(RecordKey(1, pid), at: 2).withUnsafeBytes { pipeline.process($0) }
        }
        pipeline.endOfBatch()
        #expect(lines(pipeline) == [])
        #expect(pipeline.counters.dropped.exit == 3)
        sink.room = .max
        losses.add(4)
        var told = lines(pipeline)
        for _ in 0..<100 where told.isEmpty {
            try await Task.sleep(for: .milliseconds(50))
            told = lines(pipeline)
        }
        #expect(told == [notice(7)])
    }
}
