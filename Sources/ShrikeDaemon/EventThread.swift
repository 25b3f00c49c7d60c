// SPDX-License-Identifier: Apache-2.0
// The one thread that reads the rings and drives the pipeline.

internal import Glibc
internal import Synchronization

/// Waits for records in epoll and hands them on until it is stopped.
///
/// No lock, no logging, no `await` on it. The work is a closure that owns the rings and the pipeline; it never
/// leaves this thread.
final class EventThread: Sendable {
    private let thread: pthread_t
    private let stopDescriptor: Int32

    /// Starts the thread.
    /// - Parameters:
    ///   - descriptors: readable when there are records.
    ///   - work: takes all there is; returns whether there may be more at once. Called again at least once a second.
    init(descriptors: [Int32], work: sending @escaping () -> Bool) {
        let stop = eventfd(0, Int32(EFD_CLOEXEC.rawValue))
        stopDescriptor = stop
        let body = Body(descriptors: descriptors, stop: stop, work: work)
        var started = pthread_t()
        let result = unsafe pthread_create(
            &started, nil,
            { argument in
                // SAFETY: retained by the creator for exactly this use.
                let body = unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
                body.run()
                return nil
            }, Unmanaged.passRetained(body).toOpaque())
        precondition(result == 0, "pthread_create")
        pthread_setname_np(started, "shrike-events")
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
        let work: () -> Bool

        init(descriptors: [Int32], stop: Int32, work: @escaping () -> Bool) {
            self.descriptors = descriptors
            self.stop = stop
            self.work = work
        }

        func run() {
            let poll = epoll_create1(Int32(EPOLL_CLOEXEC.rawValue))
            precondition(poll >= 0, "epoll_create1")
            defer { close(poll) }
            for descriptor in descriptors + [stop] {
                var event = epoll_event()
                event.events = EPOLLIN.rawValue
                event.data.fd = descriptor
                precondition(epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl")
            }
            var events = [epoll_event](repeating: epoll_event(), count: descriptors.count + 1)
            while true {
                let count = epoll_wait(poll, &events, Int32(events.count), 1000)
                let isStopped = events.prefix(max(0, Int(count))).contains { $0.data.fd == stop }
                while work() {}
                if isStopped { return }
            }
        }
    }
}
