// SPDX-License-Identifier: Apache-2.0
// The type of a scalar, by the rules that Kubernetes tools follow (YAML 1.1 without sexagesimal
// numbers and dates). Kept apart because quoting mistakes are the most common ones in policies.

/// The value of a scalar.
public enum ResolvedScalar: Sendable, Hashable {
    /// `null`, `~` or nothing.
    case null
    /// `true`, `yes`, `on` and their opposites.
    case boolean(Bool)
    /// A whole number that fits 64 bits, signed or unsigned.
    case integer(Int128)
    /// Any other number.
    case float
    /// A text.
    case string

    /// The type, with its article.
    var name: String {
        switch self {
        case .null: "nothing"
        case .boolean: "a boolean"
        case .integer, .float: "a number"
        case .string: "a string"
        }
    }

    /// Longer text is a string: no number needs more, and each text is looked at once.
    private static let longestNumber = 80

    /// The value of a scalar written without quotes.
    static func resolve(plain text: String) -> ResolvedScalar {
        guard text.utf8.count <= longestNumber else { return .string }
        switch text {
        case "", "~", "null", "Null", "NULL":
            return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
            return .boolean(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF":
            return .boolean(false)
        default:
            break
        }
        guard let first = text.utf8.first, isNumberStart(first) else { return .string }
        if let number = IntegerSyntax.parse(text) {
            return Int128(Int64.min)...Int128(UInt64.max) ~= number ? .integer(number) : .float
        }
        return isFloat(text) ? .float : .string
    }

    private static func isNumberStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isFloat(_ text: String) -> Bool {
        let unsigned = text.drop { $0 == "+" || $0 == "-" }
        guard text.utf8.count - unsigned.utf8.count <= 1 else { return false }
        switch unsigned.lowercased() {
        case ".inf", ".nan":
            return true
        case let digits:
            let isPlain = digits.utf8.allSatisfy { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || [0x2B, 0x2D, 0x2E, 0x65].contains(byte)
            }
            return isPlain && digits.utf8.contains { $0 >= 0x30 && $0 <= 0x39 } && Double(digits) != nil
        }
    }
}

/// Whole numbers as Go writes them: `10`, `-10`, `0x1f`, `017`, `0o17`, `0b11`, `1_000`.
public enum IntegerSyntax {
    /// The number, or nil if `text` is not one. Numbers past 100 bits are not numbers here.
    public static func parse(_ text: some StringProtocol) -> Int128? {
        var digits = Array(text.utf8)
        guard digits.count <= 80, let first = digits.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        if isNegative || first == UInt8(ascii: "+") { digits.removeFirst() }
        guard let magnitude = magnitude(digits) else { return nil }
        return isNegative ? -magnitude : magnitude
    }

    private static func magnitude(_ digits: [UInt8]) -> Int128? {
        guard let first = digits.first else { return nil }
        guard first == UInt8(ascii: "0"), digits.count > 1 else {
            return number(digits[...], base: 10, mayStartWithSeparator: false)
        }
        switch digits[1] | 0x20 {
        case UInt8(ascii: "x"): return number(digits[2...], base: 16, mayStartWithSeparator: true)
        case UInt8(ascii: "o"): return number(digits[2...], base: 8, mayStartWithSeparator: true)
        case UInt8(ascii: "b"): return number(digits[2...], base: 2, mayStartWithSeparator: true)
        default: return number(digits[1...], base: 8, mayStartWithSeparator: true)
        }
    }

    private static func number(
        _ digits: ArraySlice<UInt8>, base: Int128, mayStartWithSeparator: Bool
    ) -> Int128? {
        var value: Int128 = 0
        var separatorAllowed = mayStartWithSeparator
        var sawDigit = false
        for byte in digits {
            if byte == UInt8(ascii: "_") {
                guard separatorAllowed else { return nil }
                separatorAllowed = false
                continue
            }
            guard let digit = digitValue(byte), digit < base, value < (1 << 100) else { return nil }
            value = value * base + digit
            separatorAllowed = true
            sawDigit = true
        }
        return sawDigit && separatorAllowed ? value : nil
    }

    private static func digitValue(_ byte: UInt8) -> Int128? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int128(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int128(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int128(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
