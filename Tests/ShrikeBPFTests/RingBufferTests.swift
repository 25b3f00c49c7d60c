// SPDX-License-Identifier: Apache-2.0

internal import CShrikeShims
internal import Glibc
internal import Testing

@testable internal import ShrikeBPF

/// A file that lies in memory as the kernel's ring does: consumer page, producer page, data pages.
private final class FakeRing {
    let descriptor: Int32
    private let memory: UnsafeMutableRawPointer
    private let pageSize = sysconf(Int32(_SC_PAGESIZE))
    let sizeBytes: Int

    /// - Parameter room: bytes from where the next record starts to the ring's end.
    init(room: Int) throws {
        sizeBytes = pageSize
        let start = 3 * sizeBytes - room
        descriptor = shrike_memory_file("ring")
        try #require(descriptor >= 0)
        try #require(ftruncate(descriptor, off_t(3 * pageSize)) == 0)
        let mapped = unsafe mmap(nil, 3 * pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        unsafe memory = try #require(mapped)
        unsafe memory.storeBytes(of: UInt64(start), as: UInt64.self)
        published = UInt64(start)
        unsafe memory.storeBytes(of: published, toByteOffset: pageSize, as: UInt64.self)
    }

    deinit {
        unsafe munmap(memory, 3 * pageSize)
        close(descriptor)
    }

    private var published: UInt64

    /// Publishes a record as the kernel would.
    func write(_ bytes: [UInt8]) {
        let header = withUnsafeBytes(of: UInt32(bytes.count)) { unsafe Array($0) } + [0, 0, 0, 0]
        for (index, byte) in (header + bytes).enumerated() {
            let offset = (Int(published) + index) % sizeBytes
            unsafe memory.storeBytes(of: byte, toByteOffset: 2 * pageSize + offset, as: UInt8.self)
        }
        published += UInt64((bytes.count + 8 + 7) & ~7)
        unsafe memory.storeBytes(of: published, toByteOffset: pageSize, as: UInt64.self)
    }

    var map: BPFMap { BPFMap(fileDescriptor: descriptor, name: "ring", valueSize: 0, maxEntries: sizeBytes) }
}

@Suite("Reading a ring")
struct RingBufferTests {
    private func bytes(_ count: Int, from first: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<count { bytes.append(UInt8((first + index) % 251)) }
        return bytes
    }

    /// What the ring has, each record as a copy.
    private func drain(_ ring: inout RingBuffer) -> [[UInt8]] {
        var records: [[UInt8]] = []
        while case .record(let bytes) = ring.peek() {
            unsafe records.append(Array(bytes))
            unsafe ring.advance(past: bytes)
        }
        ring.commit()
        return records
    }

    @Test(
        "a record is whole wherever the ring's end cuts it",
        arguments: [8, 16, 24, 32, 40, 48, 104, 112, 120, 2048])
    func wrapping(room: Int) throws {
        let fake = try FakeRing(room: room)
        var ring = try RingBuffer(fake.map)
        let records = [bytes(97, from: 0), bytes(8, from: 200), bytes(1500, from: 7)]
        for record in records { fake.write(record) }
        #expect(drain(&ring) == records)
        #expect(ring.pendingBytes == 0)
    }

    @Test("turn after turn, longer records and shorter ones")
    func turns() throws {
        let fake = try FakeRing(room: 0)
        var ring = try RingBuffer(fake.map)
        for turn in 0..<200 {
            let lengths = [turn * 7 % 1300 + 1, turn * 311 % 1300 + 1, turn * 57 % 900 + 1]
            let records = lengths.map { bytes($0, from: turn) }
            for record in records { fake.write(record) }
            #expect(drain(&ring) == records)
        }
    }

    @Test("a record can be looked at twice before it is passed")
    func twice() throws {
        let fake = try FakeRing(room: 16)
        var ring = try RingBuffer(fake.map)
        let record = bytes(64, from: 0)
        fake.write(record)
        for _ in 0..<2 {
            guard case .record(let bytes) = ring.peek() else {
                Issue.record("no record")
                return
            }
            #expect(unsafe Array(bytes) == record)
        }
    }
}
