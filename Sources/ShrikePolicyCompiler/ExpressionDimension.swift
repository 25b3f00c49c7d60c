// SPDX-License-Identifier: Apache-2.0
// CelExpr: expressions over arguments as steps in the kernel's table.

public import ShrikeABI
internal import ShrikePolicy

/// One step of an expression.
public struct PlannedStep: Sendable, Hashable {
    /// What is done.
    public var operation: shrike_expression_operation
    /// The plan's argument that is read.
    public var argument = 0
    /// A number.
    public var operand: UInt64 = 0
}

/// One filter that is an expression.
struct ExpressionFilter {
    var selector: Int
    var expression: ArgumentExpression
    /// By position in the hook's `args` the plan's argument.
    var slots: [Int?]
}

extension HookPlan {
    /// Adds a look-up for each expression.
    mutating func add(_ filters: [ExpressionFilter], _ argument: Int) {
        for filter in filters {
            let slots = filter.expression.positions.compactMap { filter.slots[$0] }
            let operands = slots.reduce(0) { $0 | 1 << $1 }
            dimensions.append(
                PlannedDimension(
                    argument: argument, kind: SHRIKE_DIMENSION_EXPRESSION,
                    part: ArgumentPart(source: SHRIKE_VALUE_SCALAR, offset: operands), first: steps.count,
                    count: intervals.count))
            var whenFalse = everyone
            whenFalse.remove(filter.selector)
            intervals.append(Interval(start: 0, alive: everyone))
            intervals.append(Interval(start: 0, alive: whenFalse))
            steps += filter.expression.steps.map { $0.planned(filter.slots) }
            steps.append(PlannedStep(operation: SHRIKE_STEP_END))
        }
    }
}

extension ArgumentExpression.Step {
    fileprivate func planned(_ slots: [Int?]) -> PlannedStep {
        switch self {
        case .number(let number): PlannedStep(operation: SHRIKE_STEP_NUMBER, operand: number)
        case .argument(let position):
            PlannedStep(operation: SHRIKE_STEP_ARGUMENT, argument: slots[position] ?? 0)
        case .invert: PlannedStep(operation: SHRIKE_STEP_INVERT)
        case .negate: PlannedStep(operation: SHRIKE_STEP_NEGATE)
        case .narrow(let isSigned):
            PlannedStep(operation: isSigned ? SHRIKE_STEP_NARROW_SIGNED : SHRIKE_STEP_NARROW)
        case .binary(let operation): PlannedStep(operation: operation.planned)
        }
    }
}

extension ArgumentExpression.Operation {
    fileprivate var planned: shrike_expression_operation {
        switch self {
        case .add: SHRIKE_STEP_ADD
        case .subtract: SHRIKE_STEP_SUBTRACT
        case .and: SHRIKE_STEP_AND
        case .or: SHRIKE_STEP_OR
        case .xor: SHRIKE_STEP_XOR
        case .equal: SHRIKE_STEP_EQUAL
        case .notEqual: SHRIKE_STEP_NOT_EQUAL
        case .less(let isSigned): isSigned ? SHRIKE_STEP_LESS_SIGNED : SHRIKE_STEP_LESS
        case .lessOrEqual(let isSigned):
            isSigned ? SHRIKE_STEP_LESS_OR_EQUAL_SIGNED : SHRIKE_STEP_LESS_OR_EQUAL
        }
    }
}

extension ArgumentFilter {
    /// The expression of a CelExpr that the checker has passed; nil for any other filter.
    func expression(in hook: some PolicyHook) -> ArgumentExpression? {
        guard `operator`.value == .celExpression, let text = values.first?.value else { return nil }
        return try? ArgumentExpression(text, types: hook.arguments.map(\.type.value.expressionType))
    }
}
