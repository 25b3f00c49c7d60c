// SPDX-License-Identifier: Apache-2.0
// RFC 3339 timestamps. A writer keeps the text of the last second, since events come in order.

/// Writes wall times as `2026-01-10T07:01:51.508000544Z`. One owner, not thread-safe.
public struct TimestampWriter: ~Copyable {
    /// What `text` tells: an event's time stands in its line twice, and the next event is of the same second.
    private var time: Int64 = 0
    private var second: Int64 = 0
    private var text: ByteBuffer
    /// Bytes of `2026-01-10T07:01:51`.
    private static let secondBytes = 19

    /// Makes a writer.
    public init() {
        text = ByteBuffer(capacity: 64)
        text.append(utf8: "1970-01-01T00:00:00Z")
    }

    /// Appends a time without quotes: 0, 3, 6 or 9 fractional digits, the shortest that is exact.
    /// - Parameter time: nanoseconds since 1970.
    public mutating func append(_ time: Int64, to buffer: inout ByteBuffer) {
        if time != self.time { render(time) }
        buffer.append(text.bytes)
    }

    private mutating func render(_ time: Int64) {
        let billion: Int64 = 1_000_000_000
        var seconds = time / billion
        var fraction = time % billion
        if fraction < 0 {
            fraction += billion
            seconds -= 1
        }
        if seconds != second { render(seconds: seconds) }
        self.time = time
        text.truncate(to: Self.secondBytes)
        if fraction != 0 {
            // Nine digits, of which groups of three zeros at the end are left out.
            text.append(byte: UInt8(ascii: "."))
            text.append(byte: 0x30 &+ UInt8(truncatingIfNeeded: fraction / 100_000_000))
            text.append(eightDigits: UInt64(fraction % 100_000_000))
            if fraction % 1_000 == 0 { text.truncate(to: text.count - (fraction % 1_000_000 == 0 ? 6 : 3)) }
        }
        text.append(byte: UInt8(ascii: "Z"))
    }

    private mutating func render(seconds: Int64) {
        second = seconds
        var days = seconds / 86_400
        var rest = seconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let (year, month, day) = Self.civil(days)
        text.removeAll()
        text.append(digits: 4, of: UInt64(year))
        text.append(byte: UInt8(ascii: "-"))
        text.append(digits: 2, of: UInt64(month))
        text.append(byte: UInt8(ascii: "-"))
        text.append(digits: 2, of: UInt64(day))
        text.append(byte: UInt8(ascii: "T"))
        text.append(digits: 2, of: UInt64(rest / 3_600))
        text.append(byte: UInt8(ascii: ":"))
        text.append(digits: 2, of: UInt64(rest / 60 % 60))
        text.append(byte: UInt8(ascii: ":"))
        text.append(digits: 2, of: UInt64(rest % 60))
    }

    /// The Gregorian date of a day since 1970; Int64 nanoseconds keep the year within 1677...2262.
    /// Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension ByteBuffer {
    /// Appends exactly `count` digits, with leading zeros.
    internal mutating func append(digits count: Int, of value: UInt64) {
        // SAFETY: room() made space for `count` bytes and the loop writes exactly that many.
        let start = room(count)
        var rest = value
        var position = count
        while position > 0 {
            position -= 1
            start.storeBytes(
                of: UInt8(truncatingIfNeeded: 0x30 &+ rest % 10), toByteOffset: position, as: UInt8.self)
            rest /= 10
        }
        used += count
    }
}
