// SPDX-License-Identifier: Apache-2.0

import Foundation
import ShrikeEvents
import ShrikeProcesses
import Testing

@Suite struct ProcfsReaderTests {
    /// A procfs made of files, gone at the end of the body.
    private func withProcfs(_ body: (URL) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(
            "procfs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try body(root)
    }

    private func add(
        _ pid: Int, to root: URL, exe: String?, cwd: String?, cmdline: String, ticks: Int, name: String = "x"
    ) throws {
        let directory = root.appendingPathComponent("\(pid)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (link, target) in [("exe", exe), ("cwd", cwd)] {
            guard let target else { continue }
            try FileManager.default.createSymbolicLink(
                atPath: directory.appendingPathComponent(link).path, withDestinationPath: target)
        }
        try Data(cmdline.utf8).write(to: directory.appendingPathComponent("cmdline"))
        // pid (comm) state, then fields 4 to 21, then starttime
        let stat = "\(pid) (\(name)) S " + (4...21).map { "\($0)" }.joined(separator: " ") + " \(ticks) 0 0\n"
        try Data(stat.utf8).write(to: directory.appendingPathComponent("stat"))
    }

    private func seed(_ pid: UInt32, _ ticks: UInt64, parent: ProcessKey, kernel: Bool = false) -> TaskSeed {
        TaskSeed(
            process: ProcessKey(ktime: ticks * 10_000_000, pid: pid), parent: parent, isKernelThread: kernel,
            comm: Array("comm\(pid)".utf8))
    }

    @Test("Seeds are completed, the kernel comes first, then the children of the lowest pid")
    func complete() throws {
        try withProcfs { root in
            try add(
                1, to: root, exe: "/usr/lib/systemd/systemd", cwd: "/", cmdline: "/sbin/init\0--x\0", ticks: 4
            )
            try add(
                300, to: root, exe: "/usr/bin/bash", cwd: "/home/ana", cmdline: "-bash\0", ticks: 9,
                name: "a) R 1")
            try add(20, to: root, exe: "/bin/x", cwd: nil, cmdline: "x\0a b\0\0", ticks: 12)
            let first = ProcessKey(ktime: 40_000_000, pid: 1)
            let shell = ProcessKey(ktime: 90_000_000, pid: 300)
            let result = ProcfsReader(root: root.path).complete([
                seed(20, 12, parent: shell), seed(300, 9, parent: first),
                seed(2, 0, parent: .kernel, kernel: true),
                seed(1, 4, parent: .kernel),
            ])
            #expect(result.map(\.seed.process.pid) == [0, 1, 2, 300, 20])
            #expect(result[0] == ProcfsReader.kernel)
            #expect(result[1].binary == Array("/usr/lib/systemd/systemd".utf8))
            #expect(result[1].arguments == Array("--x\0".utf8))
            #expect(result[1].flags == [.procfs, .rootWorkingDirectory])
            #expect(result[2].binary == Array("[comm2]".utf8))
            #expect(result[3].flags == .procfs)
            #expect(result[3].arguments.isEmpty)
            #expect(result[4].flags == [.procfs, .rootWorkingDirectory, .errorWorkingDirectory])
        }
    }

    @Test("A process that is gone, or whose pid is another's, keeps what the kernel side knew")
    func gone() throws {
        try withProcfs { root in
            try add(7, to: root, exe: "/bin/other", cwd: "/", cmdline: "other\0secret\0", ticks: 99)
            let result = ProcfsReader(root: root.path).complete([
                seed(6, 5, parent: .kernel), seed(7, 5, parent: .kernel),
            ])
            for process in result.dropFirst() {
                #expect(process.binary.isEmpty)
                #expect(process.arguments.isEmpty)
                #expect(
                    process.flags.isSuperset(of: [.errorFilename, .errorArguments, .errorWorkingDirectory]))
            }
        }
    }

    @Test("This very process is found in the real procfs")
    func real() throws {
        let pid = UInt32(getpid())
        let seed = TaskSeed(process: ProcessKey(ktime: 1, pid: pid), parent: .kernel)
        let result = ProcfsReader().complete([seed])
        #expect(result.count == 2)
        #expect(!result[1].binary.isEmpty)
        #expect(result[1].flags.isDisjoint(with: [.errorFilename, .errorArguments]))
    }

    @Test("Children are linked to parents with higher pids, whatever the order, and cycles end")
    func seedOrder() throws {
        let node = Node()
        let late = ProcessKey(ktime: 5, pid: 900)
        let child = ProcessKey(ktime: 6, pid: 20)
        let first = ProcessKey(ktime: 7, pid: 50)
        let second = ProcessKey(ktime: 8, pid: 51)
        func process(_ key: ProcessKey, _ parent: ProcessKey) -> SeededProcess {
            SeededProcess(
                seed: TaskSeed(process: key, parent: parent), flags: .procfs, binary: Array("/x".utf8))
        }
        node.tree.seed([
            ProcfsReader.kernel, process(child, late), process(late, .kernel), process(first, second),
            process(second, first),
        ])
        #expect(node.tree.count == 5)
        #expect(node.tree.counters.unknownParents == 1)
        let reference = try #require(node.tree.find(child))
        #expect(node.tree.parent(of: reference) == node.tree.find(late))
    }
}
