// SPDX-License-Identifier: Apache-2.0
// CelExpr: what is taken and what it means, what is refused and where.

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct ExpressionTests {
    private static let arguments =
        "    - {index: 0, type: int}\n    - {index: 1, type: uint32}\n    - {index: 2, type: uint64}\n    - {index: 3, type: int64}"

    private func plan(_ expression: String) throws -> HookPlan {
        let text = policy(
            "p", args: Self.arguments,
            selectors:
                "    - matchArgs: [{operator: CelExpr, values: ['\(expression)']}]\n    - label: everybody")
        return try #require(try compile(text).hooks.first)
    }

    /// Whether the first selector lives; the same steps as bpf/filter/match_expression.h.
    private func holds(_ plan: HookPlan, _ scalars: [UInt64]) throws -> Bool {
        let look = try #require(plan.dimensions.first { $0.kind == SHRIKE_DIMENSION_EXPRESSION })
        var stack: [UInt64] = []
        for step in plan.steps[look.first...] {
            let top = stack.last ?? 0
            switch step.operation {
            case SHRIKE_STEP_END:
                #expect(stack.count == 1)
                let row = plan.intervals[top != 0 ? look.count : look.count + 1]
                #expect(row.alive.contains(1))
                return row.alive.contains(0)
            case SHRIKE_STEP_NUMBER: stack.append(step.operand)
            case SHRIKE_STEP_ARGUMENT: stack.append(scalars[step.argument])
            case SHRIKE_STEP_INVERT: stack[stack.count - 1] = ~top
            case SHRIKE_STEP_NEGATE: stack[stack.count - 1] = top == 0 ? 1 : 0
            case SHRIKE_STEP_NARROW_SIGNED:
                stack[stack.count - 1] = UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: top)))
            case SHRIKE_STEP_NARROW: stack[stack.count - 1] = UInt64(UInt32(truncatingIfNeeded: top))
            default:
                stack.removeLast()
                let left = stack.removeLast()
                let (a, b) = (Int64(bitPattern: left), Int64(bitPattern: top))
                let result: UInt64 =
                    switch step.operation {
                    case SHRIKE_STEP_ADD: left &+ top
                    case SHRIKE_STEP_SUBTRACT: left &- top
                    case SHRIKE_STEP_AND: left & top
                    case SHRIKE_STEP_OR: left | top
                    case SHRIKE_STEP_XOR: left ^ top
                    case SHRIKE_STEP_EQUAL: left == top ? 1 : 0
                    case SHRIKE_STEP_NOT_EQUAL: left != top ? 1 : 0
                    case SHRIKE_STEP_LESS_SIGNED: a < b ? 1 : 0
                    case SHRIKE_STEP_LESS: left < top ? 1 : 0
                    case SHRIKE_STEP_LESS_OR_EQUAL_SIGNED: a <= b ? 1 : 0
                    default: left <= top ? 1 : 0
                    }
                stack.append(result)
            }
        }
        Issue.record("no end")
        return false
    }

    @Test("Types, signs and precedence")
    func meaning() throws {
        let minusOne = UInt64.max
        // int, uint32, uint64, int64
        let scalars: [UInt64] = [minusOne, 0xffff_ffff, 5, minusOne]
        for (text, expected) in [
            ("arg0 == int32(-1)", true), ("arg1 == uint32(4294967295)", true), ("arg2 > 4u", true),
            ("arg3 < 0", true), ("arg1 < uint32(1)", false), ("arg0 + int32(1) == int32(0)", true),
            ("arg1 + uint32(1) == uint32(0)", true), ("arg2 - 6u > 5u", true), ("arg3 - 1 >= -2", true),
            ("arg2 == 1u || arg2 == 2u && arg3 == 0", false), ("arg2 == 5u || arg2 == 2u && arg3 == 0", true),
            ("(arg2 == 5u || arg2 == 2u) && arg3 == 0", false), ("!(arg2 == 5u) == false", true),
            ("and(arg2, 4u) == 4u", true), ("or(arg2, 2u) == 7u", true), ("xor(arg2, 1u) == 0x4u", true),
            ("not(arg1) == uint32(0)", true), ("not(arg3) <= 0", true), ("arg2 != 5u", false),
        ] {
            #expect(try holds(try plan(text), scalars) == expected, "\(text)")
        }
    }

    @Test("An expression reads the arguments that it names, and no others")
    func operands() throws {
        let plan = try plan("arg3 == 1 && arg1 == uint32(2)")
        let look = try #require(plan.dimensions.first)
        #expect(look.argument == 1 && look.part.offset == 0b1010)
        #expect(plan.arguments[1].filtered.contains(0) && !plan.arguments[3].filtered.contains(0))
    }

    @Test(
        "What is no such expression",
        arguments: [
            (
                "arg0 == 1",
                "`int32` and `int` cannot be compared or combined; convert one, as in `int32(1)`, at its character 10"
            ),
            ("arg0", "the expression is no condition but `int32`, at its character 1"),
            ("arg4 == 1", "the hook has 4 `args`, there is no `arg4`, at its character 1"),
            ("arg2 == 1u &&", "a value is expected, at its character 14"),
            ("arg2 ** 2u == 1u", "an operator is expected, at its character 6"),
            ("size(arg2) == 1u", "`size` is not known to expressions in the kernel, at its character 1"),
            ("arg2 == 99999999999999999999u", "`99999999999999999999` is no number, at its character 9"),
            ("arg2 == 1u && arg3", "a condition is expected, not `int`, at its character 19"),
            ("(arg2 == 1u", "`)` is expected, at its character 12"),
        ])
    func refusals(text: String, message: String) throws {
        let policy = policy(
            "p", args: Self.arguments,
            selectors: "    - matchArgs: [{operator: CelExpr, values: ['\(text)']}]")
        let loaded = try #require(PolicyLoader.load(Array(policy.utf8), file: "p.yaml").policies.first)
        let found = PolicyChecker.check(loaded, kernel: nil)
        #expect(found.map(\.message) == ["cannot use the expression: \(message)"])
        #expect(found.first.map { "\($0.range.start.line):\($0.range.start.column)" } == "15:48")
    }

    @Test("Expressions have bounds")
    func bounds() {
        let long = Array(repeating: "arg0 == arg0", count: 30).joined(separator: " && ")
        let deep = String(repeating: "(", count: 100) + "arg0 == arg0" + String(repeating: ")", count: 100)
        for text in [long, deep] {
            #expect(throws: ArgumentExpression.Problem.self) { try ArgumentExpression(text, types: [.int]) }
        }
        #expect(throws: ArgumentExpression.Problem.self) { try ArgumentExpression("arg0 == 1", types: [nil]) }
    }
}
