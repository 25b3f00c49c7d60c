// SPDX-License-Identifier: Apache-2.0
// Where lines end in bytes, found by the C library: it looks at many bytes at once.

internal import Glibc

extension UnsafeRawBufferPointer {
    /// The offset of the first `\n` at or behind an offset; nil when there is none.
    internal func newline(from start: Int = 0) -> Int? {
        guard let baseAddress, start < count else { return nil }
        // SAFETY: start is inside, and memchr(3) stays between it and the end.
        guard let found = memchr(baseAddress + start, 0x0a, count - start) else { return nil }
        return UnsafeRawPointer(found) - baseAddress
    }

    /// How many lines end here.
    internal var newlineCount: Int {
        var lines = 0
        var start = 0
        while let newline = newline(from: start) {
            lines += 1
            start = newline + 1
        }
        return lines
    }
}
