// SPDX-License-Identifier: Apache-2.0
// A filter value on a number as the range of numbers that satisfies it.

internal import ShrikePolicy

enum IntegerValue {
    /// The numbers that `value` stands for under an operator, both ends included; nil for none.
    static func range(_ value: String, for operator: Operator, _ shape: IntegerShape) -> ClosedRange<Int128>?
    {
        switch `operator` {
        case .gt, .greaterThan:
            guard let number = IntegerSyntax.parse(value), number < shape.maximum else { return nil }
            return number + 1...shape.maximum
        case .lt, .lessThan:
            guard let number = IntegerSyntax.parse(value), number > shape.minimum else { return nil }
            return shape.minimum...number - 1
        default:
            guard let colon = value.dropFirst().firstIndex(of: ":") else {
                return IntegerSyntax.parse(value).map { $0...$0 }
            }
            guard let low = IntegerSyntax.parse(value[..<colon]),
                let high = IntegerSyntax.parse(value[value.index(after: colon)...]), low <= high
            else { return nil }
            return low...high
        }
    }
}
