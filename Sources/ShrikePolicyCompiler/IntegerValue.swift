// SPDX-License-Identifier: Apache-2.0
// A filter value on a number as the range of numbers that satisfies it.

internal import ShrikePolicy

enum IntegerValue {
    /// The numbers that `value` stands for under an operator, both ends included; nil for none.
    static func range(_ value: String, for operator: Operator, _ shape: IntegerShape) -> ClosedRange<Int128>? {
        switch `operator` {
        case .gt, .greaterThan:
            guard let number = parse(value), number < shape.maximum else { return nil }
            return number + 1 ... shape.maximum
        case .lt, .lessThan:
            guard let number = parse(value), number > shape.minimum else { return nil }
            return shape.minimum ... number - 1
        default:
            guard let colon = value.dropFirst().firstIndex(of: ":") else { return parse(value).map { $0 ... $0 } }
            guard let low = parse(value[..<colon]), let high = parse(value[value.index(after: colon)...]), low <= high
            else { return nil }
            return low ... high
        }
    }

    private static func parse(_ text: some StringProtocol) -> Int128? {
        let digits = String(text).filter { $0 != "_" }
        let isNegative = digits.hasPrefix("-")
        let magnitude = isNegative || digits.hasPrefix("+") ? String(digits.dropFirst()) : digits
        let number: Int128? =
            switch magnitude.prefix(2).lowercased() {
            case "0x": Int128(magnitude.dropFirst(2), radix: 16)
            case "0b": Int128(magnitude.dropFirst(2), radix: 2)
            case "0o": Int128(magnitude.dropFirst(2), radix: 8)
            default:
                magnitude.count > 1 && magnitude.hasPrefix("0")
                    ? Int128(magnitude.dropFirst(), radix: 8) : Int128(magnitude)
            }
        return number.map { isNegative ? -$0 : $0 }
    }
}
