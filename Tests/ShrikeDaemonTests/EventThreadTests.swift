// SPDX-License-Identifier: Apache-2.0
// The thread that reads the rings, told to stop.

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
        EventThread(descriptors: []) { true }.stopAndJoin()
    }

    @Test func takesWhatIsLeftBeforeItEnds() {
        let passes = Passes()
        let thread = EventThread(descriptors: []) { passes.count.add(1, ordering: .relaxed).newValue < 1_000 }
        thread.stopAndJoin()
        #expect(passes.count.load(ordering: .relaxed) >= 1_000)
    }
}
