// SPDX-License-Identifier: Apache-2.0
// What processes say of the container that they are in.

import ShrikeEvents
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct ContainerTests {
    private let node = Node()
    private let shim = RecordKey(100, 5)
    private let app = RecordKey(200, 6)

    /// `pod` and `docker` in two pieces, as somebody else makes them.
    private func text(_ name: String?, isAwaited: Bool = false) -> ContainerText {
        guard let name else {
            return ContainerText(beforePID: Array(",\"docker\":\"3b1f\"".utf8), isAwaited: isAwaited)
        }
        return ContainerText(
            beforePID: Array(",\"pod\":{\"name\":\"\(name)\",\"container\":{\"id\":\"3b1f\"".utf8),
            afterPID: Array("}},\"docker\":\"3b1f\"".utf8), isAwaited: isAwaited)
    }

    private func run(_ key: RecordKey, group: UInt64, pid: UInt32, of parent: RecordKey) throws {
        var details = RecordBuilder.ExecDetails()
        details.cgroup = group
        details.namespacePID = pid
        try node.exec(key, parent: parent, replaced: .none, arguments: ["-v"], details: details)
    }

    @Test func aProcessThatExecutesInAContainersGroupSaysSo() throws {
        node.tree.describe(container: 1, text("web-0"))
        node.tree.join(group: 70, container: 1)
        try run(shim, group: 7, pid: 0, of: .none)
        try run(app, group: 70, pid: 31, of: shim)
        let json = try node.json(app)
        #expect(json?["pod"]?["name"]?.text == "web-0")
        #expect(json?["pod"]?["container"]?["pid"]?.integer == 31)
        #expect(json?["docker"]?.text == "3b1f")
        #expect(
            json?.keys == [
                "exec_id", "pid", "uid", "cwd", "binary", "arguments", "flags", "start_time", "auid", "pod",
                "docker", "parent_exec_id", "tid", "in_init_tree",
            ])
        #expect(try node.json(shim)?["docker"] == nil)
    }

    @Test func aForkIsWhereItsParentIsWithAPidOfItsOwn() throws {
        node.tree.describe(container: 1, text("web-0"))
        node.tree.join(group: 70, container: 1)
        try run(app, group: 70, pid: 31, of: .none)
        // The runtime has moved it, but it has executed nothing there.
        try node.apply(RecordBuilder.fork(RecordKey(300, 7), of: app, cgroup: 7, namespacePID: 32))
        try node.apply(RecordBuilder.fork(RecordKey(301, 8), of: RecordKey(300, 7), namespacePID: 33))
        for (key, pid) in [(RecordKey(300, 7), 32), (RecordKey(301, 8), 33)] {
            let json = try node.json(key, tid: 9)
            #expect(json?["pod"]?["container"]?["pid"]?.integer == pid)
            #expect(json?["docker"]?.text == "3b1f")
            #expect(json?["tid"]?.integer == 9)
            #expect(json?["binary"]?.text == "/bin/x")
        }
    }

    @Test(
        "A process is a probe when program and all arguments are",
        arguments: [
            (["/bin/probe", "-q", "a b"], "/bin/probe", ["-q", "a b"], true),
            (["/bin/probe", "-q", "a b"], "/bin/probe", ["-q", "a", "b"], false),
            (["/bin/probe", "-q"], "/bin/probe", ["-q", "-v"], false),
            (["/bin/probe"], "/bin/probe", [], true),
            (["/bin/probe"], "/usr/bin/probe", [], false),
            (["probe", "x"], "/usr/bin/probe", ["x"], true),
            (["probe", "x"], "/usr/bin/a-probe", ["x"], false),
            // Quotes inside: as the kernel had them, not as a shell would take the text apart.
            (["sh", "-c", "test \"$x\" = 1"], "/bin/sh", ["-c", "test \"$x\" = 1"], true),
            // A script: its interpreter has its path first.
            (["/app/live.sh", "now"], "/app/live.sh", ["/app/live.sh", "now"], true),
            (["live.sh", "now"], "/app/live.sh", ["live.sh", "now"], false),
            ([], "/bin/probe", [], false),
        ])
    func probes(probe: [String], binary: String, arguments: [String], isProbe: Bool) throws {
        var known = text("web-0")
        known.probes = [ProbeCommand(["/bin/other"]), ProbeCommand(probe)].compactMap { $0 }
        node.tree.join(group: 70, container: 1)
        for (isKnownBefore, ktime) in [(true, UInt64(500)), (false, 600)] {
            node.tree.describe(container: 1, isKnownBefore ? known : text(nil, isAwaited: true))
            let (key, child) = (RecordKey(ktime, 30), RecordKey(ktime + 1, 31))
            var details = RecordBuilder.ExecDetails()
            details.cgroup = 70
            details.namespacePID = 30
            try node.exec(
                key, parent: .none, replaced: .none, binary, arguments: arguments, details: details)
            try node.apply(RecordBuilder.fork(child, of: key, namespacePID: 31))
            node.tree.describe(container: 1, known)
            node.tree.renderContainers()
            for process in [key, child] {
                let container = try #require(try node.json(process)?["pod"]?["container"])
                #expect(container.keys == ["id", "pid"] + (isProbe ? ["maybe_exec_probe"] : []))
            }
        }
    }

    @Test func aProcessOfTheHostsPidNamespaceHasNoPidInTheContainer() throws {
        node.tree.describe(container: 1, text("web-0"))
        node.tree.join(group: 70, container: 1)
        try run(app, group: 70, pid: 0, of: .none)
        try node.apply(RecordBuilder.fork(RecordKey(300, 7), of: app, namespacePID: 2))
        #expect(try node.json(app)?["pod"]?["container"]?.keys == ["id"])
        #expect(try node.json(RecordKey(300, 7))?["pod"]?["container"]?.keys == ["id", "pid"])
    }

    @Test func whatWasAwaitedIsPutInLaterAndNothingElseChanges() throws {
        node.tree.describe(container: 1, text(nil, isAwaited: true))
        node.tree.join(group: 70, container: 1)
        try run(app, group: 70, pid: 31, of: .none)
        try node.apply(RecordBuilder.fork(RecordKey(300, 7), of: app, namespacePID: 32))
        let before = try #require(try node.json(app))
        _ = try node.json(RecordKey(300, 7))
        #expect(before["pod"] == nil)
        let reference = try #require(node.tree.find(ProcessKey(ktime: 200, pid: 6)))
        #expect(node.tree.isContainerAwaited(of: reference))

        node.tree.describe(container: 1, text("web-0"))
        node.tree.renderContainers()
        #expect(!node.tree.isContainerAwaited(of: reference))
        #expect(!node.tree.isContainerIncomplete(of: reference))
        for (key, pid) in [(app, 31), (RecordKey(300, 7), 32)] {
            let json = try #require(try node.json(key, tid: 9))
            #expect(json["pod"]?["name"]?.text == "web-0")
            #expect(json["pod"]?["container"]?["pid"]?.integer == pid)
            #expect(json["tid"]?.integer == 9)
            for name in ["exec_id", "arguments", "docker", "start_time"] where key == app {
                #expect(json[name] == before[name])
            }
        }
        // A child of now has it from its parent.
        try node.apply(RecordBuilder.fork(RecordKey(400, 8), of: RecordKey(300, 7), namespacePID: 40))
        #expect(try node.json(RecordKey(400, 8))?["pod"]?["container"]?["pid"]?.integer == 40)

        // Shorter again: what comes behind moves the other way.
        node.tree.describe(container: 1, text("web-0", isAwaited: true))
        node.tree.describe(container: 1, text(nil))
        node.tree.renderContainers()
        #expect(try node.json(app) == before)
    }

    @Test func whatIsKnownAtTheExecStaysWhateverBecomesOfThePod() throws {
        node.tree.describe(container: 1, text("web-0"))
        node.tree.join(group: 70, container: 1)
        try run(app, group: 70, pid: 31, of: .none)
        node.tree.describe(container: 1, text("renamed"))
        node.tree.renderContainers()
        #expect(try node.json(app)?["pod"]?["name"]?.text == "web-0")
        node.tree.leave(group: 70)
        node.tree.end(container: 1)
        #expect(try node.json(app)?["pod"]?["name"]?.text == "web-0")
        #expect(!node.tree.knowsContainers)
        try run(RecordKey(500, 9), group: 70, pid: 1, of: app)
        #expect(try node.json(RecordKey(500, 9))?["docker"] == nil)
    }

    @Test func aRetainedProcessOutlivesItsTime() throws {
        try run(app, group: 7, pid: 0, of: .none)
        let reference = try #require(node.tree.find(ProcessKey(ktime: 200, pid: 6)))
        node.tree.retain(reference)
        try node.exit(app, at: 300)
        try run(RecordKey(9_000_000_000, 10), group: 7, pid: 0, of: .none)
        for _ in 0..<4 { node.tree.endOfBatch() }
        #expect(node.knows(app))
        node.tree.release(reference)
        #expect(!node.knows(app))
    }
}
