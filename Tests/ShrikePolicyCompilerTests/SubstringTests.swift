// SPDX-License-Identifier: Apache-2.0
// SubString: the automaton finds exactly what a plain search finds.

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct SubstringTests {
    /// The selectors alive after a text; the same steps as bpf/filter/match_substring.h.
    private func alive(_ hook: HookPlan, _ text: [UInt8]) -> [Int] {
        var alive = Set(hook.selectors.indices)
        for look in hook.dimensions where look.kind == SHRIKE_DIMENSION_SUBSTRING {
            var state = look.first
            var rows = [look.count]
            for byte in text + [0] {
                if let row = hook.automaton[state].foundRow { rows.append(row) }
                state = Int(hook.automaton[state].next[Int(byte)])
            }
            alive = alive.filter { bit in rows.contains { hook.intervals[$0].alive.contains(bit) } }
        }
        return alive.sorted()
    }

    private func contains(_ text: [UInt8], _ value: [UInt8], ignoresCase: Bool) -> Bool {
        func folded(_ byte: UInt8) -> UInt8 {
            ignoresCase && (65...90).contains(byte) ? byte + 32 : byte
        }
        guard text.count >= value.count else { return false }
        return (0...text.count - value.count).contains { start in
            value.indices.allSatisfy { folded(text[start + $0]) == folded(value[$0]) }
        }
    }

    @Test("Values that overlap, contain each other and end in one another")
    func overlaps() throws {
        let plan = try compile(
            policy(
                "p", args: fileArgument,
                selectors: """
                    - matchArgs: [{index: 0, operator: SubString, values: [he, she]}]
                        - matchArgs: [{index: 0, operator: SubString, values: [hers]}]
                        - matchArgs: [{index: 0, operator: SubStringIgnCase, values: [HIS]}, {index: 0, operator: SubString, values: [u]}]
                        - label: everybody
                    """.split(separator: "\n").map { "    " + $0.drop { $0 == " " } }.joined(separator: "\n"))
        )
        let hook = try #require(plan.hooks.first)
        #expect(alive(hook, Array("ushers".utf8)) == [0, 1, 3])
        #expect(alive(hook, Array("/uhIs".utf8)) == [2, 3])
        #expect(alive(hook, Array("/his".utf8)) == [3])
        #expect(alive(hook, Array("shx".utf8)) == [3])
        #expect(alive(hook, []) == [3])
    }

    @Test("Random values and texts of few letters", arguments: 0..<40)
    func random(round: UInt64) throws {
        var random = SeededRandom(state: 7_000 + round)
        func text(_ length: Int) -> [UInt8] {
            (0..<length).map { _ in "abAB".utf8.randomElement(using: &random)! }
        }
        var filters: [[(ignoresCase: Bool, values: [[UInt8]])]] = []
        var selectors: [String] = []
        for _ in 0..<6 {
            let ofSelector = (0..<Int.random(in: 1...2, using: &random)).map { _ in
                (
                    ignoresCase: Bool.random(using: &random),
                    values: (0..<Int.random(in: 1...4, using: &random)).map { _ in
                        text(Int.random(in: 1...5, using: &random))
                    }
                )
            }
            filters.append(ofSelector)
            let written = ofSelector.map { filter in
                let values = filter.values.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", ")
                return
                    "{index: 0, operator: \(filter.ignoresCase ? "SubStringIgnCase" : "SubString"), values: [\(values)]}"
            }
            selectors.append("    - matchArgs: [\(written.joined(separator: ", "))]")
        }
        let hook = try #require(
            try compile(policy("p", args: fileArgument, selectors: selectors.joined(separator: "\n"))).hooks
                .first)
        for _ in 0..<200 {
            let subject = text(Int.random(in: 0...9, using: &random))
            let expected = filters.indices.filter { selector in
                filters[selector].allSatisfy { filter in
                    filter.values.contains { contains(subject, $0, ignoresCase: filter.ignoresCase) }
                }
            }
            #expect(
                alive(hook, subject) == expected, "\(String(decoding: subject, as: UTF8.self)) \(selectors)")
        }
    }

    @Test("More states than a hook holds")
    func limit() throws {
        let selectors = (0..<5).map { number in
            let long = String(repeating: "\(number)", count: 4000)
            return "    - matchArgs: [{index: 0, operator: SubString, values: [x\(long)]}]"
        }
        let error = #expect(throws: CompileError.self) {
            try compile(policy("p", args: fileArgument, selectors: selectors.joined(separator: "\n")))
        }
        #expect(
            error?.diagnostics.map(\.message) == [
                "all policies together look for substrings of more than 16384 bytes together on `security_file_open`"
            ])
    }
}
