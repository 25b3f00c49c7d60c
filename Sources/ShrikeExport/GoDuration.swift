// SPDX-License-Identifier: Apache-2.0
// Times as the incumbent's flags and API spell them.

/// A time: `90s`, `1h30m`, `1.5h`, `-1s`, `0`.
public struct GoDuration: Sendable, Equatable {
    /// May be negative.
    public var nanoseconds: Int64

    /// A time.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Reads a time; nil when the text is none, or too long to count.
    public init?(_ text: String) {
        let units: [String: Double] = [
            "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
        ]
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        guard !rest.isEmpty else { return nil }
        if rest == "0" {
            nanoseconds = 0
            return
        }
        var total = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { "0123456789.".contains($0) }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !"0123456789.".contains($0) }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = units[String(unit)] else { return nil }
            total += value * factor
        }
        guard total < 9e18 else { return nil }
        nanoseconds = Int64(total) * (isNegative ? -1 : 1)
    }

    /// As Go prints it: `1h30m0s`, `1.5s`, `250ms`, `0s`.
    public var text: String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let total = nanoseconds.magnitude
        if total < 1_000 { return "\(sign)\(total)ns" }
        if total < 1_000_000 { return sign + Self.decimal(total, 1_000) + "µs" }
        if total < 1_000_000_000 { return sign + Self.decimal(total, 1_000_000) + "ms" }
        let minutes = total / 60_000_000_000
        let seconds = Self.decimal(total % 60_000_000_000, 1_000_000_000) + "s"
        if minutes == 0 { return sign + seconds }
        if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
        return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
        let rest = value % unit
        guard rest != 0 else { return "\(value / unit)" }
        let digits = String(String(unit + rest).dropFirst())
        return "\(value / unit)." + String(digits.reversed().drop { $0 == "0" }.reversed())
    }
}
