// SPDX-License-Identifier: Apache-2.0

import Foundation
import ShrikeEventFilter
import ShrikeExport
import ShrikeJSON
import Synchronization
import Testing

/// A clock that a test moves.
private final class Hands: Sendable {
    private let offset = Mutex(Duration.zero)
    private let start = ContinuousClock.now
    var now: ContinuousClock.Instant { start + offset.withLock { $0 } }
    func move(_ step: Duration) { offset.withLock { $0 += step } }
}

@Suite struct ExportStageTests {
    private let hands = Hands()

    private func stage(_ change: (inout ExportStageSettings) throws -> Void) rethrows -> ExportStage {
        var settings = ExportStageSettings()
        try change(&settings)
        return ExportStage(
            settings, notice: LossNotice(nodeName: "n", clock: { 1_000_000_000 }),
            clock: { [hands] in hands.now })
    }

    private func line(_ pid: Int, second: Int = 0, kind: String = "process_exec") -> String {
        let tail = #""node_name":"n","time":"2026-01-01T00:00:0\#(second)Z","cluster_name":"c"}"#
        return #"{"\#(kind)":{"process":{"pid":\#(pid)}},"# + tail + "\n"
    }

    private func take(_ stage: ExportStage, _ lines: [String]) -> String {
        collect { buffer in
            for line in lines { Array(line.utf8).withUnsafeBytes { stage.take($0, into: &buffer) } }
        }
    }

    private func collect(_ body: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        body(&buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    private let notice =
        #"{"rate_limit_info":{"number_of_dropped_process_events":"3"},"node_name":"n","#
        + #""time":"1970-01-01T00:00:01Z"}"# + "\n"

    @Test("deny wins, an empty allow list is everything, fields are chosen last, notices pass")
    func lists() throws {
        let stage = try stage {
            $0.allowList = try FilterList.events(#"{"pid":[1,2]}"#, features: [])
            $0.denyList = try FilterList.events(#"{"pid":[2]}"#, features: [])
            $0.fieldFilters = try FilterList.fields(#"{"fields":"process","action":"EXCLUDE"}"#)
        }
        let passed = take(stage, [line(1), line(2), line(3), notice])
        #expect(
            passed == #"{"process_exec":{},"node_name":"n","time":"2026-01-01T00:00:00Z","cluster_name":"c"}"#
                + "\n" + notice)
        _ = collect { stage.tick(into: &$0) }
        #expect(stage.counters.taken == 3)
        #expect(stage.counters.filtered == 2)
        #expect(stage.counters.passed == 1)
    }

    @Test("the rate limit is a bucket that refills, and what it drops is told once a minute")
    func rate() {
        let stage = stage { $0.eventsPerMinute = 6 }
        #expect(take(stage, (0..<9).map { line($0) }) == (0..<6).map { line($0) }.joined())
        hands.move(.seconds(59))
        #expect(collect { stage.tick(into: &$0) }.isEmpty)
        #expect(take(stage, (0..<5).map { line($0) }) == (0..<5).map { line($0) }.joined())
        hands.move(.seconds(1))
        #expect(collect { stage.tick(into: &$0) } == notice)
        hands.move(.seconds(61))
        #expect(collect { stage.tick(into: &$0) }.isEmpty)
        #expect(stage.counters.rateLimited == 3)
        #expect(stage.counters.passed == 11)
    }

    @Test("what the limit dropped since the last report is told at the end")
    func rateAtEnd() {
        let stage = stage { $0.eventsPerMinute = 1 }
        #expect(take(stage, (0..<4).map { line($0) }) == line(0))
        #expect(collect { stage.finish(into: &$0) } == notice)
    }

    @Test("events that differ in their time only are folded; the first one's time stays")
    func aggregation() {
        let stage = stage { $0.aggregationWindow = .seconds(15) }
        let lines = [line(1, second: 1), line(2, second: 2), line(1, second: 3), line(1, second: 4)]
        #expect(take(stage, lines).isEmpty)
        hands.move(.seconds(14))
        #expect(collect { stage.tick(into: &$0) }.isEmpty)
        hands.move(.seconds(1))
        let folded = line(1, second: 1).replacing("Z\"", with: #"Z","aggregation_info":{"count":"3"}"#)
        #expect(collect { stage.tick(into: &$0) } == folded + line(2, second: 2))
        #expect(take(stage, [line(1, second: 5)]).isEmpty)
        #expect(collect { stage.finish(into: &$0) } == line(1, second: 5))
        let counters = stage.counters
        #expect(counters.taken == counters.passed + counters.folded)
    }

    @Test("a full window lets more pass as they are")
    func aggregationBound() {
        let stage = stage {
            $0.aggregationWindow = .seconds(1)
            $0.aggregationLimit = 2
        }
        #expect(take(stage, [line(1), line(2), line(3), line(1)]) == line(3))
        #expect(collect { stage.finish(into: &$0) }.contains(#""count":"2""#))
    }

    @Test("a stage between queue and pipe: every line is written or counted")
    func throughSink() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let stage = try stage { $0.denyList = try FilterList.events(#"{"pid":[7]}"#, features: []) }
        let sink = try FileDescriptorSink(
            descriptor: ends[1], ownsDescriptor: true, queueBytes: 4_096, stage: stage,
            onEvent: { Issue.record("\($0)") })
        var expected = ""
        for number in 0..<300 {
            let text = Array(line(number % 10).utf8)
            while text.withUnsafeBytes({ sink.write($0) }) == 0 { usleep(100) }
            if number % 10 != 7 { expected += line(number % 10) }
        }
        #expect(sink.close(within: .seconds(10)))
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var text: [UInt8] = []
        while case let count = read(ends[0], &bytes, bytes.count), count > 0 { text += bytes.prefix(count) }
        close(ends[0])
        #expect(String(decoding: text, as: UTF8.self) == expected)
        #expect(sink.counters.writtenLines == 270)
        #expect(stage.counters.filtered == 30)
    }
}
