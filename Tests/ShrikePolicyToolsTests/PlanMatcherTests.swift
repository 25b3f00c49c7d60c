// SPDX-License-Identifier: Apache-2.0
// The hook program's own code in this process, against the filters' words.

import ShrikeABI
import ShrikePolicy
import ShrikePolicyCompiler
import ShrikeTestSupport
import Testing

@testable import ShrikePolicyTools

@Suite struct PlanMatcherTests {
    private func matcher(_ lines: String) throws -> PlanMatcher {
        let plan = try PolicyCompiler.compile(try policies(spec(lines)))
        return try PlanMatcher(plan.hooks[0], binaries: plan.binaries, lineages: plan.lineages)
    }

    @Test func theFirstSelectorThatMatchesActs() throws {
        let matcher = try matcher(
            """
            lsmhooks:
            - hook: file_open
              args: [{index: 0, type: file}]
              selectors:
              - matchBinaries: [{operator: In, values: [/usr/bin/cat]}]
                matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
                matchActions: [{action: Override, argError: -13}, {action: NoPost}]
              - matchArgs: [{index: 0, operator: Prefix, values: [/etc/]}]
                matchActions: [{action: Sigkill}]
            """)
        let cat = ProcessReading(binary: "/usr/bin/cat")
        let shell = ProcessReading(binary: "/bin/sh")
        #expect(
            matcher.decide(cat, [.text("/etc/shadow")])
                == PlanVerdict(
                    selectors: [0], isPosted: false, overrideError: -13, signal: 0, returnSignal: 0))
        #expect(
            matcher.decide(shell, [.text("/etc/shadow")])
                == PlanVerdict(selectors: [1], isPosted: true, overrideError: 0, signal: 9, returnSignal: 0))
        #expect(matcher.decide(cat, [.text("/var/shadow")]).selectors == [])
        #expect(matcher.decide(cat, [.text("/etc/shadow-")]).selectors == [1])
    }

    @Test func whatCannotBeReadMatchesNoFilter() throws {
        let matcher = try matcher(
            """
            lsmhooks:
            - hook: file_open
              args: [{index: 0, type: file}]
              selectors:
              - matchArgs: [{index: 0, operator: NotEqual, values: [/etc/shadow]}]
            """)
        var reading = ArgumentReading.text("")
        #expect(matcher.decide(ProcessReading(binary: "/bin/sh"), [reading]).selectors == [0])
        reading.isUnreadable = true
        #expect(matcher.decide(ProcessReading(binary: "/bin/sh"), [reading]).selectors == [])
        reading = .text("")
        reading.isPathless = true
        #expect(matcher.decide(ProcessReading(binary: "/bin/sh"), [reading]).selectors == [])
    }

    @Test func factsOfTheProcessDecide() throws {
        let matcher = try matcher(
            """
            lsmhooks:
            - hook: file_open
              selectors:
              - matchNamespaces: [{namespace: Net, operator: In, values: ["4026531840"]}]
                matchCapabilities: [{type: Effective, operator: In, values: [CAP_SYS_ADMIN]}]
                matchPIDs: [{operator: NotIn, values: [1, 77]}]
              - matchNamespaceChanges: [{operator: In, values: [Mnt]}]
            """)
        var process = ProcessReading(binary: "/bin/sh")
        process.namespaces.net = 4_026_531_840
        #expect(matcher.decide(process, []).selectors == [])
        process.credentials.effective = 1 << 21
        #expect(matcher.decide(process, []).selectors == [0])
        process.pid = 77
        #expect(matcher.decide(process, []).selectors == [])
        process.before = .init(credentials: process.credentials, namespaces: process.namespaces)
        process.namespaces.mnt = 5
        #expect(matcher.decide(process, []).selectors == [1])
    }

    @Test func partsOfBinariesAndParentsDecide() throws {
        let matcher = try matcher(
            """
            lsmhooks:
            - hook: file_open
              selectors:
              - matchBinaries: [{operator: Prefix, values: [/usr/bin/]}]
                matchParentBinaries: [{operator: Postfix, values: [/sshd]}]
            """)
        var process = ProcessReading(binary: "/usr/bin/cat")
        #expect(matcher.decide(process, []).selectors == [])
        process.ancestors = [ProcessReading(binary: "/usr/sbin/sshd"), ProcessReading(binary: "/sbin/init")]
        #expect(matcher.decide(process, []).selectors == [0])
        process.binary = "/bin/cat"
        #expect(matcher.decide(process, []).selectors == [])
    }

    /// Paths, long ones too, against the words of random filters.
    @Test(arguments: [UInt64(1), 20, 300]) func randomPathsDecideAsTheWordsSay(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func path(_ random: inout SeededRandom) -> String {
            let name = ["a", "bb", "etc", String(repeating: "x", count: 90)].randomElement(using: &random)!
            return "/" + (0..<Int.random(in: 1...6, using: &random)).map { _ in name }.joined(separator: "/")
        }
        let operators: [Operator] = [.equal, .notEqual, .prefix, .notPrefix, .postfix, .notPostfix]
        let filters = (0..<70).map { _ in
            (operators.randomElement(using: &random)!, (0..<3).map { _ in path(&random) })
        }
        let selectors = filters.map { name, values in
            // A Postfix value holds 248 bytes.
            let shown = values.map { name == .postfix || name == .notPostfix ? String($0.suffix(240)) : $0 }
            return
                "  - matchArgs: [{index: 0, operator: \(name.rawValue), values: [\(shown.joined(separator: ", "))]}]"
        }
        // Each selector in a policy of its own: all that match are told.
        let text = selectors.enumerated().map { number, selector in
            spec(
                "lsmhooks:\n- hook: file_open\n  args: [{index: 0, type: file}]\n  selectors:\n\(selector)",
                name: "p\(number)")
        }.joined(separator: "---\n")
        let plan = try PolicyCompiler.compile(try policies(text))
        let matcher = try PlanMatcher(plan.hooks[0], binaries: plan.binaries, lineages: plan.lineages)
        for _ in 0..<200 {
            let opened = path(&random)
            let expected = filters.indices.filter { number in
                let (name, values) = filters[number]
                let isHit = values.contains { value in
                    switch name {
                    case .equal, .notEqual: opened == value
                    case .prefix, .notPrefix: opened.hasPrefix(value)
                    default: opened.hasSuffix(String(value.suffix(240)))
                    }
                }
                return isHit != name.isNegative
            }
            let found = matcher.decide(ProcessReading(binary: "/bin/sh"), [.text(opened)]).selectors
            #expect(found == expected, "seed \(seed): \(opened)")
        }
    }
}
