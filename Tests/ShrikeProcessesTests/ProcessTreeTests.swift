// SPDX-License-Identifier: Apache-2.0

import ShrikeEvents
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct ProcessTreeTests {
    private let second: UInt64 = 1_000_000_000

    @Test("Fork and exec give a process, its parent and all ancestors up to pid 1")
    func chain() throws {
        let node = Node()
        node.boot()
        var parent = Node.initKey
        for step in 1...5 as ClosedRange<UInt64> {
            let fork = RecordKey(step * 100, UInt32(100 + step))
            let image = RecordKey(step * 100 + 50, fork.pid)
            try node.fork(fork, of: parent)
            try node.exec(image, parent: parent, replaced: fork, "/bin/step\(step)")
            parent = image
        }
        #expect(try node.parentPID(parent) == 104)
        #expect(try node.ancestorPIDs(parent) == [103, 102, 101, 1])
        #expect(try node.json(parent)?["binary"]?.text == "/bin/step5")
        #expect(node.tree.counters == ProcessCounters())
    }

    @Test("Pid 1 has the kernel as parent and no ancestors, its children have none either")
    func roots() throws {
        let node = Node()
        node.boot()
        #expect(try node.parentPID(.kernel) == 0)
        #expect(try node.parentPID(Node.initKey) == 0)
        #expect(try node.ancestorPIDs(Node.initKey) == [])
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none)
        #expect(try node.ancestorPIDs(RecordKey(100, 5)) == [])
        #expect(
            node.text(.kernel)
                == #"{"exec_id":"bjoxOjA=","pid":0,"uid":0,"binary":"<kernel>","flags":"procFS","#
                + #""start_time":"1970-01-01T00:16:40.000000001Z","auid":4294967295,"#
                + #""parent_exec_id":"bjoxOjA=","tid":0,"in_init_tree":false}"#)
    }

    @Test("An exec without a fork has the previous image of the same pid as parent")
    func reexec() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none, "/bin/sh")
        try node.exec(RecordKey(200, 5), parent: RecordKey(100, 5), replaced: RecordKey(100, 5), "/bin/ls")
        #expect(try node.parentPID(RecordKey(200, 5)) == 5)
        #expect(try node.ancestorPIDs(RecordKey(200, 5)) == [1])
        // The replaced image stays as long as the new one descends from it.
        try node.exit(RecordKey(200, 5), at: 300)
        #expect(node.knows(RecordKey(100, 5)))
        try node.fork(RecordKey(10 * second, 6), of: Node.initKey)
        for _ in 0..<3 { node.tree.endOfBatch() }
        #expect(!node.knows(RecordKey(200, 5)))
        #expect(!node.knows(RecordKey(100, 5)))
    }

    @Test("The forked copy is shown as its parent with ids of its own, and goes after the exec")
    func forkedCopy() throws {
        let node = Node()
        node.boot()
        let shell = RecordKey(100, 5)
        try node.exec(
            shell, parent: Node.initKey, replaced: .none, "/bin/sh", arguments: ["-c", "x \"y\" z"])
        try node.fork(RecordKey(200, 6), of: shell, flags: 0x4000)
        let copy = try node.json(RecordKey(200, 6))
        #expect(copy?["binary"]?.text == "/bin/sh")
        #expect(copy?["arguments"]?.text == "-c \"x \"y\" z\"")
        #expect(copy?["flags"]?.text == "execve")
        #expect(copy?["refcnt"]?.integer == 1)
        #expect(copy?["pid"]?.integer == 6)
        #expect(copy?["tid"]?.integer == 6)
        #expect(copy?["parent_exec_id"] == (try node.json(shell))?["exec_id"])
        #expect(
            copy?.keys == [
                "exec_id", "pid", "uid", "cwd", "binary", "arguments", "flags", "start_time", "auid",
                "parent_exec_id", "refcnt", "tid", "in_init_tree",
            ])
        try node.exec(RecordKey(300, 6), parent: shell, replaced: RecordKey(200, 6))
        #expect(node.knows(RecordKey(200, 6)), "a hook event from before the exec may still come")
        try node.fork(RecordKey(10 * second, 7), of: shell)
        for _ in 0..<3 { node.tree.endOfBatch() }
        #expect(!node.knows(RecordKey(200, 6)))
        #expect(node.knows(RecordKey(300, 6)))
    }

    @Test("Forks of forks are rendered when asked for, from the top")
    func forksOfForks() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none, "/bin/deep")
        var parent = RecordKey(100, 5)
        for pid in 6...20 as ClosedRange<UInt32> {
            try node.fork(RecordKey(UInt64(pid) * 100, pid), of: parent, flags: 0x200_0000)
            parent = RecordKey(UInt64(pid) * 100, pid)
        }
        #expect(try node.json(parent)?["binary"]?.text == "/bin/deep")
        #expect(try node.json(parent)?["flags"]?.text == "execve inInitTree")
        #expect(try node.json(parent)?["in_init_tree"] == .bool(true))
        #expect(try node.ancestorPIDs(parent).first == 18)
    }

    @Test("A thread that is not the leader execs: the pid stays")
    func threadExec() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none)
        var bytes = RecordBuilder.exec(
            RecordKey(200, 5), parent: RecordKey(100, 5), replaced: RecordKey(100, 5), filename: "/bin/y")
        bytes[20] = 9  // header.tid of the thread that called execve
        try node.apply(bytes)
        #expect(try node.json(RecordKey(200, 5))?["tid"]?.integer == 5)
        #expect(try node.parentPID(RecordKey(200, 5)) == 5)
    }

    @Test("A parent that ends stays for its children, and parent_exec_id with it")
    func doubleFork() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none, "/bin/start")
        try node.fork(RecordKey(200, 6), of: RecordKey(100, 5))
        try node.fork(RecordKey(300, 7), of: RecordKey(200, 6))
        try node.exit(RecordKey(200, 6), at: 400)
        try node.exit(RecordKey(100, 5), at: 500)
        try node.fork(RecordKey(10 * second, 8), of: Node.initKey)
        for _ in 0..<5 { node.tree.endOfBatch() }
        #expect(try node.parentPID(RecordKey(300, 7)) == 6)
        #expect(try node.ancestorPIDs(RecordKey(300, 7)) == [5, 1])
        #expect(try node.json(RecordKey(300, 7))?["binary"]?.text == "/bin/start")
        // Re-parented before the exec: the kernel side names the new parent.
        try node.exec(RecordKey(11 * second, 7), parent: Node.initKey, replaced: RecordKey(300, 7))
        #expect(try node.parentPID(RecordKey(11 * second, 7)) == 1)
        try node.fork(RecordKey(30 * second, 9), of: Node.initKey)
        for _ in 0..<5 { node.tree.endOfBatch() }
        for key in [RecordKey(300, 7), RecordKey(200, 6), RecordKey(100, 5)] { #expect(!node.knows(key)) }
    }

    @Test("An ended process can be asked for in the next batch, and for a second of kernel time")
    func lateHook() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none)
        try node.exit(RecordKey(100, 5), at: 200)
        node.tree.endOfBatch()
        #expect(node.knows(RecordKey(100, 5)))
        for _ in 0..<10 { node.tree.endOfBatch() }
        #expect(node.knows(RecordKey(100, 5)), "no kernel time has passed")
        try node.fork(RecordKey(200 + second, 6), of: Node.initKey)
        node.tree.endOfBatch()
        #expect(!node.knows(RecordKey(100, 5)))
        #expect(node.tree.counters == ProcessCounters())
    }

    @Test("A pid that is used again is another process")
    func pidReuse() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none, "/bin/old")
        try node.exit(RecordKey(100, 5), at: 200)
        try node.fork(RecordKey(300, 5), of: Node.initKey)
        try node.exec(RecordKey(400, 5), parent: Node.initKey, replaced: RecordKey(300, 5), "/bin/new")
        #expect(try node.json(RecordKey(100, 5))?["binary"]?.text == "/bin/old")
        #expect(try node.json(RecordKey(300, 5))?["binary"]?.text == "/sbin/init")
        #expect(try node.json(RecordKey(400, 5))?["binary"]?.text == "/bin/new")
        #expect(node.tree.counters.lostExits == 0)
    }

    @Test("A pid that comes back without an exit had its exit lost")
    func lostExit() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none)
        try node.fork(RecordKey(300, 5), of: Node.initKey)
        #expect(node.tree.counters.lostExits == 1)
        try node.fork(RecordKey(10 * second, 6), of: Node.initKey)
        for _ in 0..<3 { node.tree.endOfBatch() }
        #expect(!node.knows(RecordKey(100, 5)))
        #expect(node.knows(RecordKey(300, 5)))
    }

    @Test("A lost fork costs nothing once the exec is there")
    func lostFork() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(200, 5), parent: Node.initKey, replaced: RecordKey(100, 5), "/bin/x")
        #expect(try node.parentPID(RecordKey(200, 5)) == 1)
        #expect(node.tree.counters == ProcessCounters())
    }

    @Test("Who ends before the agent has looked at it is no loss, who ends later without being known is one")
    func endedUnseen() throws {
        let node = Node()
        node.tree.seededAt = 1_000
        node.boot()
        try node.exit(RecordKey(10, 7), at: 999)
        #expect(node.tree.counters.unknownProcesses == 0)
        try node.exit(RecordKey(10, 8), at: 1_000)
        #expect(node.tree.counters.unknownProcesses == 1)
    }

    @Test("An exit for which the kernel side had no key is that of whoever lives under the pid")
    func exitWithoutKey() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none)
        try node.exit(RecordKey(0, 5), at: 200)
        #expect(node.tree.counters == ProcessCounters())
        for _ in 0..<3 {
            try node.fork(RecordKey(10 * second, 6), of: Node.initKey)
            node.tree.endOfBatch()
        }
        #expect(!node.knows(RecordKey(100, 5)))
        try node.exit(RecordKey(0, 5), at: 11 * second)
        #expect(node.tree.counters.unknownProcesses == 1)
    }

    @Test("A lost exec leaves its children with a parent id and nothing else")
    func lostExec() throws {
        let node = Node()
        node.boot()
        try node.fork(RecordKey(300, 6), of: RecordKey(200, 5))
        #expect(node.tree.counters.unknownParents == 1)
        let child = try node.json(RecordKey(300, 6))
        #expect(child?["binary"] == nil)
        #expect(child?["pid"]?.integer == 6)
        #expect(child?["parent_exec_id"]?.text == "bjoyMDA6NQ==")  // n:200:5
        #expect(try node.parentPID(RecordKey(300, 6)) == nil)
        try node.exit(RecordKey(999, 99), at: 1_000)
        #expect(node.tree.counters.unknownProcesses == 1)
    }

    @Test("A parent that the kernel side did not know has ktime 0 in the id, pid 0 is the kernel")
    func unknownParentKeys() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: RecordKey(0, 4), replaced: .none)
        #expect(try node.json(RecordKey(100, 5))?["parent_exec_id"]?.text == "bjowOjQ=")  // n:0:4
        try node.exec(RecordKey(100, 6), parent: RecordKey(0, 0), replaced: .none)
        #expect(try node.json(RecordKey(100, 6))?["parent_exec_id"]?.text == "bjoxOjA=")  // n:1:0
    }

    @Test("The same image twice is counted and changes no links")
    func duplicates() throws {
        let node = Node()
        node.boot()
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none, "/bin/a")
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none, "/bin/b")
        try node.fork(RecordKey(100, 5), of: Node.initKey)
        node.boot()
        #expect(node.tree.counters.duplicates == 4)
        #expect(try node.json(RecordKey(100, 5))?["binary"]?.text == "/bin/b")
        #expect(node.tree.count == 3)
    }

    @Test("The count of references is one for the process and one for each living child")
    func references() throws {
        let node = Node()
        node.boot()
        let shell = RecordKey(100, 5)
        try node.exec(shell, parent: Node.initKey, replaced: .none)
        #expect(try node.json(shell, tid: 77)?["refcnt"]?.integer == 1)
        #expect(try node.json(shell, tid: 77)?["tid"]?.integer == 77)
        #expect(try node.json(shell)?["refcnt"] == nil)
        try node.fork(RecordKey(200, 6), of: shell)
        try node.exec(RecordKey(300, 6), parent: shell, replaced: RecordKey(200, 6))
        #expect(try node.json(shell, tid: 5)?["refcnt"]?.integer == 2)
        try node.exit(RecordKey(300, 6), at: 400)
        #expect(try node.json(shell, tid: 5)?["refcnt"]?.integer == 1)
        try node.exit(shell, at: 500)
        #expect(try node.json(shell, tid: 5)?["refcnt"] == nil)
    }
}
