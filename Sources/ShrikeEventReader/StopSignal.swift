// SPDX-License-Identifier: Apache-2.0
// Turns SIGINT and SIGTERM into a descriptor that poll(2) can wait for, together with input and output.

import Glibc
import Synchronization

/// The writing end of the pipe; what the signal handler needs.
private let stopPipe = Atomic<Int32>(-1)

/// The signals that end a program in an orderly way.
public enum StopSignal {
    /// Catches SIGINT and SIGTERM from now on, and ignores SIGPIPE.
    /// - Returns: a descriptor that becomes readable when one of them has come; -1 if there is none left,
    ///   in which case the signals keep their default effect.
    public static func install() -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return -1 }
        // The handler must not wait when the pipe is full: one byte in it says all there is to say.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        stopPipe.store(ends[1], ordering: .sequentiallyConsistent)
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in
                // Async-signal-safe: one atomic load and one write(2).
                let saved = errno
                var byte: UInt8 = 0
                _ = write(stopPipe.load(ordering: .sequentiallyConsistent), &byte, 1)
                errno = saved
            }
            action.sa_flags = Int32(SA_RESTART)
            sigaction(number, &action, nil)
        }
        return ends[0]
    }
}
