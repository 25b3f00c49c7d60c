// SPDX-License-Identifier: Apache-2.0
// What probes are told, by what happened before.

import Testing

@testable import ShrikeDaemon

@Suite struct EngineHealthTests {
    private let start = ContinuousClock.now

    private func monitor() -> HealthMonitor {
        let monitor = HealthMonitor()
        monitor.markReady()
        return monitor
    }

    @Test func nothingIsReadyBeforePoliciesAre() {
        let health = HealthMonitor().health(lastPass: start, now: start)
        #expect(health.isAlive)
        #expect(!health.isReady)
        #expect(monitor().health(lastPass: start, now: start).isReady)
    }

    @Test func ringsThatNobodyReadsAreBlindness() {
        let monitor = monitor()
        #expect(monitor.health(lastPass: start, now: start + .seconds(10)).isReady)
        let health = monitor.health(lastPass: start, now: start + .seconds(11))
        #expect(!health.isAlive)
        #expect(health.problems == ["no event has been read for 11 seconds"])
    }

    @Test func lossOfWhatMattersIsRememberedForAMinute() {
        let monitor = monitor()
        monitor.note(["lost.observation": 7, "lost.exec": 0], at: start)
        #expect(monitor.health(lastPass: start, now: start).isReady)
        monitor.note(["lost.observation": 7, "lost.exec": 1], at: start)
        let health = monitor.health(lastPass: start + .seconds(59), now: start + .seconds(59))
        #expect(health.isAlive)
        #expect(!health.isReady)
        monitor.note(["lost.exec": 1], at: start + .seconds(50))
        #expect(monitor.health(lastPass: start + .seconds(61), now: start + .seconds(61)).isReady)
    }

    @Test func unwrittenEventsAreToldWithTheirReason() {
        let monitor = monitor()
        monitor.note(outputError: "write: No space left on device")
        #expect(monitor.health(lastPass: start, now: start).isReady)
        monitor.note(["export.lost_lines": 3], at: start)
        let health = monitor.health(lastPass: start, now: start)
        #expect(health.isAlive)
        #expect(health.problems == ["events cannot be written: write: No space left on device"])
    }

    @Test func peaksOfARingLastAMinute() {
        var rings = RingFigures(criticalBytes: 100, observationBytes: 200)
        rings.note(critical: 60, observation: 5, at: start)
        rings.note(critical: 10, observation: 7, at: start + .seconds(1))
        #expect(rings.critical.pendingBytes == 10)
        #expect(rings.critical.peakBytes == 60)
        #expect(rings.observation.peakBytes == 7)
        rings.note(critical: 20, observation: 0, at: start + .seconds(61))
        #expect(rings.critical.peakBytes == 60)
        rings.note(critical: 0, observation: 0, at: start + .seconds(122))
        #expect(rings.critical.peakBytes == 20)
    }
}
