// SPDX-License-Identifier: Apache-2.0
// Which labels a selector of nodes means.

internal import ShrikePolicy

extension LabelSelector {
    /// Whether labels fulfil it.
    func matches(_ values: [String: String]) -> Bool {
        labels.allSatisfy { values[$0.key.value] == $0.value.value }
            && expressions.allSatisfy { expression in
                let value = values[expression.key.value]
                let isListed =
                    value.map { value in expression.values.contains { $0.value == value } } ?? false
                switch expression.comparison.value {
                case .isIn: return isListed
                case .isNotIn: return !isListed
                case .exists: return value != nil
                case .doesNotExist: return value == nil
                }
            }
    }
}
