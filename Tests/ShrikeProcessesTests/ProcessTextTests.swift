// SPDX-License-Identifier: Apache-2.0

import ShrikeEvents
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct ProcessTextTests {
    private func process(
        _ filename: String = "/bin/x", cwd: String = "/home/ana", flags: UInt32 = 0x4001,
        arguments: [String] = []
    ) throws -> StrictJSON? {
        let node = Node()
        var details = RecordBuilder.ExecDetails()
        details.flags = flags
        try node.exec(
            RecordKey(100, 5), parent: .none, replaced: .none, filename, cwd: cwd, arguments: arguments,
            details: details)
        return try node.json(RecordKey(100, 5))
    }

    @Test(
        "Arguments are joined by the incumbent's rule (with a working directory as text)",
        arguments: [
            ([], nil),
            (["a"], "a"),
            (["-r", "api key", "notes"], "-r \"api key\" notes"),
            (["a b"], " \"a b\""),
            (["a b", "c d"], " \"a b\" \"c d\""),
            (["", "a"], "a"),
            (["", "", "a"], "a"),
            (["a", "", "b"], "a  b"),
            (["a", ""], "a "),
            (["a", "", ""], "a  "),
            (["", ""], nil),
            (["tab\there", "new\nline", "quote\"d"], "tab\there new\nline quote\"d"),
            (["say \"hi\""], " \"say \"hi\"\""),
            ([" "], " \" \""),
        ] as [([String], String?)])
    func joining(_ arguments: [String], _ expected: String?) throws {
        #expect(try process(arguments: arguments)?["arguments"]?.text == expected)
    }

    @Test(
        "Without a working directory as text, empty arguments at the end vanish",
        arguments: [
            (["a", ""], "a"), (["a", "", "b", "", ""], "a  b"), ([""], nil), (["a b", ""], " \"a b\""),
        ] as [([String], String?)])
    func trimming(_ arguments: [String], _ expected: String?) throws {
        #expect(try process(cwd: "", flags: 0x5001, arguments: arguments)?["arguments"]?.text == expected)
    }

    @Test(
        "A relative file name is joined to the working directory and cleaned",
        arguments: [
            ("/usr/../bin/./ls", "/home/ana", "/usr/../bin/./ls"),
            ("./script.sh", "/tmp", "/tmp/script.sh"),
            ("../../x", "/a/b/c", "/a/x"),
            ("../../../../x", "/a", "/x"),
            ("a//b/./c/..", "/d/", "/d/a/b"),
            ("x", "", "x"),
            ("../x", "", "../x"),
        ])
    func binaries(_ filename: String, _ cwd: String, _ expected: String) throws {
        #expect(try process(filename, cwd: cwd)?["binary"]?.text == expected)
    }

    @Test("The root as working directory comes as a flag")
    func rootDirectory() throws {
        let root = try process("./x", cwd: "", flags: 0x5001)
        #expect(root?["cwd"]?.text == "/")
        #expect(root?["binary"]?.text == "/x")
        #expect(root?["flags"]?.text == "execve rootcwd clone")
        #expect(try process(cwd: "", flags: 0x6001)?["cwd"] == nil)
        #expect(try process(cwd: "", flags: 0x7001)?["cwd"] == nil)
    }

    @Test(
        "Flags are words in the reference's order",
        arguments: [
            (0x4001, "execve clone"),
            (0x200_5001, "execve rootcwd clone inInitTree"),
            (
                0xffff_ffff & ~0x3000,
                "execve procFS errorEnvs truncArgs miss errorFilename errorArgs nocwd clone "
                    + "errorCgroupName errorCgroupID errorCgroupSubsysCgrp errorCgroupSubsys errorCgroups "
                    + "errorPathResolutionCwd dataFilename dataArgs inInitTree"
            ),
        ] as [(UInt32, String)])
    func flagWords(_ flags: UInt32, _ expected: String) throws {
        #expect(try process(flags: flags)?["flags"]?.text == expected)
        #expect(try process(flags: 0)?["flags"] == nil)
    }

    @Test("Parts of an argv come before the exec record and make one text")
    func parts() throws {
        let node = Node()
        let key = RecordKey(100, 5)
        let other = RecordKey(101, 6)
        let long = [UInt8](repeating: UInt8(ascii: "A"), count: 8_192)
        try node.apply(RecordBuilder.execArgs(key, offset: 0, long))
        try node.apply(RecordBuilder.execArgs(other, offset: 0, [UInt8(ascii: "o"), 0]))
        try node.apply(RecordBuilder.execArgs(key, offset: 8_192, Array("B\0c".utf8)))
        var details = RecordBuilder.ExecDetails()
        details.totalArgumentBytes = 8_198
        try node.exec(key, parent: .none, replaced: .none, arguments: ["d", ""], details: details)
        let process = try node.json(key)
        #expect(process?["arguments"]?.text == String(repeating: "A", count: 8_192) + "B cd ")
        #expect(process?["flags"]?.text == "execve clone dataArgs")
        #expect(node.tree.counters.droppedArgumentBytes == 0)
    }

    @Test("A lost part is counted, marked, and makes no argument of two halves")
    func lostPart() throws {
        let node = Node()
        let key = RecordKey(100, 5)
        try node.apply(RecordBuilder.execArgs(key, offset: 0, Array("abc".utf8)))
        try node.apply(RecordBuilder.execArgs(key, offset: 10, Array("def\0".utf8)))
        var details = RecordBuilder.ExecDetails()
        details.totalArgumentBytes = 16
        try node.exec(key, parent: .none, replaced: .none, arguments: ["x"], details: details)
        #expect(try node.json(key)?["arguments"]?.text == "abc def x")
        #expect(try node.json(key)?["flags"]?.text == "execve truncArgs clone dataArgs")
        #expect(node.tree.counters.droppedArgumentBytes == 7)
    }

    @Test("All parts lost: what is in the exec record is there")
    func lostParts() throws {
        let node = Node()
        var details = RecordBuilder.ExecDetails()
        details.totalArgumentBytes = 1_002
        try node.exec(RecordKey(100, 5), parent: .none, replaced: .none, arguments: ["x"], details: details)
        #expect(try node.json(RecordKey(100, 5))?["flags"]?.text == "execve truncArgs clone")
        #expect(node.tree.counters.droppedArgumentBytes == 1_000)
    }

    @Test("Parts without their exec are bounded and counted")
    func orphanParts() throws {
        let node = Node()
        for pid in 0..<1_000 as Range<UInt32> {
            try node.apply(
                RecordBuilder.execArgs(RecordKey(1, pid), offset: 0, [UInt8](repeating: 65, count: 8_192)))
        }
        #expect(node.tree.counters.droppedArgumentBytes == (1_000 - 32) * 8_192)
        #expect(node.tree.counters.unmatchedArgumentParts == 1_000 - 32)
    }

    @Test("An argv above the limit is cut")
    func limit() throws {
        let node = Node(ProcessTreeConfiguration(maximumArgumentBytes: 1_000))
        let key = RecordKey(100, 5)
        for part in 0..<4 as Range<UInt32> {
            try node.apply(
                RecordBuilder.execArgs(key, offset: part * 600, [UInt8](repeating: 65, count: 600)))
        }
        var details = RecordBuilder.ExecDetails()
        details.totalArgumentBytes = 2_402
        try node.exec(key, parent: .none, replaced: .none, arguments: ["x"], details: details)
        #expect(try node.json(key)?["arguments"]?.text?.utf8.count == 1_000)
        #expect(node.tree.counters.droppedArgumentBytes == 1_402)
    }

    @Test("Credentials and namespaces are printed when asked for")
    func credentials() throws {
        let node = Node(ProcessTreeConfiguration(credentials: true, namespaces: true))
        node.boot()
        var details = RecordBuilder.ExecDetails()
        details.capabilities = 1 << 1 | 1 << 21 | 1 << 63
        try node.exec(RecordKey(100, 5), parent: Node.initKey, replaced: .none, details: details)
        let process = try #require(try node.json(RecordKey(100, 5)))
        #expect(
            process["cap"]?["effective"]
                == .array([.string("DAC_OVERRIDE"), .string("CAP_SYS_ADMIN"), .number("63")]))
        #expect(process["cap"]?["inheritable"] == nil)
        #expect(process["process_credentials"]?["fsgid"]?.integer == 1_000)
        #expect(process["ns"]?["uts"]?["inum"]?.integer == 4_026_531_830)
        #expect(process["ns"]?["uts"]?["is_host"] == nil)
        #expect(
            process.keys.suffix(6) == [
                "parent_exec_id", "cap", "ns", "tid", "process_credentials", "in_init_tree",
            ])
        try node.fork(RecordKey(200, 6), of: RecordKey(100, 5))
        #expect(try node.json(RecordKey(200, 6))?["cap"] == process["cap"])
        #expect(try node.json(RecordKey(200, 6))?["process_credentials"] == process["process_credentials"])
    }
}
