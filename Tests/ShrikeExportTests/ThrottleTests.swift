// SPDX-License-Identifier: Apache-2.0
// Control groups above the operator's limit: one event when it begins, one when it ends.

import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport
import Testing

/// What the kernel side would say, and the time.
private final class Kernel {
    var now: UInt64 = 3_600_000_000_000
    var lastOver: [UInt64: UInt64] = [:]
}

@Suite struct ThrottleTests {
    private let kernel = Kernel()
    private let sink = CollectingSink()

    private func pipeline() -> EventPipeline {
        EventPipeline(
            configuration: ExportConfiguration(nodeName: "shrike-node-1"), layouts: LayoutList(), sink: sink,
            clock: { ClockReading(realtime: Bench.boot, monotonic: 0, boottime: 0) },
            monotonic: { [kernel] in kernel.now }, lastOverLimit: { [kernel] in kernel.lastOver[$0] })
    }

    private func lines(_ pipeline: EventPipeline) -> [String] {
        pipeline.endOfBatch()
        defer { sink.bytes = [] }
        return String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func throttle(_ pipeline: EventPipeline, _ cgroup: UInt64, _ name: String, cpu: UInt16 = 0) {
        kernel.lastOver[cgroup] = kernel.now
        RecordBuilder.throttle(cgroup: cgroup, Array(name.utf8), at: kernel.now, cpu: cpu).withUnsafeBytes {
            pipeline.process($0)
        }
    }

    @Test func aGroupIsToldOfOnceHoweverManyCPUsSaySo() {
        let pipeline = pipeline()
        throttle(pipeline, 7, "session-12.scope")
        throttle(pipeline, 7, "session-12.scope", cpu: 1)
        #expect(
            lines(pipeline) == [
                #"{"process_throttle":{"type":"THROTTLE_START","cgroup":"session-12.scope"},"#
                    + #""node_name":"shrike-node-1","time":"2026-01-10T07:00:00Z"}"#
            ])
        kernel.now += 4_000_000_000
        #expect(lines(pipeline) == [])
        kernel.now += 2_000_000_000
        #expect(
            lines(pipeline) == [
                #"{"process_throttle":{"type":"THROTTLE_STOP","cgroup":"session-12.scope"},"#
                    + #""node_name":"shrike-node-1","time":"2026-01-10T07:00:06Z"}"#
            ])
        #expect(pipeline.counters.exported.throttle == 2)
        #expect(lines(pipeline) == [])
    }

    @Test func aGroupThatGoesOnStaysThrottledAndOneThatIsGoneEnds() {
        let pipeline = pipeline()
        throttle(pipeline, 7, "busy")
        throttle(pipeline, 8, "gone\"\n")
        #expect(lines(pipeline).count == 2)
        kernel.now += 6_000_000_000
        kernel.lastOver[7] = kernel.now - 1_000
        kernel.lastOver[8] = nil
        let text = lines(pipeline)
        #expect(text.count == 1)
        #expect(text[0].contains(#""cgroup":"gone\"\n"}"#))
    }

    @Test func whatASinkRefusesIsCountedAsThrottle() {
        let pipeline = pipeline()
        sink.room = 0
        throttle(pipeline, 7, "g")
        pipeline.endOfBatch()
        #expect(pipeline.counters.dropped.throttle == 1)
        #expect(pipeline.counters.exported.total == 0)
    }
}
