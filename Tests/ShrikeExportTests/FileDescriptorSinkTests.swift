// SPDX-License-Identifier: Apache-2.0

import Foundation
import ShrikeExport
import Synchronization
import Testing

/// Errors that a sink reported.
private final class Reports: Sendable {
    private let events = Mutex<[SinkEvent]>([])
    var all: [SinkEvent] { events.withLock { $0 } }
    var note: @Sendable (SinkEvent) -> Void {
        { event in self.events.withLock { $0.append(event) } }
    }
}

/// Reads a descriptor to its end on a thread of its own; a task could wait for ever behind tests that block.
private final class Drain: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let done = DispatchSemaphore(value: 0)

    init(_ descriptor: Int32) {
        Thread.detachNewThread {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                if count <= 0 { break }
                self.bytes.withLock { $0 += chunk.prefix(count) }
            }
            Glibc.close(descriptor)
            self.done.signal()
        }
    }

    /// What was read, when the writer has closed its end.
    func result() -> [UInt8] {
        done.wait()
        return bytes.withLock { $0 }
    }
}

@Suite struct FileDescriptorSinkTests {
    private func lines(_ count: Int, size: Int = 100, from start: Int = 0) -> [UInt8] {
        (start..<start + count).flatMap { number in
            let text = "\(number) "
            return Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: size - text.utf8.count - 1)
                + [0x0a]
        }
    }

    private func write(_ sink: FileDescriptorSink, _ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { sink.write($0) }
    }

    private func pipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        #expect(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("A file gets every line in order, is private and appended to")
    func file() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("sink-\(UUID().uuidString)")
            .path
        defer { unlink(path) }
        let reports = Reports()
        for round in 0..<2 {
            let sink = try FileDescriptorSink(path: path, queueBytes: 1 << 16, onEvent: reports.note)
            for part in 0..<200 {
                let bytes = lines(50, from: round * 10_000 + part * 50)
                while write(sink, bytes) == 0 { usleep(100) }
                sink.flush(within: .seconds(10))
            }
            #expect(sink.close(within: .seconds(10)))
            #expect(sink.counters.writtenBytes == 1_000_000)
        }
        let content = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(Array(content) == lines(20_000))
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(reports.all.isEmpty)
    }

    @Test("A reader that does not read costs whole lines, and never time")
    func slowReader() throws {
        let (output, input) = pipe()
        var sink: FileDescriptorSink? = try FileDescriptorSink(
            descriptor: input, ownsDescriptor: true, queueBytes: 1 << 16, onEvent: Reports().note)
        var taken = 0
        let start = ContinuousClock.now
        for part in 0..<1_000 { taken += try write(#require(sink), lines(10, from: part * 10)) }
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(taken < 1_000_000)
        #expect(taken % 100 == 0)
        #expect(sink?.flush(within: .milliseconds(10)) == false)
        let reader = Drain(output)
        #expect(sink?.close(within: .seconds(10)) == true)
        // The descriptor is closed with the last reference, which ends the reader.
        sink = nil
        let received = reader.result()
        #expect(received.count == taken)
        #expect(received.split(separator: 0x0a).allSatisfy { $0.count == 99 })
    }

    @Test("A reader that goes away is an error, counted and told once")
    func brokenPipe() throws {
        let (output, input) = pipe()
        let reports = Reports()
        let sink = try FileDescriptorSink(descriptor: input, ownsDescriptor: true, onEvent: reports.note)
        Glibc.close(output)
        for part in 0..<10 {
            #expect(write(sink, lines(10, from: part * 10)) == 1_000)
            #expect(sink.flush(within: .seconds(10)))
        }
        #expect(sink.close(within: .seconds(10)))
        #expect(reports.all == [.failed(SinkError(operation: "write", code: EPIPE))])
        #expect(sink.counters.lostLines == 100)
        #expect(sink.counters.failedWrites >= 10)
        #expect(sink.counters.writtenBytes == 0)
    }

    @Test("A full disk is an error, counted and told once, with the path")
    func fullDisk() throws {
        let reports = Reports()
        let sink = try FileDescriptorSink(path: "/dev/full", onEvent: reports.note)
        for part in 0..<10 { #expect(write(sink, lines(1_000, from: part)) == 100_000) }
        #expect(sink.close(within: .seconds(10)))
        #expect(reports.all == [.failed(SinkError(operation: "write", path: "/dev/full", code: ENOSPC))])
        #expect(sink.counters.lostLines == 10_000)
    }

    @Test("A line that an error cut is not continued: the next one begins on a line of its own")
    func tornLine() throws {
        // A FIFO's reader can go away, which fails the write that waits inside a line, and come back.
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("fifo-\(UUID().uuidString)")
            .path
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        let first = open(path, O_RDONLY | O_NONBLOCK)
        let input = open(path, O_WRONLY)
        var sink: FileDescriptorSink? = try FileDescriptorSink(
            descriptor: input, ownsDescriptor: true, onEvent: Reports().note)
        // More than the pipe holds: the write stops inside a line until the reader goes.
        #expect(write(sink!, lines(3, size: 100_000)) == 300_000)
        usleep(50_000)
        Glibc.close(first)
        #expect(sink!.flush(within: .seconds(10)))
        #expect(sink!.counters.lostLines == 3)
        let second = Drain(open(path, O_RDONLY))
        #expect(write(sink!, lines(2, from: 7)) == 200)
        #expect(sink!.close(within: .seconds(10)))
        sink = nil
        let received = second.result()
        let torn = lines(1, size: 100_000).prefix(received.count - 201)
        #expect(torn.count > 4_000 && torn.count < 100_000)
        #expect(received == torn + [0x0a] + lines(2, from: 7))
    }

    @Test("Closing waits no longer than it may when a write is stuck")
    func stuck() throws {
        let (output, input) = pipe()
        let sink = try FileDescriptorSink(descriptor: input, ownsDescriptor: true, onEvent: Reports().note)
        #expect(write(sink, lines(5_000)) == 500_000)
        let start = ContinuousClock.now
        #expect(!sink.close(within: .milliseconds(50)))
        #expect(ContinuousClock.now - start < .seconds(2))
        Glibc.close(output)
    }

    @Test("A file that cannot be opened is an error with its path")
    func openFailure() {
        #expect(throws: SinkError(operation: "open", path: "/proc/none/file", code: ENOENT)) {
            try FileDescriptorSink(path: "/proc/none/file", onEvent: Reports().note)
        }
        #expect(
            SinkError(operation: "open", path: "/x", code: ENOENT).description
                == "open /x: No such file or directory")
    }
}
