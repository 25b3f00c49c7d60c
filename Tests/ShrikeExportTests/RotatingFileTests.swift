// SPDX-License-Identifier: Apache-2.0

import Foundation
import ShrikeExport
import Synchronization
import Testing

/// A folder of its own for each test.
private final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("rotate-\(UUID().uuidString)")
        .path
    var file: String { path + "/logs/events.log" }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/logs").sorted()
    }

    func content(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path + "/logs/" + name)))
    }

    /// Everything that was written, oldest file first.
    func all() throws -> [UInt8] {
        try names().filter { $0 != "events.log" }.flatMap(content) + content("events.log")
    }
}

@Suite struct RotatingFileTests {
    private func line(_ number: Int, size: Int = 100) -> [UInt8] {
        let text = "{\"process_exec\":\(number) "
        return Array(text.utf8) + [UInt8](repeating: 0x78, count: size - text.utf8.count - 1) + [0x0a]
    }

    private func sink(_ path: String, _ settings: ExportFileSettings) throws -> FileDescriptorSink {
        try FileDescriptorSink(path: path, settings: settings, queueBytes: 1 << 20) { event in
            Issue.record("\(event)")
        }
    }

    private func settings(
        bytes: Int, kept: Int = 0, compresses: Bool = false, interval: Duration? = nil
    ) -> ExportFileSettings {
        ExportFileSettings(
            rotation: ExportFileRotation(maximumBytes: bytes, interval: interval, keptFiles: kept),
            compresses: compresses)
    }

    private func write(_ sink: FileDescriptorSink, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty {
                let taken = sink.write(UnsafeRawBufferPointer(rebasing: rest))
                rest = rest.dropFirst(taken)
                if taken == 0 { usleep(200) }
            }
        }
    }

    @Test("No file is larger than its limit, no line is split, lost or out of order")
    func size() throws {
        let folder = Folder()
        let sink = try sink(folder.file, settings(bytes: 4_050))
        let expected = (0..<1_000).flatMap { line($0, size: 60 + $0 % 97) }
        write(sink, expected)
        #expect(sink.close(within: .seconds(20)))
        let names = try folder.names()
        #expect(names.count > 20)
        for name in names {
            let content = try folder.content(name)
            #expect(content.count <= 4_050)
            #expect(content.last == 0x0a)
        }
        #expect(
            names.dropLast().allSatisfy {
                $0.wholeMatch(of: /events-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log/) != nil
            })
        #expect(try folder.all() == expected)
        #expect(sink.counters.writtenLines == 1_000)
        #expect(sink.counters.lostLines == 0)
    }

    @Test("Only the newest rotated files are kept")
    func kept() throws {
        let folder = Folder()
        let sink = try sink(folder.file, settings(bytes: 1_000, kept: 3))
        let expected = (0..<200).flatMap { line($0) }
        write(sink, expected)
        #expect(sink.close(within: .seconds(20)))
        #expect(try folder.names().count == 4)
        #expect(try folder.all() == Array(expected.suffix(4_000)))
    }

    @Test("Compressed files hold the lines")
    func compression() throws {
        let folder = Folder()
        let sink = try sink(folder.file, settings(bytes: 1_000, compresses: true))
        let expected = (0..<25).flatMap { line($0) }
        write(sink, expected)
        #expect(sink.close(within: .seconds(20)))
        let names = try folder.names()
        #expect(names.filter { $0.hasSuffix(".log.gz") }.count == 2)
        #expect(names.count == 3)
        let gunzip = Process()
        gunzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        gunzip.arguments = ["-dc"] + names.filter { $0.hasSuffix(".gz") }.map { folder.path + "/logs/" + $0 }
        let output = Pipe()
        gunzip.standardOutput = output
        try gunzip.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        gunzip.waitUntilExit()
        #expect(Array(data) + (try folder.content("events.log")) == expected)
    }

    @Test("A file is rotated by its age, an empty one is not")
    func age() throws {
        let folder = Folder()
        let sink = try sink(folder.file, settings(bytes: 1 << 20, interval: .milliseconds(100)))
        write(sink, line(1))
        sink.flush(within: .seconds(5))
        let deadline = Date.now + 20
        while try folder.names().count < 2, Date.now < deadline { usleep(50_000) }
        usleep(2_200_000)
        #expect(try folder.names().count == 2)
        #expect(try folder.content("events.log").isEmpty)
        #expect(sink.close(within: .seconds(5)))
    }

    @Test("A run goes on behind the last whole line of one that was killed")
    func afterKill() throws {
        let folder = Folder()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/logs", withIntermediateDirectories: true)
        let torn = line(1) + Array(line(2).prefix(40))
        try Data(torn).write(to: URL(fileURLWithPath: folder.file))
        let sink = try sink(folder.file, settings(bytes: 1 << 20))
        write(sink, line(3))
        #expect(sink.close(within: .seconds(5)))
        #expect(try folder.all() == line(1) + line(3))
    }

    @Test("What is not the beginning of an event is never cut off")
    func foreignTail() throws {
        let folder = Folder()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/logs", withIntermediateDirectories: true)
        try Data("somebody's text".utf8).write(to: URL(fileURLWithPath: folder.file))
        let sink = try sink(folder.file, settings(bytes: 1 << 20))
        write(sink, line(3))
        #expect(sink.close(within: .seconds(5)))
        #expect(try folder.all() == Array("somebody's text\n".utf8) + line(3))
    }

    @Test("A file that somebody moved away is opened again by name on request")
    func reopen() throws {
        let folder = Folder()
        let sink = try sink(folder.file, settings(bytes: 1 << 20))
        write(sink, line(1))
        sink.flush(within: .seconds(5))
        try FileManager.default.moveItem(atPath: folder.file, toPath: folder.path + "/logs/moved")
        write(sink, line(2))
        sink.flush(within: .seconds(5))
        sink.reopen()
        write(sink, line(3))
        #expect(sink.close(within: .seconds(5)))
        #expect(try folder.content("moved") == line(1) + line(2))
        #expect(try folder.content("events.log") == line(3))
    }

    @Test("A line that no file may hold is lost, counted and told")
    func tooLong() throws {
        let folder = Folder()
        let told = Mutex(0)
        let sink = try FileDescriptorSink(path: folder.file, settings: settings(bytes: 500)) { event in
            if case .failed(let error) = event, error.code == EFBIG { told.withLock { $0 += 1 } }
        }
        write(sink, line(1) + line(2, size: 501) + line(3))
        #expect(sink.close(within: .seconds(5)))
        #expect(try folder.all() == line(1) + line(3))
        #expect(sink.counters.lostLines == 1)
        #expect(told.withLock { $0 } == 1)
    }

    @Test(
        "Modes: owner may always read and write, nobody execute, not all write",
        arguments: [
            ("644", 0o644), ("666", 0o664), ("777", 0o664), ("004", 0o604), ("000", 0o600), ("0640", 0o640),
        ] as [(String, UInt32)])
    func permissions(text: String, mode: UInt32) {
        #expect(ExportFileSettings.permissions(octal: text) == mode)
    }

    @Test("Modes that are none", arguments: ["", "8", "1777", "0x1ff", "-1", "rw"])
    func badPermissions(text: String) {
        #expect(ExportFileSettings.permissions(octal: text) == nil)
    }

    @Test("A folder in the file's place is an error at the start")
    func folderInPlace() throws {
        let folder = Folder()
        try FileManager.default.createDirectory(atPath: folder.file, withIntermediateDirectories: true)
        #expect(throws: SinkError.self) { _ = try self.sink(folder.file, self.settings(bytes: 1_000)) }
    }
}
