// SPDX-License-Identifier: Apache-2.0
// The system calls of the reader, each in one small wrapper.

import Glibc

/// A failed system call.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was being done.
    public let operation: String
    /// The error number.
    public let errorNumber: Int32

    /// Operation and error in one line.
    public var description: String { "\(operation): \(String(cString: strerror(errorNumber)))" }
}

/// Waiting, reading and writing.
enum Descriptors {
    /// What a wait ended with.
    enum Readiness {
        case ready, stopped, timedOut
    }

    /// Waits until `descriptor` is ready for `events`, or until `stop` is readable.
    /// - Parameter timeout: milliseconds; -1 waits for ever. See: man 2 poll.
    static func wait(
        for descriptor: Int32, _ events: Int32, stop: Int32, timeout: Int32
    ) throws(SystemError) -> Readiness {
        var polled = [
            pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0),
        ]
        while true {
            let count = poll(&polled, 2, timeout)
            if count == 0 { return .timedOut }
            if count > 0 { return polled[0].revents != 0 ? .stopped : .ready }
            guard errno == EINTR else { throw SystemError(operation: "poll", errorNumber: errno) }
        }
    }

    /// Reads what is there. See: man 2 read.
    /// - Returns: the number of bytes; 0 at the end.
    static func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR || errno == EAGAIN else {
                throw SystemError(operation: "reading standard input", errorNumber: errno)
            }
        }
    }

    /// Whether a descriptor is a regular file, which never makes a writer wait for a reader.
    static func isRegularFile(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}

/// The kinds of standard input that matter to a reader of events.
public enum InputKind: Sendable {
    /// A pipe, a file or a socket: events can come from it.
    case stream
    /// A terminal or /dev/null, or nothing at all: no events will come from it.
    case none

    /// Looks at a descriptor.
    public init(descriptor: Int32) {
        var status = stat()
        let isStream = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT != S_IFCHR
        self = isStream ? .stream : .none
    }
}
