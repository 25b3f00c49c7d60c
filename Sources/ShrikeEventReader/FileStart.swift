// SPDX-License-Identifier: Apache-2.0
// Where in a file of events the ones since a time begin, without reading what is before.

import Glibc
import ShrikeEventFilter
import ShrikeJSON

/// Finds the beginning by halving the file.
///
/// Events are written as they happen, but a line can be some seconds older than the one before it: reading begins a
/// minute early, and each line is looked at again.
public enum FileStart {
    private static let margin: Int64 = 60_000_000_000
    /// Bytes that are read at a place to find a whole line with a time; a longer line is passed over.
    private static let window = 1 << 20
    /// Bytes below which it is as quick to read on.
    private static let precision: off_t = 1 << 20

    /// Moves a descriptor to where the events since a time begin, or leaves it alone when it is no regular file.
    /// - Parameter time: nanoseconds since 1970.
    public static func seek(_ descriptor: Int32, since time: Int64) {
        guard Descriptors.isRegularFile(descriptor) else { return }
        let begin = lseek(descriptor, 0, SEEK_CUR)
        var status = stat()
        guard begin >= 0, fstat(descriptor, &status) == 0 else { return }
        var low = begin  // every line that begins before this is too old, but for the margin
        var high = status.st_size
        while high - low > precision {
            let middle = low + (high - low) / 2
            guard let (lineStart, lineTime) = line(descriptor, after: middle, before: high) else {
                high = middle
                continue
            }
            if lineTime < time - margin { low = lineStart } else { high = middle }
        }
        lseek(descriptor, low, SEEK_SET)
    }

    /// The first line with a time that begins behind a place: where, and when it happened.
    private static func line(
        _ descriptor: Int32, after place: off_t, before end: off_t
    ) -> (start: off_t, time: Int64)? {
        var bytes = [UInt8](repeating: 0, count: min(window, Int(end - place)))
        let count = pread(descriptor, &bytes, bytes.count, place)
        guard count > 0 else { return nil }
        var start = bytes[..<count].firstIndex(of: 0x0A).map { $0 + 1 } ?? count
        while start < count, let newline = bytes[start..<count].firstIndex(of: 0x0A) {
            if let time = EventTime.of(bytes[start..<newline]) { return (place + off_t(start), time) }
            start = newline + 1
        }
        return nil
    }
}

/// The time of an event.
enum EventTime {
    /// Nanoseconds since 1970; nil for a line without a time.
    static func of(_ line: ArraySlice<UInt8>) -> Int64? {
        line.withUnsafeBytes { bytes in
            EventLine(bytes)?.envelope.member("time")?.string.flatMap { nanoseconds(rfc3339: $0.utf8) }
        }
    }
}
