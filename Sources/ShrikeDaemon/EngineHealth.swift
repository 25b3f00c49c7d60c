// SPDX-License-Identifier: Apache-2.0
// Whether the engine sees what happens: what probes ask for.

internal import Synchronization

/// What a probe is told.
public struct EngineHealth: Sendable, Equatable {
    /// Whether events are being read from the kernel. When they are not, only a restart helps.
    public var isAlive: Bool
    /// Why it is not ready, a sentence each; empty: it is.
    public var problems: [String]
    /// What hampers it, and is no reason for not being ready.
    public var notes: [String] = []

    /// Whether policies are in force, events are read, and none that matters was lost lately.
    public var isReady: Bool { isAlive && problems.isEmpty }

    /// A state of health.
    public init(isAlive: Bool = true, problems: [String] = []) {
        self.isAlive = isAlive
        self.problems = problems
    }
}

/// Collects what the answer to probes depends on. Any thread.
final class HealthMonitor: Sendable {
    /// The event thread passes over the rings once a second at least.
    static let stallLimit = Duration.seconds(10)
    /// For how long a lost process or enforcement event is a reason not to be ready.
    static let lossMemory = Duration.seconds(60)

    private struct State {
        var isReady = false
        var isEnding = false
        var outputError: String?
        var lost: UInt64 = 0
        var lostAt: ContinuousClock.Instant?
        var unwritten: UInt64 = 0
        var unwrittenAt: ContinuousClock.Instant?
    }
    private let state = Mutex(State())

    /// Policies are in force and the rings are about to be read.
    func markReady() { state.withLock { $0.isReady = true } }

    /// The daemon ends.
    func markEnding() { state.withLock { $0.isEnding = true } }

    /// The latest reason for which events could not be written.
    func note(outputError: String) { state.withLock { $0.outputError = outputError } }

    /// Compares the counters of what must not be lost, and of lines that were not written, with the last ones.
    func note(_ counters: [String: UInt64], at now: ContinuousClock.Instant = .now) {
        let lost = ["lost.fork", "lost.exec", "lost.exit", "lost.enforcement"].reduce(UInt64(0)) {
            $0 + counters[$1, default: 0]
        }
        state.withLock { state in
            if lost > state.lost { state.lostAt = now }
            state.lost = lost
            let unwritten = counters["export.lost_lines", default: 0]
            if unwritten > state.unwritten { state.unwrittenAt = now }
            state.unwritten = unwritten
        }
    }

    /// The answer of now.
    /// - Parameter lastPass: when the event thread last looked at the rings.
    func health(
        lastPass: ContinuousClock.Instant, now: ContinuousClock.Instant = .now
    ) -> EngineHealth {
        let state = state.withLock { $0 }
        guard state.isReady else { return EngineHealth(problems: ["policies are being put into force"]) }
        var health = EngineHealth()
        if state.isEnding { health.problems.append("the daemon is ending") }
        let pause = now - lastPass
        if pause > Self.stallLimit, !state.isEnding {
            health.isAlive = false
            health.problems.append("no event has been read for \(pause.components.seconds) seconds")
        }
        if let lostAt = state.lostAt, now - lostAt < Self.lossMemory {
            health.problems.append("process or enforcement events were lost within the last minute")
        }
        if let unwrittenAt = state.unwrittenAt, now - unwrittenAt < Self.lossMemory {
            health.problems.append("events cannot be written: \(state.outputError ?? "for want of time")")
        }
        return health
    }
}
