// SPDX-License-Identifier: Apache-2.0
// argv as one text. The rule is the incumbent's and loses information; consumers depend on it to the byte.

internal import Glibc
internal import ShrikeJSON

extension ByteBuffer {
    /// Appends argv, joined and escaped for JSON, without quotes.
    ///
    /// The rule (event reference, "arguments"): an argument with a space is appended as a space, a quote, the
    /// argument and a quote, with nothing inside protected; any other after a space, unless the text is still
    /// empty.
    /// - Parameters:
    ///   - block: argv from argv[1] on, each argument ending in NUL (the last one may be cut).
    ///   - keepsTrailing: whether empty arguments at the end count. The incumbent appends the working
    ///     directory to the block before it trims NULs, so they survive just when there is one.
    internal mutating func append(joining block: UnsafeRawBufferPointer, keepsTrailing: Bool) {
        guard let start = block.baseAddress else { return }
        let base = UnsafeRawPointer(start)
        var end = block.count
        if keepsTrailing {
            if end > 0 && block[end - 1] == 0 { end -= 1 } else if end == 0 { return }
        } else {
            while end > 0 && block[end - 1] == 0 { end -= 1 }
        }
        let textStart = count
        var position = 0
        while true {
            // SAFETY: position <= end <= block.count.
            let rest = base + position
            let terminator = memchr(rest, 0, end - position)
            let length = terminator.map { UnsafeRawPointer($0) - rest } ?? end - position
            append(argument: UnsafeRawBufferPointer(start: rest, count: length), isFirst: count == textStart)
            position += length + 1
            if position > end { return }
        }
    }

    private mutating func append(argument: UnsafeRawBufferPointer, isFirst: Bool) {
        guard let start = argument.baseAddress else { return }
        if memchr(start, 0x20, argument.count) != nil {
            append(" \\\"")
            append(escaping: argument)
            append("\\\"")
        } else {
            if !isFirst { append(byte: UInt8(ascii: " ")) }
            append(escaping: argument)
        }
    }
}
