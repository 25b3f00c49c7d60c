// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ShrikeExport

@Suite struct LineQueueTests {
    private func line(_ number: Int) -> [UInt8] {
        Array("\(number) ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: number % 300) + [0x0a]
    }

    /// Takes out at most so many bytes.
    private func take(_ queue: LineQueue, limit: Int = .max) -> [UInt8] {
        let (first, second) = queue.peek(limit: limit)
        let bytes = Array(first) + Array(second)
        queue.advance(bytes.count)
        return bytes
    }

    @Test("A queue that is emptied in between stays in its first bytes")
    func staysInFirstBytes() throws {
        let queue = LineQueue(capacity: 4_096)
        var places: Set<UnsafeRawPointer> = []
        for number in 0..<1_000 {
            let expected = line(number)
            #expect(expected.withUnsafeBytes { queue.put($0) } == expected.count)
            try places.insert(#require(queue.peek(limit: .max).0.baseAddress))
            #expect(take(queue) == expected)
        }
        #expect(places.count == 1)
    }

    @Test("What is taken out in any pieces is what was put in, around the end and from the start again")
    func anyPieces() {
        let queue = LineQueue(capacity: 4_096)
        var random = SystemRandomNumberGenerator()
        var waiting: [UInt8] = []
        var (emptied, wrapped) = (0, 0)
        for number in 0..<20_000 {
            let new = line(number)
            let taken = new.withUnsafeBytes { queue.put($0) }
            if waiting.count + new.count <= 4_096 {
                #expect(taken == new.count)
                waiting += new
            } else {
                #expect(taken == 0)
            }
            let got = take(queue, limit: Int.random(in: 0...320, using: &random))
            #expect(got.elementsEqual(waiting.prefix(got.count)))
            waiting.removeFirst(got.count)
            #expect(queue.count == waiting.count)
            if waiting.isEmpty { emptied += 1 }
            if queue.peek(limit: .max).1.count > 0 { wrapped += 1 }
            // Now and then the reader catches up.
            if number % 97 == 0 {
                #expect(take(queue) == waiting)
                waiting = []
            }
        }
        #expect(emptied > 0 && wrapped > 0)
    }

    @Test("Two threads: every line comes out once, in order")
    func twoThreads() {
        let queue = LineQueue(capacity: 4_096)
        let count = 200_000
        Thread.detachNewThread {
            for number in 0..<count {
                let new = line(number)
                while new.withUnsafeBytes({ queue.put($0) }) == 0 { sched_yield() }
            }
        }
        var number = 0
        var rest: [UInt8] = []
        while number < count {
            rest += take(queue)
            var lines = rest.split(separator: 0x0a, omittingEmptySubsequences: false)
            rest = Array(lines.removeLast())
            for got in lines {
                guard got.elementsEqual(line(number).dropLast()) else {
                    Issue.record("line \(number) came out as \(String(decoding: got, as: UTF8.self))")
                    return
                }
                number += 1
            }
            if lines.isEmpty { sched_yield() }
        }
        #expect(queue.count == 0)
    }
}
