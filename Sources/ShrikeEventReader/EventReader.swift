// SPDX-License-Identifier: Apache-2.0
// The loop of `shrike getevents`: reads lines from one descriptor and prints them to another.

import Glibc

/// Reads the event stream from a pipe or a file and prints it.
///
/// Output is held back only while more input is waiting: a live stream is seen at once, and a long file is
/// written in large pieces.
public struct EventReader {
    /// What happened to the lines of the input.
    public struct Summary: Equatable, Sendable {
        /// Lines that were printed.
        public internal(set) var printedCount = 0
        /// Lines that filters left out.
        public internal(set) var filteredCount = 0
        /// Lines that are no events.
        public internal(set) var skippedCount = 0
    }

    /// Why reading ended before the end of the input.
    public enum Failure: Error, CustomStringConvertible {
        /// Reading or writing failed.
        case system(SystemError)
        /// An event cannot be printed.
        case encoding(CompactError)

        /// The error in one line.
        public var description: String {
            switch self {
            case .system(let error): error.description
            case .encoding(let error): "failed to encode event: \(error)"
            }
        }
    }

    /// Internal: nobody reads the output any more, or a signal came.
    private enum Ending: Error {
        case quiet
        case failure(Failure)
    }

    private static let chunkLength = 256 << 10
    private static let flushLength = 64 << 10

    private var printer: EventPrinter
    private let maximumLineLength: Int
    private let stop: Int32
    private let debug: ((String) -> Void)?
    private var output: OutputBuffer
    private var lineNumber = 0
    private var summary = Summary()

    /// Creates a reader.
    /// - Parameters:
    ///   - maximumLineLength: longer lines are skipped.
    ///   - output: the descriptor to print to.
    ///   - stop: a descriptor that becomes readable when reading must end; see `StopSignal`.
    ///   - debug: is told about each line that is skipped.
    public init(
        _ printer: EventPrinter, maximumLineLength: Int, output: Int32, stop: Int32,
        debug: ((String) -> Void)? = nil
    ) {
        self.printer = printer
        self.maximumLineLength = maximumLineLength
        self.stop = stop
        self.debug = debug
        self.output = OutputBuffer(descriptor: output, stop: stop)
    }

    /// Reads up to the end of the input, a stop, or until nobody reads the output.
    /// - Throws: `Failure`.
    public mutating func run(input: Int32) throws(Failure) -> Summary {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkLength, alignment: 16)
        defer { chunk.deallocate() }
        do throws(Ending) {
            var splitter = LineSplitter(maximumLength: maximumLineLength)
            while true {
                let count = try read(input, into: chunk)
                guard count > 0 else { break }
                let part = UnsafeRawBufferPointer(rebasing: chunk[..<count])
                try splitter.push(part) { line throws(Ending) in try handle(line) }
            }
            if let line = splitter.finish() { try handle(line) }
            try flush()
        } catch {
            // What was printed before the end is still written, as far as nobody has to be waited for.
            _ = try? output.flush(waits: false)
            if case .failure(let failure) = error { throw failure }
        }
        return summary
    }

    /// Prints one event that did not come from a descriptor, as JSON without a newline, and writes it at once.
    /// - Returns: false when nobody reads the output, or a stop came: nothing more is to be shown.
    /// - Throws: `Failure`.
    public mutating func show(_ line: [UInt8]) throws(Failure) -> Bool { try show([line]) }

    /// Prints several such events, and writes them at once.
    public mutating func show(_ lines: [[UInt8]]) throws(Failure) -> Bool {
        do throws(Ending) {
            for line in lines { try handle(.complete(line)) }
            try flush()
            return true
        } catch {
            _ = try? output.flush(waits: false)
            if case .failure(let failure) = error { throw failure }
            return false
        }
    }

    /// Waits for input and reads it; flushes first when none is waiting.
    private mutating func read(
        _ input: Int32, into chunk: UnsafeMutableRawBufferPointer
    ) throws(Ending) -> Int {
        var readiness = try system { () throws(SystemError) in
            try Descriptors.wait(for: input, POLLIN, stop: stop, timeout: 0)
        }
        if readiness == .timedOut {
            try flush()
            readiness = try system { () throws(SystemError) in
                try Descriptors.wait(for: input, POLLIN, stop: stop, timeout: -1)
            }
        }
        if readiness == .stopped { throw .quiet }
        return try system { () throws(SystemError) in try Descriptors.read(input, into: chunk) }
    }

    private mutating func handle(_ line: LineSplitter.Line) throws(Ending) {
        lineNumber += 1
        switch line {
        case .tooLong(let byteCount): skip("\(byteCount) bytes are more than the maximum length of a line")
        case .complete(let bytes):
            guard bytes.contains(where: { $0 > 0x20 }) else { return }
            do throws(CompactError) {
                count(try printer.print(bytes, to: &output.bytes))
            } catch {
                throw .failure(.encoding(error))
            }
        }
        if output.bytes.count >= Self.flushLength { try flush() }
    }

    private mutating func count(_ result: LineResult) {
        switch result {
        case .printed: summary.printedCount += 1
        case .filtered: summary.filteredCount += 1
        case .skipped(let reason): skip(reason)
        }
    }

    private mutating func skip(_ reason: String) {
        summary.skippedCount += 1
        debug?("line \(lineNumber) skipped: \(reason)")
    }

    private mutating func flush() throws(Ending) {
        let ending: OutputBuffer.Flush
        do throws(SystemError) {
            ending = try output.flush()
        } catch {
            throw .failure(.system(error))
        }
        if ending != .done { throw .quiet }
    }

    private func system<Value>(_ body: () throws(SystemError) -> Value) throws(Ending) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .failure(.system(error))
        }
    }
}
