// SPDX-License-Identifier: Apache-2.0
// Where the logs of all nodes come together, and leave in order.

internal import Glibc

/// Passes events on, merged.
actor EventGate {
    /// Prints lines; false: nobody reads them any more.
    typealias Output = @Sendable ([[UInt8]]) throws -> Bool

    private var merge: EventMerge
    private let output: Output
    private var isDone = false
    private var failure: (any Error)?

    init(limits: EventMerge.Limits, output: @escaping Output) {
        merge = EventMerge(limits: limits)
        self.output = output
    }

    func add(_ source: EventMerge.Source) { merge.add(source, now: .now) }

    func open(_ source: EventMerge.Source) { merge.open(source, now: .now) }

    func remove(_ source: EventMerge.Source) { merge.remove(source) }

    /// Ends `run` with an error.
    func fail(_ error: any Error) { failure = failure ?? error }

    /// Takes an event, once there is room for it.
    func push(_ event: NodeEvent, from source: EventMerge.Source) async throws {
        while merge.isFull(source, at: event.time, wallClock: Self.wallClock) {
            try emit()
            guard merge.isFull(source, at: event.time, wallClock: Self.wallClock) else { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        merge.push(event, from: source, now: .now)
        if merge.isOverfull { try emit() }
    }

    /// Passes on what is due, until nobody reads any more.
    /// - Throws: what was told to `fail`, and what the output throws.
    func run() async throws {
        while !isDone {
            if let failure { throw failure }
            try emit()
            do {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                _ = try output(merge.drain())
                throw error
            }
        }
    }

    private func emit() throws {
        guard !isDone else { return }
        let lines = merge.release(now: .now, wallClock: Self.wallClock)
        guard !lines.isEmpty else { return }
        do {
            isDone = try !output(lines)
        } catch {
            fail(error)
            throw error
        }
    }

    private static var wallClock: Int64 { WallClock.now }
}

/// The time of this machine.
enum WallClock {
    /// Nanoseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
