// SPDX-License-Identifier: Apache-2.0
// The archive as tar reads it, and commands that do not end.

import Foundation
import ShrikeBugtool
import Testing

@Suite struct BugtoolTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "bugtool-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func tarReadsTheArchive() throws {
        try withFolder { folder in
            let path = folder + "/a.tar.gz"
            let collector = Collector(try Archive(path: path, folder: "top", time: 1_768_028_511))
            try collector.add("empty", [])
            try collector.add("block", [UInt8](repeating: 0x61, count: 512))
            try collector.add("text", text: "one\ntwo\n")
            try collector.add("nothing", file: folder + "/nothing")
            try collector.add("answer", command: ["/bin/sh", "-c", "echo out; echo complaint >&2; exit 3"])
            try collector.finish(logName: "log")
            let members = Command.run(["tar", "-tzf", path])
            #expect(members.problem == nil)
            #expect(
                String(decoding: members.output, as: UTF8.self)
                    == "top/empty\ntop/block\ntop/text\ntop/answer\ntop/answer.err\ntop/log\n")
            let text = Command.run(["tar", "-xzOf", path, "top/text", "top/answer", "top/answer.err"])
            #expect(String(decoding: text.output, as: UTF8.self) == "one\ntwo\nout\ncomplaint\n")
            let log = String(
                decoding: Command.run(["tar", "-xzOf", path, "top/log"]).output, as: UTF8.self)
            #expect(log.contains("nothing: cannot read \(folder)/nothing: No such file or directory\n"))
            #expect(
                log.contains(
                    "answer: /bin/sh -c echo out; echo complaint >&2; exit 3: it ended with status 3\n"))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func aFullDiskIsAnError() throws {
        let archive = try Archive(path: "/dev/full", folder: "f", time: 0)
        #expect(throws: Archive.Failure.self) {
            try archive.add("a", (0..<1 << 20).map { _ in UInt8.random(in: 0...255) })
            try archive.close()
        }
        #expect(throws: Archive.Failure.self) { try Archive(path: "/nonexistent/a", folder: "f", time: 0) }
    }

    @Test func aCommandThatDoesNotEndIsEnded() {
        let start = ContinuousClock.now
        let result = Command.run(["/bin/sh", "-c", "echo begun; sleep 60"], seconds: 0.3)
        #expect(result.problem == "it took too long")
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(Command.run(["/nonexistent"]).problem == "No such file or directory")
    }

    @Test func onlyTheEndOfALongFileIsTaken() throws {
        try withFolder { folder in
            try "0123456789".write(toFile: folder + "/f", atomically: false, encoding: .utf8)
            #expect(Collector.tail(of: folder + "/f", limit: 4) == Array("6789".utf8))
            #expect(Collector.tail(of: "/proc/self/status", limit: 1 << 20)?.isEmpty == false)
            #expect(Collector.tail(of: "/dev/null", limit: 4) == nil)
        }
    }
}
