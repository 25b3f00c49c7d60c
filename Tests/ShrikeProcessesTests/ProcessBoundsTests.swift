// SPDX-License-Identifier: Apache-2.0

import ShrikeEvents
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct ProcessBoundsTests {
    @Test("At capacity the image that ended first goes, then a living one without descendants")
    func capacity() throws {
        let node = Node(ProcessTreeConfiguration(capacity: 16))
        node.boot()
        for pid in 10..<24 as Range<UInt32> {
            try node.exec(RecordKey(UInt64(pid), pid), parent: Node.initKey, replaced: .none)
        }
        #expect(node.tree.count == 16)
        try node.exit(RecordKey(12, 12), at: 1_000)
        try node.exit(RecordKey(11, 11), at: 1_001)
        try node.exec(RecordKey(100, 100), parent: Node.initKey, replaced: .none)
        #expect(!node.knows(RecordKey(12, 12)))
        #expect(node.knows(RecordKey(11, 11)))
        #expect(node.tree.counters.evictedEnded == 1)
        try node.exec(RecordKey(101, 101), parent: Node.initKey, replaced: .none)
        try node.exec(RecordKey(102, 102), parent: RecordKey(101, 101), replaced: .none)
        #expect(node.tree.counters.evictedEnded == 2)
        #expect(node.tree.counters.evictedLive == 1)
        #expect(node.tree.count == 16)
        #expect(node.knows(Node.initKey))
        #expect(node.knows(RecordKey(101, 101)), "the new image's parent is never the one to go")
    }

    @Test("A fork bomb keeps the tree at its capacity and every chain whole")
    func forkBomb() throws {
        let node = Node(ProcessTreeConfiguration(capacity: 64, maximumAncestors: 8))
        node.boot()
        var random = SeededRandom(seed: 3)
        var keys = [Node.initKey]
        for step in 1...20_000 as ClosedRange<UInt32> {
            let parent = keys[Int.random(in: max(0, keys.count - 40)..<keys.count, using: &random)]
            let key = RecordKey(UInt64(step) + 1_000, step + 100)
            try node.fork(key, of: parent)
            keys.append(key)
            if step % 3 == 0 { try node.exit(keys[keys.count - 2], at: UInt64(step) + 1_000) }
            if step % 50 == 0 { node.tree.endOfBatch() }
            guard step % 10 == 0 else { continue }
            #expect(node.tree.count <= 64)
            #expect(node.knows(key))
            #expect(try node.ancestorPIDs(key).count <= 10)
        }
        #expect(node.tree.counters.evictedLive + node.tree.counters.evictedEnded > 10_000)
    }

    @Test("A chain of dead parents is cut in front of its root, not at its end")
    func longChain() throws {
        let node = Node(ProcessTreeConfiguration(maximumAncestors: 6))
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none, "/bin/daemon")
        var parent = RecordKey(100, 5)
        for pid in 100...1_000 as ClosedRange<UInt32> {
            let key = RecordKey(UInt64(pid) * 10_000_000_000, pid)
            try node.fork(key, of: parent)
            try node.exit(parent, at: key.ktime + 1)
            node.tree.endOfBatch()
            parent = key
        }
        let ancestors = try node.ancestorPIDs(parent)
        #expect(ancestors.last == 1)
        #expect(ancestors.first == 998)
        #expect(ancestors.count <= 8)
        #expect(try node.json(parent)?["binary"]?.text == "/bin/daemon")
        #expect(node.tree.count < 20)
        #expect(node.tree.counters.shortenedChains > 800)
        #expect(node.tree.counters.evictedLive == 0)
    }

    @Test("A script that execs itself for ever stays bounded")
    func execLoop() throws {
        let node = Node()
        node.boot()
        var previous = Node.initKey
        for step in 1...5_000 as ClosedRange<UInt64> {
            let key = RecordKey(step * 500_000_000, 5)
            try node.exec(key, parent: previous, replaced: step == 1 ? .none : previous)
            previous = key
            node.tree.endOfBatch()
        }
        #expect(node.tree.count < 80)
        #expect(try node.ancestorPIDs(previous).last == 1)
    }

    @Test("Memory for rendered processes is bounded: arguments are cut")
    func memory() throws {
        let node = Node(ProcessTreeConfiguration(fragmentBytes: 1 << 20))
        node.boot()
        let argument = String(repeating: "A", count: 100_000)
        for pid in 10..<200 as Range<UInt32> {
            try node.exec(
                RecordKey(UInt64(pid), pid), parent: Node.initKey, replaced: .none, arguments: [argument])
            try node.fork(RecordKey(UInt64(pid) + 1, pid + 1_000), of: RecordKey(UInt64(pid), pid))
            #expect(node.text(RecordKey(UInt64(pid) + 1, pid + 1_000)) != nil)
        }
        #expect(node.tree.fragmentBytes <= 1 << 20 + 1 << 18)
        #expect(node.tree.counters.reducedProcesses > 100)
        let last = try node.json(RecordKey(199, 199))
        #expect(last?["arguments"]?.text?.utf8.count == 256)
        #expect(last?["flags"]?.text == "execve truncArgs clone")
    }

    @Test("Ten thousand processes take a few megabytes, and ending gives the room back")
    func footprint() throws {
        let node = Node()
        node.boot()
        for pid in 10..<10_010 as Range<UInt32> {
            try node.exec(
                RecordKey(UInt64(pid), pid), parent: Node.initKey, replaced: .none,
                arguments: ["--config", "/etc/service/\(pid).conf"])
        }
        let full = node.tree.fragmentBytes
        #expect(full < 6 << 20)
        for round in 1...3 as ClosedRange<UInt64> {
            let time = round * 10_000_000_000
            for pid in 10..<10_010 as Range<UInt32> {
                let previous = round == 1 ? 0 : time - 5_000_000_000
                try node.exit(RecordKey(UInt64(pid) + previous, pid), at: time)
            }
            for pid in 10..<10_010 as Range<UInt32> {
                try node.exec(
                    RecordKey(UInt64(pid) + time + 5_000_000_000, pid), parent: Node.initKey, replaced: .none,
                    arguments: ["--config", "/etc/service/\(pid).conf"])
            }
            for _ in 0..<3 { node.tree.endOfBatch() }
        }
        #expect(node.tree.count == 10_002)
        #expect(node.tree.fragmentBytes < full * 5 / 2)
    }

    @Test(
        "A storm of commands does not fill the memory with its dead, and a calm one keeps them for their time"
    )
    func endedImages() throws {
        let node = Node(ProcessTreeConfiguration(retainedBatches: 1, retainedImages: 100))
        node.boot()
        func run(_ count: UInt64, from start: UInt64, each step: UInt64) throws {
            for number in 0..<count {
                let key = RecordKey(start + number * step, UInt32(300 + number))
                try node.exec(key, parent: Node.initKey, replaced: .none)
                try node.exit(key, at: key.ktime + 1)
                node.tree.endOfBatch()
            }
        }
        try run(80, from: 1_000, each: 1_000)
        #expect(node.tree.count == 2 + 80)
        try run(1_000, from: 1_000_000, each: 1_000)
        #expect(node.tree.count == 2 + 100)
        try run(1, from: 5_000_000_000, each: 1)
        #expect(node.tree.count == 2 + 1)
        #expect(node.tree.counters == ProcessCounters())
    }

    @Test("The table finds every image among many of few pids")
    func tableModel() throws {
        let node = Node(ProcessTreeConfiguration(retainedBatches: 1, retainedNanoseconds: 0))
        node.boot()
        var random = SeededRandom(seed: 11)
        var live: [UInt32: RecordKey] = [:]
        for time in 1_000..<40_000 as Range<UInt64> {
            let pid = UInt32.random(in: 300..<700, using: &random)
            if let key = live[pid], Bool.random(using: &random) {
                try node.exit(key, at: time)
                live[pid] = nil
            } else {
                let key = RecordKey(time, pid)
                try node.exec(key, parent: Node.initKey, replaced: live[pid] ?? .none)
                live[pid] = key
            }
            if time % 7 == 0 {
                node.tree.endOfBatch()
                #expect(node.tree.count == live.count + 2)
            }
        }
        for key in live.values { #expect(node.knows(key)) }
        #expect(node.tree.counters == ProcessCounters())
    }
}
