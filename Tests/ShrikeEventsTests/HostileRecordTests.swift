// SPDX-License-Identifier: Apache-2.0

import ShrikeEvents
import ShrikeTestSupport
import Testing

@Suite struct HostileRecordTests {
    private static let valid: [[UInt8]] = [
        RecordBuilder.fork(RecordKey(2, 2), of: RecordKey(1, 1)),
        RecordBuilder.exec(
            RecordKey(3, 2), parent: RecordKey(1, 1), replaced: RecordKey(2, 2), filename: "/bin/ls",
            arguments: ["-l"]),
        RecordBuilder.execArgs(RecordKey(3, 2), offset: 0, [65, 0]),
        RecordBuilder.exit(RecordKey(3, 2), at: 9),
        RecordBuilder.hook(
            RecordKey(3, 2), at: 5, selectors: [0], arguments: [.file("/etc/shadow"), .integer(1)]),
        RecordBuilder.hook(
            RecordKey(3, 2), at: 5, selectors: [0], arguments: [.integer(1)], flags: 0xC0,
            stacks: [[1, 2], [3]]),
        RecordBuilder.groupMade(70, parent: 7, "kubepods"), RecordBuilder.groupGone(70),
    ]

    @Test("Stacks are read in order, and one deeper than there are is refused")
    func stacks() throws {
        try Self.valid[5].withUnsafeBytes { bytes in
            guard case .hook(let hook) = try EventRecord(decoding: bytes) else {
                Issue.record("the record is no hook's")
                return
            }
            #expect(Array(hook.kernelStack) == [1, 2])
            #expect(Array(hook.userStack) == [3])
        }
        let deep = RecordBuilder.hook(
            RecordKey(3, 2), at: 5, selectors: [0], flags: 0x40, stacks: [Array(repeating: 1, count: 128)])
        #expect(decodeError(deep)?.reason == .countOverLimit)
    }

    @Test("Every record that is cut anywhere is refused")
    func short() {
        for bytes in Self.valid {
            #expect(decodeError(bytes) == nil)
            for count in 0..<bytes.count { #expect(decodeError(Array(bytes.prefix(count))) != nil) }
        }
    }

    @Test("A header alone that claims a kind is refused, with what was needed")
    func kinds() {
        var record = RecordBuilder()
        record.header(kind: 1, ktime: 0, pid: 0, tid: 0)
        #expect(decodeError(record.finished()) == DecodeError(.truncated, offset: 0, needed: 72, had: 24))
        record = RecordBuilder()
        record.header(kind: 77, ktime: 0, pid: 0, tid: 0)
        #expect(decodeError(record.finished())?.reason == .unknownKind(77))
        record = RecordBuilder()
        record.header(kind: 0, ktime: 0, pid: 0, tid: 0)
        #expect(decodeError(record.finished())?.reason == .unknownKind(0))
    }

    @Test("A size that lies is refused")
    func sizes() {
        for size in [0, 23, 73, 0xffff_ffff] as [UInt32] {
            var bytes = Self.valid[0]
            withUnsafeBytes(of: size.littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
            #expect(decodeError(bytes)?.reason == .lyingSize)
        }
    }

    @Test("Text lengths of an exec that lie are refused", arguments: [208, 212, 216])
    func texts(offset: Int) {
        for length in [0xffff_ffff, 0x7fff_ffff, 1_000] as [UInt32] {
            var bytes = Self.valid[1]
            // filename_bytes, cwd_bytes, args_bytes

            withUnsafeBytes(of: length.littleEndian) {
                bytes.replaceSubrange(offset..<offset + 4, with: $0)
            }
            #expect(decodeError(bytes)?.reason == .truncated)
        }
    }

    @Test("Counts of a hook that lie are refused")
    func counts() {
        var bytes = Self.valid[4]
        bytes[60] = 33
        #expect(decodeError(bytes) == DecodeError(.countOverLimit, offset: 60, needed: 33, had: 32))
        bytes[60] = 32
        #expect(decodeError(bytes)?.reason == .truncated)
        bytes = Self.valid[4]
        bytes[62] = 9
        #expect(decodeError(bytes) == DecodeError(.countOverLimit, offset: 62, needed: 9, had: 8))
        bytes[62] = 3
        #expect(decodeError(bytes)?.reason == .truncated)
    }

    @Test("Arguments of the wrong size or type are refused")
    func arguments() {
        let short = RecordBuilder.Argument(type: 1, payload: [1, 2, 3, 4])
        #expect(
            decodeError(RecordBuilder.hook(.none, at: 0, selectors: [], arguments: [short]))?.reason
                == .malformedArgument)
        let unknown = RecordBuilder.Argument(type: 99, payload: [])
        #expect(
            decodeError(RecordBuilder.hook(.none, at: 0, selectors: [], arguments: [unknown]))?.reason
                == .malformedArgument)
        let unread = RecordBuilder.Argument(type: 1, flags: 1, payload: [])
        #expect(decodeError(RecordBuilder.hook(.none, at: 0, selectors: [], arguments: [unread])) == nil)
    }

    @Test("Flipped bytes never reach outside the record")
    func fuzz() throws {
        var random = SeededRandom(seed: 42)
        for _ in 0..<20_000 {
            var bytes = Self.valid[Int.random(in: 0..<Self.valid.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            // A block of its own, so that a sanitizer or valgrind sees what lies behind it.
            bytes.withUnsafeBytes { touch($0) }
        }
    }

    /// Reads everything that a record offers.
    private func touch(_ bytes: UnsafeRawBufferPointer) {
        guard let record = try? EventRecord(decoding: bytes) else { return }
        var sum = 0
        switch record {
        case .fork(let fork): sum = Int(fork.flags.rawValue & 1)
        case .exit(let exit): sum = Int(exit.exitCode & 1)
        case .throttle(let group): sum = group.name.count
        case .groupMade(let group): sum = group.name.utf8.count
        case .groupGone(let group): sum = Int(group.cgroupID & 1)
        case .execArgs(let part), .execEnvironment(let part): sum = part.arguments.reduce(0) { $0 + Int($1) }
        case .exec(let exec):
            for text in [exec.filename, exec.workingDirectory, exec.arguments] {
                sum = text.reduce(sum) { $0 + Int($1) }
            }
        case .loader(let load):
            sum = load.path.reduce(load.withBuildID { $0.count }) { $0 + Int($1) }
        case .hash(let hash): sum = hash.digest.reduce(0) { $0 + Int($1) }
        case .hook(let hook):
            sum += Int(hook.owner?.tid ?? 0) & 1
            for index in 0..<hook.wordsCount { sum += hook.matchedWord(index).nonzeroBitCount }
            for index in 0..<hook.argumentCount {
                sum = hook.argument(index).payload.reduce(sum) { $0 + Int($1) }
                sum += Int(hook.argument(index).integer & 1)
            }
        }
        #expect(sum >= 0)
    }
}
