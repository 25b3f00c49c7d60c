// SPDX-License-Identifier: Apache-2.0
// Lines out of a body's pieces, none longer than a bound.

/// Puts pieces together to lines.
struct LineSplitter {
    let limit: Int
    private var pending: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// The lines that end in a piece; empty ones are left out.
    /// - Throws: `.tooLarge` when a line has more bytes than the limit.
    mutating func lines(in piece: UnsafeRawBufferPointer) throws(KubernetesError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = piece[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            try append(rest[..<end])
            if !pending.isEmpty { lines.append(pending) }
            pending = []
            rest = rest[(end + 1)...]
        }
        try append(rest)
        return lines
    }

    private mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) throws(KubernetesError) {
        guard pending.count + bytes.count <= limit else { throw .tooLarge(limit) }
        pending += bytes
    }
}
