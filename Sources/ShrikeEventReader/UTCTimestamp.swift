// SPDX-License-Identifier: Apache-2.0
// Times as compact lines print them: UTC, and always nine digits after the point.

import SwiftProtobuf

/// Formats the time of an event.
enum UTCTimestamp {
    /// Gives `2026-01-10T07:01:51.508000198Z`.
    static func text(_ timestamp: Google_Protobuf_Timestamp) -> String {
        let secondsOfDay = 86_400 as Int64
        // Rounded down, also before 1970.
        let second = (timestamp.seconds % secondsOfDay + secondsOfDay) % secondsOfDay
        let day = (timestamp.seconds - second) / secondsOfDay
        let (year, month, dayOfMonth) = civilDate(day)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
        let time = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return "\(date)T\(time).\(padded(Int64(timestamp.nanos), 9))Z"
    }

    /// The date of a day, counted from 1970-01-01: the proleptic Gregorian calendar in eras of 400 years
    /// that begin in March, so that the leap day is the last day of a year.
    private static func civilDate(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
