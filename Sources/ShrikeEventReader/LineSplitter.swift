// SPDX-License-Identifier: Apache-2.0
// Cuts a stream of bytes into lines of bounded length. No I/O: the caller pushes what it has read.

import Glibc

/// Cuts chunks of bytes into lines.
///
/// Memory is bounded by the maximum length of a line: what is longer is thrown away up to its newline and
/// reported as one `Line.tooLong`, so that one monstrous line costs that line and nothing else.
public struct LineSplitter {
    /// One line of the input.
    public enum Line: Equatable, Sendable {
        /// The bytes of a line, without its newline.
        case complete([UInt8])
        /// A line of this many bytes, which is more than the maximum; its bytes are gone.
        case tooLong(byteCount: Int)
    }

    private let maximumLength: Int
    private var pending: [UInt8] = []
    private var discardedCount = 0

    /// Creates a splitter for lines of at most `maximumLength` bytes, not counting the newline.
    public init(maximumLength: Int) {
        self.maximumLength = maximumLength
    }

    /// Takes the next chunk and hands over each line that it completes, in order.
    public mutating func push<Failure: Error>(
        _ chunk: UnsafeRawBufferPointer, _ body: (Line) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = chunk[...]
        while let start = rest.baseAddress, !rest.isEmpty {
            guard let newline = memchr(start, 0x0A, rest.count) else {
                keep(rest)
                return
            }
            let length = UnsafeRawPointer(newline) - start
            let piece = rest.prefix(length)
            rest = rest.dropFirst(length + 1)
            try body(complete(with: piece))
        }
    }

    /// Ends the input.
    /// - Returns: the last line if it had no newline, or `nil`.
    public mutating func finish() -> Line? {
        guard !pending.isEmpty || discardedCount > 0 else { return nil }
        return complete(with: UnsafeRawBufferPointer(start: nil, count: 0)[...])
    }

    /// Ends the line that `piece` is the last part of.
    private mutating func complete(with piece: Slice<UnsafeRawBufferPointer>) -> Line {
        if pending.isEmpty && discardedCount == 0 && piece.count <= maximumLength {
            return .complete(Array(piece))
        }
        keep(piece)
        defer {
            pending = []
            discardedCount = 0
        }
        return discardedCount > 0 ? .tooLong(byteCount: discardedCount) : .complete(pending)
    }

    /// Stores the part of a line, or counts it once the line is too long.
    private mutating func keep(_ piece: Slice<UnsafeRawBufferPointer>) {
        if discardedCount == 0 && pending.count + piece.count <= maximumLength {
            pending.append(contentsOf: piece)
        } else {
            discardedCount += pending.count + piece.count
            pending = []
        }
    }
}

extension Slice where Base == UnsafeRawBufferPointer {
    /// The address of the first byte of the slice.
    fileprivate var baseAddress: UnsafeRawPointer? {
        base.baseAddress.map { $0 + startIndex }
    }
}
