// SPDX-License-Identifier: Apache-2.0
// Order and bounds of merging, with times that the test gives.

import ShrikeTestSupport
import Testing

@testable import ShrikeClusterClient

/// A merge with a clock of its own.
private struct Clocked {
    var merge: EventMerge
    var now = ContinuousClock.now
    var wallClock: Int64 = 1_000_000_000_000

    init(_ sources: [String], limits: EventMerge.Limits = EventMerge.Limits()) {
        merge = EventMerge(limits: limits)
        for source in sources {
            merge.add(source, now: now)
            merge.open(source, now: now)
        }
    }

    mutating func push(_ text: String, _ source: String, secondsAgo: Double = 0) {
        let event = NodeEvent(time: wallClock - Int64(secondsAgo * 1e9), line: Array(text.utf8))
        merge.push(event, from: source, now: now)
    }

    mutating func wait(_ milliseconds: Int64) {
        now += .milliseconds(milliseconds)
        wallClock += milliseconds * 1_000_000
    }

    mutating func released() -> [String] {
        merge.release(now: now, wallClock: wallClock).map { String(decoding: $0, as: UTF8.self) }
    }
}

private func expectReleased(
    _ clocked: inout Clocked, _ texts: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
    let released = clocked.released()
    #expect(released == texts, sourceLocation: sourceLocation)
}

@Suite struct EventMergeTests {
    @Test("An event waits for an earlier one of another node, and not for longer than is allowed")
    func holding() {
        var clocked = Clocked(["a", "b"])
        clocked.push("second", "a", secondsAgo: 0.1)
        expectReleased(&clocked, [])
        clocked.wait(500)
        clocked.push("first", "b", secondsAgo: 0.7)
        // Now both have spoken: the earliest goes, and the other waits for what b says next.
        expectReleased(&clocked, ["first"])
        clocked.wait(499)
        expectReleased(&clocked, [])
        clocked.wait(1)
        expectReleased(&clocked, ["second"])
        #expect(clocked.merge.count == 0)
    }

    @Test("Events of one time keep the order in which they came")
    func ties() {
        var clocked = Clocked(["a"])
        for number in 0..<20 { clocked.push("\(number)", "a") }
        clocked.wait(1_000)
        expectReleased(&clocked, (0..<20).map { "\($0)" })
    }

    @Test("The past of several nodes comes out in order, however fast each of them is")
    func past() {
        var clocked = Clocked(["a", "b"])
        for second in stride(from: 100, to: 60, by: -1) {
            clocked.push("a\(second)", "a", secondsAgo: Double(second))
        }
        expectReleased(&clocked, [])
        clocked.push("b99", "b", secondsAgo: 99.5)
        clocked.push("b61", "b", secondsAgo: 61.5)
        expectReleased(&clocked, ["a100", "b99"] + (62...99).reversed().map { "a\($0)" } + ["b61"])
        // b is at the end of its past: nothing is held for it.
        clocked.wait(1_000)
        clocked.push("a50", "a", secondsAgo: 50)
        expectReleased(&clocked, ["a61", "a50"])
    }

    @Test("A node that tells its past too fast has to wait; one that tells the present has not")
    func backPressure() {
        var limits = EventMerge.Limits()
        limits.pastEvents = 3
        var clocked = Clocked(["a", "b"], limits: limits)
        for _ in 0..<3 { clocked.push("x", "a", secondsAgo: 60) }
        #expect(
            clocked.merge.isFull("a", at: clocked.wallClock - 60_000_000_000, wallClock: clocked.wallClock))
        #expect(!clocked.merge.isFull("a", at: clocked.wallClock, wallClock: clocked.wallClock))
        #expect(!clocked.merge.isFull("b", at: 0, wallClock: clocked.wallClock))
    }

    @Test("Memory is bounded: the earliest leave before their time")
    func memory() {
        var limits = EventMerge.Limits()
        limits.bytes = 10
        var clocked = Clocked(["a", "b"], limits: limits)
        for text in ["12345", "67890"] { clocked.push(text, "a") }
        #expect(!clocked.merge.isOverfull)
        expectReleased(&clocked, [])
        clocked.push("x", "a")
        #expect(clocked.merge.isOverfull)
        expectReleased(&clocked, ["12345"])
    }

    @Test("A node that does not answer is waited for, but not for ever")
    func opening() {
        var clocked = Clocked(["a"])
        clocked.merge.add("b", now: clocked.now)
        clocked.push("x", "a", secondsAgo: 60)
        clocked.wait(4_999)
        expectReleased(&clocked, [])
        clocked.wait(1)
        expectReleased(&clocked, ["x"])
    }

    @Test("A node that goes away leaves its events, and is not waited for")
    func leaving() {
        var clocked = Clocked(["a", "b"])
        clocked.push("x", "b", secondsAgo: 60)
        clocked.push("y", "a", secondsAgo: 59)
        clocked.merge.remove("b")
        expectReleased(&clocked, ["x", "y"])
    }
}

@Suite struct LogPositionTests {
    @Test("Who comes back passes over what is known, several lines of one time among it")
    func comingBack() {
        var position = LogPosition()
        position.begin()
        for time: Int64 in [10, 20, 20, 30, 30] {
            let isNew = position.take(time)
            #expect(isNew)
        }
        position.begin()
        // The server gives whole seconds, hence lines of before.
        let again: [Int64] = [20, 20, 30, 30, 30, 31]
        var taken = again.map { position.take($0) }
        #expect(taken == [false, false, false, false, true, true])
        position.begin()
        taken = ([30, 30, 30, 31, 32] as [Int64]).map { position.take($0) }
        #expect(taken == [false, false, false, false, true])
    }

    @Test("Two streams of one container may be out of order")
    func disorder() {
        var position = LogPosition()
        let taken = ([10, 30, 20, 40] as [Int64]).map { position.take($0) }
        #expect(taken == [true, true, true, true])
        #expect(position.time == 40)
    }

    @Test func timesAreGivenAsWholeSeconds() {
        #expect(PodLog.second(1_767_225_601_999_999_999) == "2026-01-01T00:00:01Z")
    }
}
