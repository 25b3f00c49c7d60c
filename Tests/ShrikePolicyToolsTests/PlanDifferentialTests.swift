// SPDX-License-Identifier: Apache-2.0
// The kernel's matcher, compiled for this machine, against plain functions: random policies, random calls.

import ShrikeABI
import ShrikePolicy
import ShrikePolicyCompiler
import ShrikePolicyTools
import ShrikeTestSupport
import Testing

@Suite struct PlanDifferentialTests {
    /// Policies of selectors of filters.
    private typealias Policies = [[[PlainFilter]]]

    private static let rounds = 700
    private static let callsPerRound = 150

    @Test("Of each policy the same first selector as plain functions say, in more than 100,000 calls")
    func randomPolicies() throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("PlanDifferentialTests: seed \(seed)")
        var cases = 0
        for round in 0..<Self.rounds {
            var random = SeededRandom(seed: seed &+ UInt64(round) &* 1_000_003)
            let policies = Self.policies(&random)
            let calls = (0..<Self.callsPerRound).map { _ in Self.call(&random) }
            cases += calls.count
            guard let failure = try Self.failure(policies, calls) else { continue }
            let (smallest, call) = try Self.shrink(policies, failure)
            Issue.record("seed \(seed), round \(round): \(try Self.describe(smallest, call))")
            return
        }
        #expect(cases >= 100_000)
    }

    private static func policies(_ random: inout SeededRandom) -> Policies {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            (0..<Int.random(in: 1...4, using: &random)).map { _ in
                var filters: [PlainFilter] = []
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    let filter = random.filter()
                    // A selector has one filter of each kind of binary.
                    let isSecond =
                        filter.field.hasSuffix("Binaries") && filters.contains { $0.field == filter.field }
                    if !isSecond { filters.append(filter) }
                }
                return filters
            }
        }
    }

    private static func process(_ random: inout SeededRandom) -> ProcessReading {
        var process = ProcessReading(
            binary: Int.random(in: 0..<8, using: &random) == 0 ? nil : random.pathName())
        process.pid = UInt32.random(in: 1...7, using: &random)
        process.namespacePID = UInt32.random(in: 0...3, using: &random)
        process.credentials.permitted = UInt64.random(in: 0..<16, using: &random)
        process.namespaces.net = UInt32.random(in: 1...4, using: &random)
        process.namespaces.uts = UInt32.random(in: 1...4, using: &random)
        process.namespaces.user = 1
        return process
    }

    private static func call(_ random: inout SeededRandom) -> PlainCall {
        var process = process(&random)
        process.ancestors = [Self.process(&random)]
        if Bool.random(using: &random) {
            var before = ProcessReading.Base(credentials: process.credentials, namespaces: process.namespaces)
            before.credentials.permitted ^= UInt64.random(in: 0..<4, using: &random)
            before.namespaces.net = UInt32.random(in: 1...4, using: &random)
            before.namespaces.user = UInt32.random(in: 1...2, using: &random)
            process.before = before
        }
        var call = PlainCall(
            path: Array(random.pathName().utf8), text: Array(random.word(0...5).utf8),
            small: [-2, -1, 0, 1, 2, 4, 7, 9, 255, .min, .max].randomElement(using: &random) ?? 0,
            large: [0, 1, 3, 4, 256, 1 << 32, 1 << 63, .max].randomElement(using: &random) ?? 0,
            process: process)
        call.isPathless = Int.random(in: 0..<12, using: &random) == 0
        call.isTextUnreadable = Int.random(in: 0..<12, using: &random) == 0
        call.sock.family = [1, 2, 2, 2, 10].randomElement(using: &random) ?? 2
        call.sock.protocol = [6, 17, 1].randomElement(using: &random) ?? 6
        call.sock.source_port = UInt32.random(in: 1022...1025, using: &random)
        call.sock.destination_port = [22, 23, 80, 443, 1024, 1025].randomElement(using: &random) ?? 22
        withUnsafeMutableBytes(of: &call.sock.source) {
            $0[0] = 10
            $0[3] = [0, 1, 127, 128, 130].randomElement(using: &random) ?? 0
        }
        return call
    }

    // MARK: Both answers

    private static func text(_ policies: Policies) -> [String] {
        policies.enumerated().map { number, selectors in
            let written = selectors.map { filters -> String in
                let fields = Dictionary(grouping: filters, by: \.field).sorted { $0.key < $1.key }.map {
                    "\($0.key): [\($0.value.map(\.words).joined(separator: ", "))]"
                }
                return "{" + (["label: s"] + fields).joined(separator: ", ") + "}"
            }
            return
                "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p\(number)}\nspec:\n"
                + "  kprobes:\n  - call: f\n    syscall: false\n    args: [{index: 0, type: file}, {index: 1, type: string}, "
                + "{index: 2, type: int}, {index: 3, type: uint64}, {index: 4, type: sock}]\n"
                + "    selectors:\n" + written.map { "    - \($0)\n" }.joined()
        }
    }

    private static func matcher(_ policies: Policies) throws -> PlanMatcher {
        let loaded = try text(policies).map { text in
            let result = PolicyLoader.load(Array(text.utf8), file: "random.yaml")
            let policy = try #require(result.policies.first, "\(result.diagnostics) \(text)")
            let found =
                result.diagnostics + PolicyChecker.check(policy, kernel: nil) + FeatureSupport.check(policy)
            try #require(!found.hasErrors, "\(found) \(text)")
            return policy
        }
        let plan = try PolicyCompiler.compile(loaded)
        return try PlanMatcher(plan.hooks[0], binaries: plan.binaries, lineages: plan.lineages)
    }

    private static func expected(_ policies: Policies, _ call: PlainCall) -> [Int] {
        var bits: [Int] = []
        var first = 0
        for selectors in policies {
            if let match = selectors.firstIndex(where: { $0.allSatisfy { $0.passes(call) } }) {
                bits.append(first + match)
            }
            first += selectors.count
        }
        return bits
    }

    private static func actual(_ matcher: PlanMatcher, _ call: PlainCall) -> [Int] {
        matcher.decide(call.process, (0..<5).map { call.reading($0) }).selectors
    }

    private static func failure(_ policies: Policies, _ calls: [PlainCall]) throws -> PlainCall? {
        let matcher = try matcher(policies)
        return calls.first { actual(matcher, $0) != expected(policies, $0) }
    }

    /// Leaves out whatever can go with the answers still differing.
    private static func shrink(_ policies: Policies, _ call: PlainCall) throws -> (Policies, PlainCall) {
        var smallest = policies
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            for candidate in smaller(smallest) where try failure(candidate, [call]) != nil {
                smallest = candidate
                isSmaller = true
                break
            }
        }
        return (smallest, call)
    }

    private static func smaller(_ policies: Policies) -> [Policies] {
        var all: [Policies] = []
        for policy in policies.indices {
            if policies.count > 1 {
                var fewer = policies
                fewer.remove(at: policy)
                all.append(fewer)
            }
            for selector in policies[policy].indices {
                if policies[policy].count > 1 {
                    var fewer = policies
                    fewer[policy].remove(at: selector)
                    all.append(fewer)
                }
                for filter in policies[policy][selector].indices {
                    var fewer = policies
                    fewer[policy][selector].remove(at: filter)
                    all.append(fewer)
                }
            }
        }
        return all
    }

    private static func describe(_ policies: Policies, _ call: PlainCall) throws -> String {
        let matcher = try matcher(policies)
        return
            "expected \(expected(policies, call)), the matcher says \(actual(matcher, call))\n\(text(policies).joined(separator: "---\n"))\n\(call)"
    }
}
