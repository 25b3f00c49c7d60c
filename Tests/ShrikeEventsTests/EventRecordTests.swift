// SPDX-License-Identifier: Apache-2.0

import ShrikeABI
import ShrikeEvents
import ShrikeTestSupport
import Testing

@Suite struct EventRecordTests {
    @Test("A fork record is read field by field")
    func fork() throws {
        let bytes = hex(
            """
            48 00 00 00               # size_bytes 72
            01 00                     # kind fork
            03 00                     # cpu 3
            00 ca 9a 3b 00 00 00 00   # ktime_ns 1 s
            cb 08 00 00               # pid 2251
            cc 08 00 00               # tid 2252
            01 ca 9a 3b 00 00 00 00   # process.ktime_ns
            cb 08 00 00 00 00 00 00   # process.pid
            02 00 00 00 00 00 00 00   # parent.ktime_ns
            a2 08 00 00 00 00 00 00   # parent.pid 2210
            09 00 00 00 00 00 00 00   # cgroup_id
            05 00 00 00               # nspid
            00 40 00 02               # flags clone, in init tree
            """)
        try decode(bytes) { record in
            guard case .fork(let fork) = record else {
                Issue.record("not a fork")
                return
            }
            #expect(fork.header.ktime == 1_000_000_000)
            #expect(fork.header.cpu == 3)
            #expect(fork.header.pid == 2251)
            #expect(fork.header.tid == 2252)
            #expect(fork.process == ProcessKey(ktime: 1_000_000_001, pid: 2251))
            #expect(fork.parent == ProcessKey(ktime: 2, pid: 2210))
            #expect(fork.cgroupID == 9)
            #expect(fork.namespacePID == 5)
            #expect(fork.flags == [.clone, .inInitTree])
        }
    }

    @Test("An exec record has its three texts behind the fixed part")
    func exec() throws {
        var details = RecordBuilder.ExecDetails()
        details.setuid = 0
        details.privilegesChanged = 4
        details.links = 0
        details.capabilities = 1 << 21
        let bytes = RecordBuilder.exec(
            RecordKey(10, 5), parent: RecordKey(1, 4), replaced: RecordKey(9, 5), filename: "/bin/ls",
            cwd: "/tmp",
            arguments: ["-l", "a b"], details: details)
        try decode(bytes) { record in
            guard case .exec(let exec) = record else {
                Issue.record("not an exec")
                return
            }
            #expect(Array(exec.filename) == Array("/bin/ls".utf8))
            #expect(Array(exec.workingDirectory) == Array("/tmp".utf8))
            #expect(Array(exec.arguments) == Array("-l\0a b\0".utf8))
            #expect(exec.replaced == ProcessKey(ktime: 9, pid: 5))
            #expect(exec.setuid == 0)
            #expect(exec.setgid == nil)
            #expect(exec.inodeLinks == 0)
            #expect(exec.credentials.euid == 1_000)
            #expect(exec.credentials.effective == 1 << 21)
            #expect(exec.namespaces.uts == 4_026_531_830)
            #expect(exec.namespaces.user == 4_026_531_839)
            #expect(exec.argumentsTotalBytes == 7)
        }
    }

    @Test("A hook record has matched words and padded arguments")
    func hook() throws {
        let bytes = RecordBuilder.hook(
            RecordKey(10, 5), at: 20, tid: 6, hook: 3, generation: 4, selectors: [1, 64], words: 2,
            arguments: [.file("/etc/shadow"), .integer(-5), .string("")], flags: 0x5, signal: 9,
            overrideError: -1)
        #expect(bytes.count % 8 == 0)
        try decode(bytes) { record in
            guard case .hook(let hook) = record else {
                Issue.record("not a hook")
                return
            }
            #expect(hook.hookID == 3)
            #expect(hook.generation == 4)
            #expect(hook.header.tid == 6)
            #expect(hook.flags == [.signalSent, .overridden])
            #expect(hook.signal == 9)
            #expect(hook.overrideError == -1)
            #expect(hook.matchedWord(0) == 2)
            #expect(hook.matchedWord(1) == 1)
            #expect(hook.argumentCount == 3)
            #expect(Array(hook.argument(0).payload) == Array("/etc/shadow".utf8))
            #expect(hook.argument(0).mode == 0o100640)
            #expect(Int64(bitPattern: hook.argument(1).integer) == -5)
            #expect(hook.argument(2).type == .string)
            #expect(hook.argument(2).payload.isEmpty)
        }
    }

    @Test("A hook record of a return has the words of the entry behind those of the return")
    func hookOfReturn() throws {
        let bytes = RecordBuilder.hook(
            RecordKey(10, 5), at: 20, selectors: [3], words: 2, arguments: [.integer(-2)], flags: 0x31,
            signal: 9, returnSignal: 15, entrySelectors: [1, 65])
        try decode(bytes) { record in
            guard case .hook(let hook) = record else {
                Issue.record("not a hook")
                return
            }
            #expect(hook.flags == [.signalSent, .hasEntry, .returnSignalSent])
            #expect(hook.signal == 9)
            #expect(hook.returnSignal == 15)
            #expect(hook.matchedWord(0) == 8)
            #expect(hook.entryWord(0) == 2)
            #expect(hook.entryWord(1) == 2)
            #expect(Int64(bitPattern: hook.argument(0).integer) == -2)
        }
        let cut = RecordBuilder.hook(RecordKey(10, 5), at: 20, selectors: [3], words: 1, flags: 0x10)
        #expect(throws: DecodeError.self) { try decode(cut) { _ in } }
    }

    @Test("Sizes are those of the C structs")
    func sizes() {
        #expect(RecordBuilder.fork(.none, of: .none).count == MemoryLayout<shrike_event_fork>.size)
        #expect(
            RecordBuilder.exec(.none, parent: .none, replaced: .none, filename: "", cwd: "").count
                == MemoryLayout<shrike_event_exec>.size)
        #expect(RecordBuilder.exit(.none, at: 0).count == MemoryLayout<shrike_event_exit>.size)
        #expect(
            RecordBuilder.execArgs(.none, offset: 0, []).count == MemoryLayout<shrike_event_exec_args>.size)
        #expect(
            RecordBuilder.hook(.none, at: 0, selectors: [], words: 0).count
                == MemoryLayout<shrike_event_hook>.size)
        #expect(
            RecordBuilder.taskSeed(.none, parent: .none, comm: "").count
                == MemoryLayout<shrike_task_seed>.size)
        #expect(HookRecord.maximumArguments == Int(SHRIKE_MAX_ARGUMENTS))
    }

    @Test("Swift values of types and flags are the ABI's")
    func values() {
        #expect(UInt32(ArgumentType.path.rawValue) == SHRIKE_ARGUMENT_PATH.rawValue)
        #expect(UInt32(ArgumentType.size.rawValue) == SHRIKE_ARGUMENT_SIZE.rawValue)
        #expect(UInt32(HookArgumentFlags.pathless.rawValue) == SHRIKE_ARGUMENT_PATHLESS.rawValue)
        #expect(HookFlags.unknownProcess.rawValue == SHRIKE_HOOK_UNKNOWN_PROCESS.rawValue)
        #expect(HookFlags.overridden.rawValue == SHRIKE_HOOK_OVERRIDDEN.rawValue)
        #expect(ProcessFlags.inInitTree.rawValue == SHRIKE_PROCESS_IN_INIT_TREE.rawValue)
        #expect(
            ProcessFlags.unresolvedWorkingDirectory.rawValue == SHRIKE_PROCESS_UNRESOLVED_CWD.rawValue)
    }

    @Test("Seeds are decoded one after the other")
    func seeds() throws {
        let bytes =
            RecordBuilder.taskSeed(RecordKey(40, 1), parent: .kernel, comm: "systemd")
            + RecordBuilder.taskSeed(
                RecordKey(50, 2), parent: .kernel, comm: "sixteen-bytes-xx", isKernelThread: true)
        let seeds = try bytes.withUnsafeBytes { try TaskSeed.decode($0) }
        #expect(seeds.count == 2)
        #expect(seeds[0].process == ProcessKey(ktime: 40, pid: 1))
        #expect(seeds[0].comm == Array("systemd".utf8))
        #expect(seeds[1].isKernelThread)
        #expect(seeds[1].comm.count == 16)
        #expect(throws: DecodeError.self) {
            try bytes.dropLast().withUnsafeBytes { try TaskSeed.decode($0) }
        }
    }
}
