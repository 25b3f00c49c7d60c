// The consumer of a BPF ring buffer: memory order and record framing, nothing else. Own, since libbpf's
// reader drains one ring after the other, and two rings must be merged by time.

internal import CShrikeShims
internal import Glibc

/// A mapped ring, read by one thread.
///
/// `peek` lends the next record in place; `advance` steps behind it; `commit` gives everything before back to
/// the kernel, once a batch. Kernel side: kernel/bpf/ringbuf.c.
public struct RingBuffer: ~Copyable {
    /// Readable (epoll) when the kernel has published records.
    public let fileDescriptor: Int32
    /// Bytes of records the ring holds.
    public let sizeBytes: Int
    private let consumer: UnsafeMutableRawPointer
    private let producer: UnsafeRawPointer
    private let data: UnsafeRawPointer
    private let pageSize: Int
    private var position: UInt64
    /// Where a record that the ring's end cuts is put together, once a turn of the ring: mapping the pages twice
    /// in a row, as libbpf does, would spare that and count each page twice as this process's memory.
    private var joined: UnsafeMutableRawBufferPointer?

    /// Why there is no next record.
    public enum Next {
        /// A whole record; its bytes are valid until `commit()`.
        case record(UnsafeRawBufferPointer)
        /// Nothing published.
        case empty
        /// A program on another CPU is still writing the next record.
        case busy
    }

    // struct bpf_ringbuf_hdr, kernel/bpf/ringbuf.c
    private static let headerSize: UInt64 = 8
    private static let busyBit: UInt32 = 1 << 31
    private static let discardBit: UInt32 = 1 << 30

    /// Maps the ring of `map`.
    public init(_ map: BPFMap) throws(BPFError) {
        fileDescriptor = map.fileDescriptor
        sizeBytes = map.maxEntries
        pageSize = sysconf(Int32(_SC_PAGESIZE))
        guard
            let consumer = unsafe mmap(
                nil, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, map.fileDescriptor, 0),
            unsafe consumer != MAP_FAILED
        else { throw BPFError("map", "\(map.name) consumer page", errno: errno) }
        guard
            let producer = unsafe mmap(
                nil, pageSize + sizeBytes, PROT_READ, MAP_SHARED, map.fileDescriptor, off_t(pageSize)),
            unsafe producer != MAP_FAILED
        else {
            let error = BPFError("map", "\(map.name) data pages", errno: errno)
            unsafe munmap(consumer, pageSize)
            throw error
        }
        unsafe self.consumer = consumer
        unsafe self.producer = UnsafeRawPointer(producer)
        unsafe data = UnsafeRawPointer(producer + pageSize)
        position = unsafe shrike_load_acquire_u64(consumer)
    }

    deinit {
        unsafe munmap(consumer, pageSize)
        unsafe munmap(UnsafeMutableRawPointer(mutating: producer), pageSize + sizeBytes)
        unsafe joined?.deallocate()
    }

    /// The next record, left in place; called again it tells the same, or what has come since.
    public mutating func peek() -> Next {
        while true {
            let published = unsafe shrike_load_acquire_u64(producer)
            guard position < published else { return .empty }
            // SAFETY: the kernel keeps every record of [position, published) inside the data pages; a header is as
            // long as what it is aligned to.
            let offset = Int(position & UInt64(sizeBytes - 1))
            let header = unsafe data + offset
            let length = unsafe shrike_load_acquire_u32(header)
            if length & Self.busyBit != 0 { return .busy }
            if length & Self.discardBit == 0 {
                let start = offset + Int(Self.headerSize)
                if start + Int(length) > sizeBytes { return unsafe .record(join(start, Int(length))) }
                return unsafe .record(UnsafeRawBufferPointer(start: data + start, count: Int(length)))
            }
            position += Self.stride(length & ~Self.discardBit)
        }
    }

    /// The bytes from `start` on to the ring's end, and those from its beginning. One record at most that is not
    /// committed lies across the end, so its copy stays as long as it is lent.
    private mutating func join(_ start: Int, _ length: Int) -> UnsafeRawBufferPointer {
        let room: UnsafeMutableRawBufferPointer
        if let joined, joined.count >= length {
            unsafe room = joined
        } else {
            unsafe joined?.deallocate()
            unsafe room = .allocate(byteCount: length, alignment: 16)
            unsafe joined = room
        }
        // SAFETY: a record is never longer than the ring, and starts in it or right behind its end.
        let head = sizeBytes - start
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(start: data + start, count: head))
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[head..<length])
            .copyMemory(from: UnsafeRawBufferPointer(start: data, count: length - head))
        return unsafe UnsafeRawBufferPointer(rebasing: room[..<length])
    }

    /// Steps behind a record that `peek` lent.
    public mutating func advance(past record: UnsafeRawBufferPointer) {
        position += Self.stride(UInt32(record.count))
    }

    /// Gives all that was passed back to the kernel; lent bytes are invalid from here on.
    public mutating func commit() {
        unsafe shrike_store_release_u64(consumer, position)
    }

    /// Bytes published and not committed: how full the ring is.
    public var pendingBytes: Int {
        let published = unsafe shrike_load_acquire_u64(producer)
        let consumed = unsafe shrike_load_acquire_u64(consumer)
        return Int(published &- consumed)
    }

    private static func stride(_ length: UInt32) -> UInt64 {
        (UInt64(length) + headerSize + 7) & ~7
    }
}
