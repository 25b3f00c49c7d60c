// SPDX-License-Identifier: Apache-2.0
// The growable bytes that lines are made in. Its own type because an Array of bytes costs a uniqueness and a
// bounds check for each append, and this one is appended to some hundred times per microsecond.

/// Growable bytes with one owner.
///
/// Grows by doubling and never shrinks by itself, so a reused buffer allocates nothing in steady state.
/// Not thread-safe.
public struct ByteBuffer: ~Copyable {
    @usableFromInline internal var base: UnsafeMutableRawPointer
    @usableFromInline internal var used: Int
    @usableFromInline internal var allocated: Int

    /// Makes an empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 256) {
        allocated = Swift.max(capacity, 64)
        base = .allocate(byteCount: allocated, alignment: 16)
        used = 0
    }

    deinit {
        base.deallocate()
    }

    /// Bytes in use.
    @inlinable public var count: Int { used }

    /// Bytes that fit without growing.
    @inlinable public var capacity: Int { allocated }

    /// The bytes in use; valid until the buffer is changed or goes away.
    @inlinable public var bytes: UnsafeRawBufferPointer {
        // SAFETY: base has room for `allocated` >= `used` bytes, all written before `used` was raised.
        UnsafeRawBufferPointer(start: base, count: used)
    }

    /// Forgets the content; the room stays.
    @inlinable public mutating func removeAll() { used = 0 }

    /// Forgets all bytes from `count` on.
    @inlinable public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= used)
        used = count
    }

    /// Gives the room back when it is above `limit` bytes; the content is forgotten.
    public mutating func releaseRoom(above limit: Int) {
        used = 0
        guard allocated > limit else { return }
        base.deallocate()
        allocated = Swift.max(limit, 64)
        base = .allocate(byteCount: allocated, alignment: 16)
    }

    /// Makes sure that `additional` more bytes fit and returns where the next one goes.
    @inlinable @inline(__always)
    internal mutating func room(_ additional: Int) -> UnsafeMutableRawPointer {
        if allocated - used < additional { grow(additional) }
        return base + used
    }

    @usableFromInline @inline(never)
    internal mutating func grow(_ additional: Int) {
        let size = Swift.max(allocated * 2, used + additional)
        let bigger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        // SAFETY: both blocks hold at least `used` bytes and are distinct.
        bigger.copyMemory(from: base, byteCount: used)
        base.deallocate()
        base = bigger
        allocated = size
    }

    /// Appends one byte.
    @inlinable @inline(__always)
    public mutating func append(byte: UInt8) {
        room(1).storeBytes(of: byte, as: UInt8.self)
        used += 1
    }

    /// Appends a copy of the bytes, which must not be the buffer's own.
    @inlinable @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        // SAFETY: room() made space for all of them, and the caller's bytes are not in this buffer.
        room(bytes.count).copyMemory(from: start, byteCount: bytes.count)
        used += bytes.count
    }

    /// Appends a copy of the bytes.
    @inlinable
    public mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends a literal.
    @inlinable @inline(__always)
    public mutating func append(_ text: StaticString) {
        // SAFETY: a StaticString with a pointer representation lives as long as the program.
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of a string, without escaping. Not for the hot path.
    public mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a part of this buffer to its end.
    @inlinable
    public mutating func append(ownBytes range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= used)
        let target = room(range.count)
        // SAFETY: the source was bounds-checked, lies below `used`, and the target begins at `used`.
        target.copyMemory(from: base + range.lowerBound, byteCount: range.count)
        used += range.count
    }
}
