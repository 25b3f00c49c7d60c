// SPDX-License-Identifier: Apache-2.0
// Policies from text, plans from policies, and the kernel's look-ups done in Swift.

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

/// Compiles policies given as text; they must be right.
func compile(_ texts: String...) throws -> PolicyPlan {
    let policies = try texts.enumerated().flatMap { number, text in
        let result = PolicyLoader.load(Array(text.utf8), file: "policy-\(number).yaml")
        try #require(!result.hasErrors, "\(result.diagnostics)")
        return result.policies
    }
    for policy in policies {
        let diagnostics = PolicyChecker.check(policy, kernel: nil) + FeatureSupport.check(policy)
        try #require(!diagnostics.hasErrors, "\(diagnostics)")
    }
    return try PolicyCompiler.compile(policies)
}

/// A policy on one function.
func policy(_ name: String, call: String = "security_file_open", args: String, selectors: String) -> String {
    """
    apiVersion: cilium.io/v1alpha1
    kind: TracingPolicy
    metadata:
      name: \(name)
    spec:
      kprobes:
      - call: \(call)
        syscall: false
        args:
    \(args)
        selectors:
    \(selectors)
    """
}

/// A policy with the lines of its `spec`.
func spec(_ name: String, _ lines: String) -> String {
    "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: \(name)}\nspec:\n"
        + lines.split(separator: "\n").map { "  \($0)\n" }.joined()
}

let fileArgument = "    - {index: 0, type: file}"

/// What the kernel's look-ups say of one argument value; the same steps as bpf/filter/*.h.
struct KernelLookup {
    var plan: HookPlan

    /// The selectors that a text of argument `number` leaves alive.
    func alive(text: String, argument number: Int) -> SelectorSet {
        let argument = plan.arguments[number]
        let bytes = Array(text.utf8)
        var alive = plan.everyone
        if let table = argument.forwardTable {
            alive = and(alive, forward(bytes, table) ?? argument.forwardDefault)
        }
        if let table = argument.reverseTable {
            let reversed = Array(bytes.reversed().prefix(plan.reverseKeyBytes))
            alive = and(alive, longestMatch(reversed, table)?.alive ?? argument.reverseDefault)
        }
        return alive
    }

    /// The selectors that a number of argument `number` leaves alive.
    func alive(value: Int128, argument number: Int) -> SelectorSet {
        let argument = plan.arguments[number]
        var alive = plan.everyone
        if let range = argument.intervals {
            let ordered = UInt64(ordered: value, isSigned: argument.isSigned)
            alive = plan.intervals[range].last { $0.start <= ordered }?.alive ?? alive
        }
        return and(alive, parts(of: number) { _ in UInt64(truncatingIfNeeded: value) })
    }

    /// The selectors that a structure of argument `number` leaves alive.
    func alive<Object: BitwiseCopyable>(object: Object, argument number: Int) -> SelectorSet {
        let bytes = withUnsafeBytes(of: object) { Array($0) }
        var alive = parts(of: number) { part in
            bytes[part.offset..<part.offset + 4].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        for dimension in plan.dimensions where dimension.argument == number && dimension.kind == SHRIKE_DIMENSION_ADDRESS {
            let family = bytes[0]
            let (table, count) = family == 2 ? (0, 4) : family == 10 ? (1, 16) : (2, 0)
            let key = Array(bytes[dimension.part.offset..<dimension.part.offset + count])
            alive = and(alive, longestBlock(key, UInt32(dimension.first + table)))
        }
        return alive
    }

    private func parts(of number: Int, _ value: (ArgumentPart) -> UInt64) -> SelectorSet {
        var alive = plan.everyone
        for dimension in plan.dimensions where dimension.argument == number && dimension.count > 0 {
            let value = value(dimension.part)
            let rows = plan.intervals[dimension.first..<dimension.first + dimension.count]
            switch dimension.kind {
            case SHRIKE_DIMENSION_INTERVALS:
                alive = and(alive, rows.last { $0.start <= value }?.alive ?? plan.everyone)
            case SHRIKE_DIMENSION_BITS:
                var gathered = rows[rows.startIndex + 64].alive
                for bit in 0..<64 where value & 1 << UInt64(bit) != 0 {
                    for selector in 0..<plan.selectors.count where rows[rows.startIndex + bit].alive.contains(selector) {
                        gathered.insert(selector)
                    }
                }
                alive = and(alive, gathered)
            default:
                break
            }
        }
        return alive
    }

    private func longestBlock(_ key: [UInt8], _ table: UInt32) -> SelectorSet {
        func bit(_ bytes: [UInt8], _ index: Int) -> UInt8 { bytes[index / 8] >> UInt8(7 - index % 8) & 1 }
        let blocks = plan.texts.filter { $0.table == table }
        let found = blocks.filter { entry in
            let bits = entry.keyBits ?? entry.key.count * 8
            return bits <= key.count * 8 && (0..<bits).allSatisfy { bit(entry.key, $0) == bit(key, $0) }
        }
        return found.max { ($0.keyBits ?? 0) < ($1.keyBits ?? 0) }?.alive ?? plan.everyone
    }

    private func forward(_ bytes: [UInt8], _ first: UInt32) -> SelectorSet? {
        var rest = (bytes + [0])[...]
        var table = first
        var reached: SelectorSet?
        while let entry = longestMatch(Array(rest.prefix(plan.textKeyBytes)), table) {
            reached = entry.alive
            guard entry.nextTable != 0, rest.count > plan.textKeyBytes else { break }
            table = entry.nextTable
            rest = rest.dropFirst(plan.textKeyBytes)
        }
        return reached
    }

    private func longestMatch(_ key: [UInt8], _ table: UInt32) -> TextEntry? {
        plan.texts.filter { $0.table == table && key.starts(with: $0.key) }.max { $0.key.count < $1.key.count }
    }

    private func and(_ left: SelectorSet, _ right: SelectorSet) -> SelectorSet {
        var result = left
        for bit in 0..<plan.selectors.count where !right.contains(bit) { result.remove(bit) }
        return result
    }
}

/// A small random source with a seed, so that a failure can be repeated.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
