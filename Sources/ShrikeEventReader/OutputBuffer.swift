// SPDX-License-Identifier: Apache-2.0
// Collects output and writes it in large pieces, without ever being stuck in a write while a signal waits.

import Glibc

/// Bytes on their way to a descriptor.
struct OutputBuffer {
    /// How a flush ended.
    enum Flush {
        case done
        /// Nobody reads any more (EPIPE).
        case closed
        /// The stop descriptor became readable while the reader made us wait.
        case stopped
    }

    /// What is to be written.
    var bytes: [UInt8] = []

    private let descriptor: Int32
    private let stop: Int32
    private let pieceLength: Int

    /// - Parameter stop: becomes readable when waiting must end.
    init(descriptor: Int32, stop: Int32) {
        self.descriptor = descriptor
        self.stop = stop
        // poll(2) promises room for PIPE_BUF bytes in a pipe; a longer write could block.
        pieceLength = Descriptors.isRegularFile(descriptor) ? 1 << 20 : Int(PIPE_BUF)
    }

    /// Writes everything.
    /// - Parameter waits: whether to wait for a slow reader; otherwise what does not fit is thrown away.
    mutating func flush(waits: Bool = true) throws(SystemError) -> Flush {
        defer { bytes.removeAll(keepingCapacity: true) }
        var written = 0
        while written < bytes.count {
            let stop = waits ? self.stop : -1
            switch try Descriptors.wait(for: descriptor, POLLOUT, stop: stop, timeout: waits ? -1 : 0) {
            case .stopped:
                bytes.removeFirst(written)
                return try flush(waits: false) == .closed ? .closed : .stopped
            case .timedOut: return .stopped
            case .ready: break
            }
            let count = bytes.withUnsafeBytes { buffer in
                write(
                    descriptor, buffer.baseAddress.map { $0 + written },
                    min(pieceLength, buffer.count - written))
            }
            if count >= 0 {
                written += count
            } else if errno == EPIPE {
                return .closed
            } else if errno != EINTR && errno != EAGAIN {
                throw SystemError(operation: "writing standard output", errorNumber: errno)
            }
        }
        return .done
    }
}
