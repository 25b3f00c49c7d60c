// SPDX-License-Identifier: Apache-2.0
// A file of recorded events, line by line: it may be larger than memory.

internal import ShrikeControl
internal import ShrikeEventReader
public import ShrikeLint

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// Reads recorded events: lines of JSON as `shriked` and `shrike getevents -o json` print them.
struct EventFile {
    /// The file, or `-` for standard input.
    let path: String

    private static let chunkBytes = 256 << 10
    private static let maximumLineBytes = 16 << 20

    /// Hands over each event, with the number of its line from 1, or why the line is none.
    func forEach(
        _ body: (_ line: Int, _ event: Result<Tetragon_GetEventsResponse, RecordingGap>) -> Void
    ) throws(InputError) {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputError(path, errno) }
        defer { if path != "-" { close(descriptor) } }
        var splitter = LineSplitter(maximumLength: Self.maximumLineBytes)
        let decoder = EventDecoder()
        var number = 0
        func take(_ line: LineSplitter.Line) {
            number += 1
            switch line {
            case .tooLong: body(number, .failure(RecordingGap("lines that are too long")))
            case .complete(let bytes):
                if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { return }
                do {
                    body(number, .success(try decoder.decode(bytes)))
                } catch {
                    body(number, .failure(RecordingGap("lines that are no JSON object of an event")))
                }
            }
        }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkBytes, alignment: 16)
        defer { unsafe room.deallocate() }
        while true {
            let count = unsafe read(descriptor, room.baseAddress, room.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw InputError(path == "-" ? "<stdin>" : path, errno) }
            guard count > 0 else { break }
            unsafe splitter.push(UnsafeRawBufferPointer(rebasing: room[..<count])) { take($0) }
        }
        if let last = splitter.finish() { take(last) }
    }
}
