// SPDX-License-Identifier: Apache-2.0
// Lines to a descriptor that may block or fail.

internal import Glibc

/// Writes to standard output, a pipe or whatever else a descriptor stands for.
internal final class DescriptorOutput: LineOutput {
    /// One write that blocks must not hold the thread for long.
    internal let offeredBytes = 1 << 20
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let path: String?
    /// A line was cut by an error: the next one begins with a `\n` of its own.
    private var isTorn = false

    internal init(descriptor: Int32, ownsDescriptor: Bool, path: String? = nil) {
        self.descriptor = descriptor
        self.ownsDescriptor = ownsDescriptor
        self.path = path
    }

    internal func write(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, isMidLine: Bool
    ) -> LineWriteResult {
        while true {
            let count = writeLines(to: descriptor, first, second, newlineFirst: isTorn)
            if count >= 0 {
                let written = isTorn && count > 0 ? count - 1 : count
                if count > 0 { isTorn = false }
                if written > 0 { return .written(written) }
            } else if errno == EAGAIN {
                // Somebody made the descriptor non-blocking (it may be shared, as standard output is).
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&request, 1, 100)
                return .written(0)
            } else if errno != EINTR {
                return .failed(SinkError(operation: "write", path: path, code: errno))
            }
        }
    }

    internal func cutLine() { isTorn = true }

    internal func tick() {}

    internal func close() {
        if ownsDescriptor { Glibc.close(descriptor) }
    }
}

/// writev(2) of two parts, with a `\n` before them when one is asked for.
/// - Returns: bytes written, the `\n` among them; negative: errno is set.
internal func writeLines(
    to descriptor: Int32, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
    newlineFirst: Bool
) -> Int {
    let newline: StaticString = "\n"
    return withUnsafeTemporaryAllocation(of: iovec.self, capacity: 3) { parts in
        var count = 0
        // SAFETY: writev(2) only reads through these pointers, all valid until it returns.
        if newlineFirst {
            parts[count] = iovec(iov_base: UnsafeMutableRawPointer(mutating: newline.utf8Start), iov_len: 1)
            count += 1
        }
        for part in [first, second] where !part.isEmpty {
            parts[count] = iovec(
                iov_base: UnsafeMutableRawPointer(mutating: part.baseAddress), iov_len: part.count)
            count += 1
        }
        return writev(descriptor, parts.baseAddress, Int32(count))
    }
}
