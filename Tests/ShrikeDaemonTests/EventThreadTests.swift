// SPDX-License-Identifier: Apache-2.0
// The thread that reads the rings, told to stop.

import Glibc
import Synchronization
import Testing

@testable import ShrikeDaemon

@Suite struct EventThreadTests {
    /// Counts, for a closure.
    private final class Passes: Sendable {
        let count = Atomic<Int>(0)
    }

    @Test(.timeLimit(.minutes(1)))
    func endsThoughThereIsAlwaysMore() {
        EventThread(descriptors: []) { .full }.stopAndJoin()
    }

    @Test func takesWhatIsLeftBeforeItEnds() {
        let passes = Passes()
        let thread = EventThread(descriptors: []) {
            passes.count.add(1, ordering: .relaxed).newValue < 1_000 ? .full : .idle
        }
        thread.stopAndJoin()
        #expect(passes.count.load(ordering: .relaxed) >= 1_000)
    }

    /// Whoever writes to a ring that is being waited for has to wake the reader: not once a record.
    @Test("Records are left to gather, few of them longer", arguments: [true, false])
    func leavesRecordsToGather(areFew: Bool) async throws {
        let passes = Passes()
        let ends = Passes()
        let start = ContinuousClock.now
        // Readable at once, and always.
        var pipe: [Int32] = [-1, -1]
        #expect(Glibc.pipe(&pipe) == 0)
        #expect(write(pipe[1], [1], 1) == 1)
        let thread = EventThread(descriptors: [pipe[0]]) {
            passes.count.add(1, ordering: .relaxed)
            return ends.count.load(ordering: .relaxed) > 0 ? .idle : areFew ? .few : .drained
        }
        try await Task.sleep(for: .milliseconds(100))
        ends.count.store(1, ordering: .relaxed)
        let taken = passes.count.load(ordering: .relaxed)
        let elapsed = ContinuousClock.now - start
        thread.stopAndJoin()
        for descriptor in pipe { close(descriptor) }
        #expect(taken >= 1)
        let pause = areFew ? EventThread.gatherFewMilliseconds : EventThread.gatherMilliseconds
        #expect(taken <= Int(elapsed / .milliseconds(Int(pause))) + 2)
    }
}
