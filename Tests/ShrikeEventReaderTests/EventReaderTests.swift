// SPDX-License-Identifier: Apache-2.0

import Glibc
import ShrikeControl
import Testing

@testable import ShrikeEventFilter
@testable import ShrikeEventReader

@Suite("Reading a stream")
struct EventReaderTests {
    static let first = #"{"process_exec":{"process":{"binary":"/a"}},"node_name":"n"}"#
    static let camel = #"{"processExec":{"process":{"binary":"/b"}},"nodeName":"n"}"#
    static let future =
        #"{"process_exec":{"process":{"binary":"/c","shoe":[1]}},"x":{"y":"}"},"node_name":"n"}"#

    /// Runs a reader over a text, through pipes as the program does.
    private func read(
        _ input: String, _ printer: EventPrinter, maximumLineLength: Int = 1 << 16
    ) throws -> (output: String, summary: EventReader.Summary) {
        let (from, to) = (try makePipe(), try makePipe())
        let bytes = Array(input.utf8)
        #expect(write(from[1], bytes, bytes.count) == bytes.count)
        close(from[1])
        var reader = EventReader(printer, maximumLineLength: maximumLineLength, output: to[1], stop: -1)
        let summary = try reader.run(input: from[0])
        close(to[1])
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(to[0], &buffer, buffer.count)
        close(from[0])
        close(to[0])
        return (String(decoding: buffer.prefix(max(0, count)), as: UTF8.self), summary)
    }

    private func makePipe() throws -> [Int32] {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        return ends
    }

    @Test("JSON lines come out byte for byte, and garbage does not")
    func passThrough() throws {
        let input = [Self.first, "garbage", " " + Self.camel + " ", "", "{", "[]", "12", Self.future]
        let (output, summary) = try read(input.joined(separator: "\n"), EventPrinter(.json))
        #expect(output == "\(Self.first)\n \(Self.camel) \n\(Self.future)\n")
        #expect(summary == EventReader.Summary(printedCount: 3, filteredCount: 0, skippedCount: 4))
    }

    @Test("both spellings of names are read, and unknown fields are ignored")
    func tolerance() throws {
        let input = [Self.first, Self.camel, Self.future].joined(separator: "\n") + "\n"
        let (output, _) = try read(input, EventPrinter(.compact(CompactOptions())))
        #expect(output == "🚀 process n /a \n🚀 process n /b \n🚀 process n /c \n")
    }

    @Test("a kind that a newer daemon adds passes as JSON and is counted in compact form")
    func unknownKind() throws {
        let line = #"{"process_future":{"process":{}},"node_name":"n"}"#
        #expect(try read(line, EventPrinter(.json)).output == line + "\n")
        let (output, summary) = try read(line, EventPrinter(.compact(CompactOptions())))
        #expect(output == "")
        #expect(summary.skippedCount == 1)
    }

    @Test("filters and field filters")
    func filters() throws {
        var message = Tetragon_Filter()
        message.binaryRegex = ["/a"]
        let printer = EventPrinter(
            .json, filter: try EventFilter(message),
            fieldFilters: [
                try FieldFilter(.include, paths: ["process"]),
                try FieldFilter(.exclude, paths: ["process.binary"]),
            ])
        let (output, summary) = try read(Self.first + "\n" + Self.camel, printer)
        #expect(output == #"{"process_exec":{"process":{}},"node_name":"n"}"# + "\n")
        #expect(summary == EventReader.Summary(printedCount: 1, filteredCount: 1, skippedCount: 0))
    }

    @Test("the bytes written to a terminal")
    func terminal() throws {
        func event(_ path: String) -> String {
            JSON.kprobe("tty_write", #"{"file_arg":{"path":"\#(path)"}},{"bytes_arg":"aGVsbG8K"}"#)
        }
        let input = [event("/dev/pts/1"), event("/dev/pts/2"), Self.first].joined(separator: "\n")
        let (output, summary) = try read(input, EventPrinter(.terminal(path: "/dev/pts/1")))
        #expect(output == "hello\n")
        #expect(summary == EventReader.Summary(printedCount: 1, filteredCount: 2, skippedCount: 0))
    }

    @Test("an event that cannot be printed ends a compatible reader, after what came before it")
    func encodingFailure() throws {
        var options = CompactOptions()
        options.isCompatible = true
        #expect(throws: EventReader.Failure.self) {
            try read(Self.first + "\n" + #"{"rate_limit_info":{}}"#, EventPrinter(.compact(options)))
        }
    }

    @Test("a reader that went away ends reading without an error")
    func closedOutput() throws {
        signal(SIGPIPE, SIG_IGN)
        let (from, to) = (try makePipe(), try makePipe())
        let bytes = Array((Self.first + "\n").utf8)
        #expect(write(from[1], bytes, bytes.count) == bytes.count)
        close(to[0])
        var reader = EventReader(EventPrinter(.json), maximumLineLength: 100, output: to[1], stop: -1)
        #expect(try reader.run(input: from[0]).printedCount == 1)
        for end in [from[0], from[1], to[1]] { close(end) }
    }

    @Test("a stop ends reading, although the input is still open")
    func stop() throws {
        let (from, to, stop) = (try makePipe(), try makePipe(), try makePipe())
        #expect(write(stop[1], [0] as [UInt8], 1) == 1)
        var reader = EventReader(EventPrinter(.json), maximumLineLength: 100, output: to[1], stop: stop[0])
        #expect(try reader.run(input: from[0]) == EventReader.Summary())
        for end in from + to + stop { close(end) }
    }
}

@Suite("Lines")
struct LineSplitterTests {
    private func split(_ chunks: [String], maximumLength: Int = 5) -> [LineSplitter.Line] {
        var splitter = LineSplitter(maximumLength: maximumLength)
        var lines: [LineSplitter.Line] = []
        for chunk in chunks {
            Array(chunk.utf8).withUnsafeBytes { splitter.push($0) { lines.append($0) } }
        }
        if let last = splitter.finish() { lines.append(last) }
        return lines
    }

    private func line(_ text: String) -> LineSplitter.Line { .complete(Array(text.utf8)) }

    @Test("lines are the same however the bytes arrive")
    func chunks() {
        let expected = [line("ab"), line(""), line("cde"), line("f")]
        #expect(split(["ab\n\ncde\nf"]) == expected)
        #expect(split("ab\n\ncde\nf".map(String.init)) == expected)
        #expect(split(["", "ab\n\nc", "de", "\nf"]) == expected)
    }

    @Test("a line that is too long is counted, and the next one is whole")
    func tooLong() {
        let expected = [line("12345"), .tooLong(byteCount: 6), line("ab")]
        #expect(split(["12345\n123456\nab\n"]) == expected)
        #expect(split("12345\n123456\nab\n".map(String.init)) == expected)
        #expect(split(["123", "456789"]) == [.tooLong(byteCount: 9)])
    }

    @Test("nothing gives nothing")
    func empty() {
        #expect(split([]) == [])
        #expect(split(["\n"]) == [line("")])
    }
}
