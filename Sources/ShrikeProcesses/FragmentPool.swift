// SPDX-License-Identifier: Apache-2.0
// Memory for rendered processes: blocks of few sizes with free lists, so that an exec in steady state takes the
// block that an ended process gave back instead of asking malloc.

/// A block of the pool.
internal struct PoolBlock: BitwiseCopyable {
    internal var start: UnsafeMutableRawPointer
    /// Bytes of the block; names its size class.
    internal var size: Int
}

/// Blocks of memory for rendered processes. One owner, not thread-safe.
///
/// Blocks up to `largestClass` bytes come from chunks that are kept until the pool goes away; larger ones from
/// malloc. Below `limit` bytes altogether every request is granted.
internal struct FragmentPool: ~Copyable {
    private static let step = 64
    private static let stepped = 32  // classes of 64, 128, … 2048 bytes
    private static let largestClass = 16_384  // then 4096, 8192, 16384
    private static let classes = stepped + 3
    private static let chunkSize = 64 << 10

    private var free: InlineArray<35, UnsafeMutableRawPointer?>
    private var chunks: [UnsafeMutableRawPointer] = []
    private var chunkRest = 0
    private let limit: Int
    /// Bytes taken from the system.
    internal private(set) var bytes = 0

    internal init(limit: Int) {
        self.limit = limit
        free = InlineArray(repeating: nil)
    }

    deinit {
        // Large blocks are the owner's to give back first.
        for chunk in chunks { chunk.deallocate() }
    }

    /// Whether a block of this size can be had without passing the limit.
    internal func hasRoom(for count: Int) -> Bool {
        if count > Self.largestClass { return bytes + count <= limit }
        var index = Self.classIndex(count)
        // First what is nearly always so: looking through the lists copies all of them each time.
        if Self.classSize(index) <= chunkRest || bytes + Self.chunkSize <= limit { return true }
        while index < Self.classes {
            if free[index] != nil { return true }
            index += 1
        }
        return false
    }

    /// A block of at least `count` bytes; past the limit too, since the caller has cut what it could.
    internal mutating func allocate(_ count: Int) -> PoolBlock {
        if count > Self.largestClass {
            bytes += count
            return PoolBlock(start: .allocate(byteCount: count, alignment: 16), size: count)
        }
        let wanted = Self.classIndex(count)
        if let block = pop(wanted) { return block }
        let size = Self.classSize(wanted)
        if size > chunkRest && bytes + Self.chunkSize > limit {
            // Near the limit, memory of other sizes is better wasted than more memory taken.
            var index = wanted + 1
            while index < Self.classes {
                if let block = pop(index) { return block }
                index += 1
            }
        }
        return carve(size)
    }

    /// Takes a block back.
    internal mutating func deallocate(_ block: PoolBlock) {
        if block.size > Self.largestClass {
            bytes -= block.size
            block.start.deallocate()
            return
        }
        push(block)
    }

    private mutating func carve(_ size: Int) -> PoolBlock {
        if size > chunkRest {
            giveRestToLists()
            chunks.append(.allocate(byteCount: Self.chunkSize, alignment: 64))
            chunkRest = Self.chunkSize
            bytes += Self.chunkSize
        }
        // SAFETY: the last chunk has chunkRest >= size bytes left at its end.
        let start = chunks[chunks.count - 1] + (Self.chunkSize - chunkRest)
        chunkRest -= size
        return PoolBlock(start: start, size: size)
    }

    /// Makes blocks of what is left of the current chunk.
    private mutating func giveRestToLists() {
        while chunkRest >= Self.step {
            let size = min(chunkRest / Self.step * Self.step, Self.step * Self.stepped)
            // SAFETY: as in carve(_:).
            push(PoolBlock(start: chunks[chunks.count - 1] + (Self.chunkSize - chunkRest), size: size))
            chunkRest -= size
        }
    }

    private mutating func pop(_ index: Int) -> PoolBlock? {
        guard let start = free[index] else { return nil }
        // SAFETY: a block in a list holds the list's next block in its first bytes; see push(_:).
        free[index] = start.load(as: UnsafeMutableRawPointer?.self)
        return PoolBlock(start: start, size: Self.classSize(index))
    }

    private mutating func push(_ block: PoolBlock) {
        let index = Self.classIndex(block.size)
        // SAFETY: nobody uses the block any more, and every block has at least 64 aligned bytes.
        block.start.storeBytes(of: free[index], as: UnsafeMutableRawPointer?.self)
        free[index] = block.start
    }

    private static func classIndex(_ count: Int) -> Int {
        if count <= step * stepped { return max(0, (count - 1) / step) }
        return count <= 4_096 ? stepped : count <= 8_192 ? stepped + 1 : stepped + 2
    }

    private static func classSize(_ index: Int) -> Int {
        index < stepped ? (index + 1) * step : 4_096 << (index - stepped)
    }
}
