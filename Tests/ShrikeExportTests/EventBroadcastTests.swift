// SPDX-License-Identifier: Apache-2.0
// Live readers lose their own events only, and are told how many.

import ShrikeExport
import Testing

@Suite struct EventBroadcastTests {
    /// Takes everything.
    private final class Everything: LineSink {
        var taken = 0

        func write(_ bytes: UnsafeRawBufferPointer) -> Int {
            taken += bytes.count
            return bytes.count
        }
    }

    private func write(_ text: String, to sink: BroadcastSink) -> Int {
        Array(text.utf8).withUnsafeBytes { sink.write($0) }
    }

    @Test func everyReaderGetsEveryLine() async {
        let broadcast = EventBroadcast()
        let primary = Everything()
        let sink = BroadcastSink(primary, broadcast)
        #expect(write("nobody listens\n", to: sink) == 15)
        let readers = [broadcast.subscribe(limit: 10), broadcast.subscribe(limit: 10)]
        #expect(broadcast.subscriberCount == 2)
        #expect(write("one\ntwo\n", to: sink) == 8)
        #expect(primary.taken == 23)
        broadcast.endAll()
        for reader in readers {
            var chunks: [[UInt8]] = []
            for await batch in reader.batches() {
                #expect(batch.lost == 0)
                chunks += batch.chunks
            }
            #expect(chunks == [Array("one\ntwo\n".utf8)])
            broadcast.end(reader)
            broadcast.end(reader)
        }
        #expect(broadcast.subscriberCount == 0)
    }

    @Test func aSlowReaderIsToldWhatItLost() async {
        let broadcast = EventBroadcast()
        let sink = BroadcastSink(Everything(), broadcast)
        let slow = broadcast.subscribe(limit: 3)
        let fast = broadcast.subscribe(limit: 100)
        for number in 0..<10 { _ = write("line \(number)\n", to: sink) }
        broadcast.endAll()
        var (lines, lost) = (0, UInt64(0))
        for await batch in slow.batches() {
            lines += batch.chunks.count
            lost += batch.lost
        }
        #expect(lines == 3)
        #expect(lost == 7)
        #expect(broadcast.lostLines == 7)
        var fastLines = 0
        for await batch in fast.batches() { fastLines += batch.chunks.count }
        #expect(fastLines == 10)
    }

    @Test func aBatchLargerThanTheLimitIsTakenWhenNothingWaits() async {
        let broadcast = EventBroadcast()
        let sink = BroadcastSink(Everything(), broadcast)
        let reader = broadcast.subscribe(limit: 1)
        _ = write("one\ntwo\nthree\n", to: sink)
        _ = write("four\n", to: sink)
        broadcast.endAll()
        var (bytes, lost) = (0, UInt64(0))
        for await batch in reader.batches() {
            bytes += batch.chunks.reduce(0) { $0 + $1.count }
            lost += batch.lost
        }
        #expect(bytes == 14)
        #expect(lost == 1)
    }

    /// Reads until the end, with a pause behind each batch; the numbers of the lines that came, and the lost ones.
    private func read(
        _ subscription: EventSubscription, pause: Duration
    ) async -> (numbers: [Int], lost: UInt64) {
        var (numbers, lost) = ([Int](), UInt64(0))
        for await batch in subscription.batches() {
            for chunk in batch.chunks {
                for line in chunk.split(separator: 0x0a) {
                    numbers.append(Int(String(decoding: line, as: UTF8.self)) ?? -1)
                }
            }
            lost += batch.lost
            if pause > .zero { try? await Task.sleep(for: pause) }
        }
        return (numbers, lost)
    }

    @Test func twoSlowReadersCostAFastOneNothing() async {
        let broadcast = EventBroadcast()
        let primary = Everything()
        let sink = BroadcastSink(primary, broadcast)
        let total = 20_000
        let slow = [broadcast.subscribe(limit: 50), broadcast.subscribe(limit: 500)]
        let fast = broadcast.subscribe(limit: 1_000_000)
        async let first = read(slow[0], pause: .milliseconds(20))
        async let second = read(slow[1], pause: .milliseconds(5))
        async let all = read(fast, pause: .zero)
        var written = 0
        for start in stride(from: 0, to: total, by: 10) {
            written += write((start..<start + 10).map { "\($0)\n" }.joined(), to: sink)
            if start % 1_000 == 0 { try? await Task.sleep(for: .milliseconds(2)) }
        }
        broadcast.endAll()
        let results = await (first, second, all)
        #expect(primary.taken == written)
        #expect(results.2.numbers == Array(0..<total))
        #expect(results.2.lost == 0)
        // Whole accounts: what a slow one did not get it was told of, and what it got is in order.
        for result in [results.0, results.1] {
            #expect(result.numbers.count + Int(result.lost) == total)
            #expect(result.numbers == result.numbers.sorted())
            #expect(Set(result.numbers).count == result.numbers.count)
        }
        #expect(results.0.lost > 0)
        #expect(broadcast.lostLines == results.0.lost + results.1.lost)
    }
}
