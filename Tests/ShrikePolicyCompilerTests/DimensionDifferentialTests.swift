// SPDX-License-Identifier: Apache-2.0
// Random filters: what the tables say, against the filters' own words.

import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct DimensionDifferentialTests {
    /// One filter in words that need no table.
    struct PlainFilter: CustomStringConvertible {
        var selector: Int
        var name: String
        var values: [String]

        var description: String { "#\(selector) \(name) \(values)" }

        func holds(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            let hit = values.contains { value in
                switch name {
                case "Equal", "NotEqual": text == value
                case "Prefix", "NotPrefix": bytes.starts(with: Array(value.utf8))
                default: bytes.reversed().starts(with: Array(value.utf8).reversed())
                }
            }
            return hit != name.hasPrefix("Not")
        }

        func holds(_ number: Int128) -> Bool {
            let hit = values.contains { value in
                let bounds = value.dropFirst().contains(":") ? value.split(separator: ":").compactMap { Int128($0) } : []
                switch name {
                case "GT": return number > Int128(value) ?? 0
                case "LT": return number < Int128(value) ?? 0
                case "Mask": return UInt64(truncatingIfNeeded: number) & (UInt64(value) ?? 0) != 0
                case "InMap", "NotInMap":
                    return bounds.isEmpty ? number == Int128(value) : bounds[0] <= number && number <= bounds[1]
                case "InRange", "NotInRange": return bounds[0] <= number && number <= bounds[1]
                default: return number == Int128(value)
                }
            }
            return hit != name.hasPrefix("Not")
        }
    }

    private func yaml(_ filters: [[PlainFilter]]) -> String {
        filters.map { selector in
            "    - matchArgs:\n"
                + selector.map { filter in
                    let values = filter.values.map { "\"\($0)\"" }.joined(separator: ", ")
                    return "      - {index: 0, operator: \(filter.name), values: [\(values)]}\n"
                }.joined()
        }.joined()
    }

    @Test(arguments: 0..<40)
    func textsAgreeWithTheirFilters(_ seed: Int) throws {
        var random = SeededRandom(state: UInt64(seed) + 1)
        func text(_ longest: Int) -> String {
            // A small alphabet, so that values are often prefixes of each other; sometimes longer than a key.
            let count = longest > 240 && Int.random(in: 1...8, using: &random) == 1 ? Int.random(in: 240...longest, using: &random) : Int.random(in: 1...5, using: &random)
            return "/" + String((0..<count).map { _ in count > 200 ? "a" : "ab/".randomElement(using: &random) ?? "a" })
        }
        let names = ["Equal", "NotEqual", "Prefix", "NotPrefix", "Postfix", "NotPostfix"]
        let filters = (0..<Int.random(in: 1...90, using: &random)).map { selector in
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                let name = names.randomElement(using: &random) ?? "Equal"
                return PlainFilter(
                    selector: selector, name: name,
                    values: (0..<Int.random(in: 1...4, using: &random)).map { _ in
                        name.hasSuffix("Postfix") ? String(text(6).prefix(6)) : text(600)
                    })
            }
        }
        var texts: [String] = []
        for chunk in stride(from: 0, to: filters.count, by: 60) {
            texts.append(policy("p\(chunk)", args: fileArgument, selectors: yaml(Array(filters[chunk..<min(chunk + 60, filters.count)]))))
        }
        let policies = texts.flatMap { PolicyLoader.load(Array($0.utf8), file: "p.yaml").policies }
        let hook = try #require(try PolicyCompiler.compile(policies).hooks.first)
        let lookup = KernelLookup(plan: hook)
        for _ in 0..<200 {
            let base = filters.randomElement(using: &random)?.first?.values.first ?? "/"
            let subject = Bool.random(using: &random) ? text(600) : base + (Bool.random(using: &random) ? "" : "a")
            let alive = lookup.alive(text: subject, argument: 0)
            for (selector, all) in filters.enumerated() {
                let expected = all.allSatisfy { $0.holds(subject) }
                // One recorded expectation a case would take longer than the cases.
                if alive.contains(selector) != expected {
                    Issue.record("seed \(seed): \(all) on \(subject): \(expected) expected")
                }
            }
        }
    }

    @Test(arguments: 0..<40, ["int", "uint32", "int64", "size_t", "int8", "uint8", "sint16", "uint16"])
    func numbersAgreeWithTheirFilters(_ seed: Int, _ type: String) throws {
        var random = SeededRandom(state: UInt64(seed) + 77)
        let shape = try #require(ArgumentType(rawValue: type)?.integerShape)
        func number() -> Int128 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: [shape.minimum, shape.maximum, shape.minimum + 1, shape.maximum - 1].randomElement(using: &random) ?? 0
            case 1: shape.isSigned ? -Int128(Int.random(in: 0..<20, using: &random)) : Int128(Int.random(in: 0..<20, using: &random))
            default: Int128(Int.random(in: 0..<20, using: &random))
            }
        }
        let names = ["Equal", "NotEqual", "GT", "LT", "InRange", "NotInRange", "InMap", "NotInMap", "Mask"]
        let filters = (0..<Int.random(in: 1...60, using: &random)).map { selector in
            (0..<Int.random(in: 1...2, using: &random)).map { _ in
                let name = names.randomElement(using: &random) ?? "Equal"
                return PlainFilter(
                    selector: selector, name: name,
                    values: (0..<Int.random(in: 1...3, using: &random)).map { _ in
                        let one = number()
                        let other = number()
                        if name == "Mask" { return "\(1 << UInt64.random(in: 0..<UInt64(shape.bits), using: &random) | UInt64.random(in: 0..<4, using: &random))" }
                        return name.hasSuffix("Range") || name.hasSuffix("InMap") && Bool.random(using: &random) ? "\(min(one, other)):\(max(one, other))" : "\(one)"
                    })
            }
        }
        let text = policy("n", call: "some_function", args: "    - {index: 0, type: \(type)}", selectors: yaml(filters))
        let policies = PolicyLoader.load(Array(text.utf8), file: "n.yaml").policies
        let hook = try #require(try PolicyCompiler.compile(policies).hooks.first)
        let lookup = KernelLookup(plan: hook)
        for _ in 0..<100 {
            let subject = number()
            let alive = lookup.alive(value: subject, argument: 0)
            for (selector, all) in filters.enumerated() {
                let expected = all.allSatisfy { $0.holds(subject) }
                if alive.contains(selector) != expected {
                    Issue.record("seed \(seed): \(all) on \(subject): \(expected) expected")
                }
            }
        }
    }
}
