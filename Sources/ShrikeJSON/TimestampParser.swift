// SPDX-License-Identifier: Apache-2.0
// RFC 3339 timestamps, read.

/// The time that a text names, in nanoseconds since 1970: `2026-01-10T07:01:51.5Z`, `2026-01-10T08:01:51+01:00`.
/// - Returns: nil for anything else; digits behind the ninth of the fraction are left out.
public func nanoseconds<Bytes: Collection<UInt8>>(rfc3339 text: Bytes) -> Int64? {
    var reader = TimestampReader(rest: text[...])
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
        let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
        let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
        let second = reader.number(2), let fraction = reader.fraction(), let offset = reader.offset(),
        (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61,
        (1678...2261).contains(year), reader.rest.isEmpty
    else { return nil }
    let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return seconds * 1_000_000_000 + fraction
}

/// Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
private func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private struct TimestampReader<Rest: Collection<UInt8>> where Rest.SubSequence == Rest {
    var rest: Rest

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func digit() -> Int64? {
        guard let first = rest.first, (0x30...0x39).contains(first) else { return nil }
        rest = rest.dropFirst()
        return Int64(first) - 0x30
    }

    mutating func number(_ digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            if count < 9 { value = value * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 9)..<9 { value *= 10 }
        return value
    }

    /// Seconds east of Greenwich.
    mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let isEast = take("+")
        guard isEast || take("-"), let hours = number(2), take(":"), let minutes = number(2), hours < 24,
            minutes < 60
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 3_600 + minutes * 60)
    }
}
