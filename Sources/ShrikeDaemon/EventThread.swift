// SPDX-License-Identifier: Apache-2.0
// The one thread that reads the rings and drives the pipeline.

internal import CShrikeShims
internal import Glibc
internal import Synchronization

/// Waits for records in poll(2) and hands them on until it is stopped.
///
/// No lock, no logging, no `await` on it. The work is a closure that owns the rings and the pipeline; it never
/// leaves this thread.
final class EventThread: Sendable {
    /// How long it goes on after it was told to stop.
    static let lastWords = Duration.seconds(5)

    private let thread: pthread_t
    private let stopDescriptor: Int32

    /// What one call of the work came to.
    enum Pass {
        /// There was nothing.
        case idle
        /// It took all there was, not more than `fewRecords`.
        case few
        /// It took all there was.
        case drained
        /// It took as much as it takes at once: there may be more.
        case full
    }

    /// After records came, the next ones are left to gather for so long. A program that writes to a ring that somebody
    /// waits for has to wake him up, and each time he finds one record: that costs both sides more than the record.
    static let gatherMilliseconds: Int32 = 1
    /// The same when there were few.
    static let gatherFewMilliseconds: Int32 = 5
    /// With more in a pass a ring could fill in the longer time.
    static let fewRecords = 64

    /// Starts the thread.
    /// - Parameters:
    ///   - descriptors: readable when there are records.
    ///   - work: takes what there is, a batch at most. Called again at least once a second.
    init(descriptors: [Int32], work: @escaping @Sendable () -> Pass) {
        let stop = eventfd(0, Int32(EFD_CLOEXEC))
        stopDescriptor = stop
        let body = Body(descriptors: descriptors, stop: stop, work: work)
        var started = pthread_t()
        let result = unsafe pthread_create(
            &started, nil,
            { argument in
                // SAFETY: retained by the creator for exactly this use.
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(body).toOpaque())
        precondition(result == 0, "pthread_create")
        thread = started
    }

    /// Lets the thread take what is left in the rings, then waits for its end.
    func stopAndJoin() {
        var one: UInt64 = 1
        write(stopDescriptor, &one, 8)
        pthread_join(thread, nil)
        close(stopDescriptor)
    }

    private final class Body {
        let descriptors: [Int32]
        let stop: Int32
        let work: @Sendable () -> Pass

        init(descriptors: [Int32], stop: Int32, work: @escaping @Sendable () -> Pass) {
            self.descriptors = descriptors
            self.stop = stop
            self.work = work
        }

        func run() {
            shrike_name_thread("shrike-events")
            var waited = (descriptors + [stop]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            var stopping = [waited[waited.count - 1]]
            var pass = Pass.idle
            while true {
                let isStopped =
                    switch pass {
                    case .idle:
                        poll(&waited, nfds_t(waited.count), 1000) > 0 && waited[waited.count - 1].revents != 0
                    case .few: poll(&stopping, 1, EventThread.gatherFewMilliseconds) > 0
                    case .drained: poll(&stopping, 1, EventThread.gatherMilliseconds) > 0
                    case .full: poll(&stopping, 1, 0) > 0
                    }
                pass = work()
                if isStopped { return finish(pass) }
            }
        }

        /// Takes what is left, but not for ever: on a machine that is busier than this thread, there is always more.
        private func finish(_ last: Pass) {
            let end = ContinuousClock.now + EventThread.lastWords
            var pass = last
            while pass != .idle, ContinuousClock.now < end { pass = work() }
        }
    }
}
