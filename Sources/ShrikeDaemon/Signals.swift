// SPDX-License-Identifier: Apache-2.0
// Signals as something to wait for, instead of handlers.

internal import Glibc

/// SIGTERM, SIGINT and SIGHUP, blocked in all threads and waited for by one.
///
/// A thread that leaves one of them unblocked gets it while the waiting thread looks elsewhere, and the process dies
/// with everything attached (signal(7)): so they are blocked before anything can start a thread.
public struct Signals {
    private let set: sigset_t

    /// Blocks the signals for this thread and all that it starts, and ignores SIGPIPE: a closed stdout is an
    /// error of write(2), to be counted. Call it first, on the main thread.
    public static func block() -> Signals {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGHUP)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
        return Signals(set: set)
    }

    /// Waits for one of the signals.
    /// - Returns: its number, nil when the time is over.
    func wait(seconds: Int) -> Int32? {
        var set = set
        var timeout = timespec(tv_sec: seconds, tv_nsec: 0)
        let number = sigtimedwait(&set, nil, &timeout)
        return number > 0 ? number : nil
    }
}
