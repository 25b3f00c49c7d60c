// SPDX-License-Identifier: Apache-2.0
// Environments: what is kept of them, what is taken out, and who has them.

import ShrikePattern
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct EnvironmentTests {
    private let shell = RecordKey(100, 50)
    private let fork = RecordKey(200, 51)

    private func node(names: Set<String> = [], redact: [String] = []) throws -> Node {
        var configuration = ProcessTreeConfiguration(environment: EnvironmentSelection(names: names))
        if !redact.isEmpty {
            configuration.redactor = Redactor(rules: [
                RedactionRule(binaries: [], patterns: try redact.map { try Pattern($0) })
            ])
        }
        let node = Node(configuration)
        node.boot()
        return node
    }

    private func exec(_ node: Node, _ environment: [String], split: Int = .max) throws {
        let bytes: [UInt8] = environment.flatMap { Array($0.utf8) + [0] }
        var offset = 0
        while offset < bytes.count {
            let part = Array(bytes[offset..<min(bytes.count, offset + min(split, bytes.count))])
            try node.apply(RecordBuilder.execEnvironment(shell, offset: UInt32(offset), part))
            offset += part.count
        }
        try node.exec(shell, parent: Node.initKey, replaced: .none, "/bin/sh", cwd: "/tmp\",\"binary\":\"/x")
    }

    private func variables(_ node: Node, _ key: RecordKey) throws -> [[String?]] {
        let list = try node.json(key)?["environment_variables"]?.elements ?? []
        return list.map { [$0["Key"]?.text, $0["Value"]?.text] }
    }

    @Test func variablesAreSplitAtTheirFirstSign() throws {
        let node = try node()
        try exec(node, ["PATH=/bin:/usr/bin", "A=b=c", "EMPTY=", "word", "Q=\"\n"], split: 7)
        #expect(
            try variables(node, shell) == [
                ["PATH", "/bin:/usr/bin"], ["A", "b=c"], ["EMPTY", nil], ["invalid", "word"], ["Q", "\"\n"],
            ])
        let keys = try node.json(shell)?.keys.suffix(2)
        #expect(keys.map(Array.init) == ["in_init_tree", "environment_variables"])
    }

    @Test func onlyNamedVariablesAreKept() throws {
        let node = try node(names: ["HOME", "TERM"])
        try exec(node, ["HOME=/root", "HOMER=doh", "TERM=dumb", "TERM"])
        #expect(try variables(node, shell) == [["HOME", "/root"], ["TERM", "dumb"]])
        let other = try self.node(names: ["NONE"])
        try exec(other, ["HOME=/root"])
        #expect(try other.json(shell)?["environment_variables"] == nil)
    }

    @Test func secretsAreTakenOut() throws {
        let node = try node(redact: ["PASSWORD=(\\S+)"])
        try exec(node, ["PASSWORD=hunter2", "USER=ana"])
        #expect(try variables(node, shell) == [["PASSWORD", "*****"], ["USER", "ana"]])
        #expect(node.text(shell)?.contains("hunter2") == false)
    }

    @Test func aRuleForABinarySeesTheBinaryAndNotWhatLooksLikeIt() throws {
        var configuration = ProcessTreeConfiguration(environment: EnvironmentSelection())
        configuration.redactor = Redactor(rules: [
            RedactionRule(binaries: [try Pattern("^/bin/sh$")], patterns: [try Pattern("K=(.*)")])
        ])
        let node = Node(configuration)
        node.boot()
        try exec(node, ["K=v"])
        #expect(try variables(node, shell) == [["K", "*****"]])
    }

    @Test func aForkHasItsParentsEnvironmentAndTheNextExecItsOwn() throws {
        let node = try node()
        try exec(node, ["A=1"])
        try node.fork(fork, of: shell, flags: 0x200_0000)
        #expect(try variables(node, fork) == [["A", "1"]])
        #expect(node.text(fork)?.contains(",\"in_init_tree\":true,\"environment_variables\":[") == true)
        let image = RecordKey(300, 51)
        try node.exec(image, parent: shell, replaced: fork, "/bin/true")
        #expect(try node.json(image)?["environment_variables"] == nil)
    }

    @Test func nothingIsKeptUnlessItIsAskedFor() throws {
        let node = Node()
        node.boot()
        try exec(node, ["A=1"])
        #expect(try node.json(shell)?["environment_variables"] == nil)
        #expect(node.tree.counters.droppedArgumentBytes == 0)
    }

    @Test func aDumpHasEachImageWithItsState() throws {
        let node = try node()
        try exec(node, [])
        try node.fork(fork, of: shell)
        try node.exit(shell, at: 400)
        let lines = try StrictJSON.lines(node.tree.dump())
        func line(_ pid: Int) -> StrictJSON? { lines.first { $0["process"]?["pid"]?.integer == pid } }
        #expect(lines.count == 4)
        #expect(line(50)?["color"]?.text == "deletePending")
        #expect(line(50)?["refcnt"]?.integer == 1)
        #expect(line(51)?["color"]?.text == "inUse")
        #expect(line(1)?["refcnt"]?.integer == 2)
    }
}
