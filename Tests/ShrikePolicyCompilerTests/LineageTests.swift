// SPDX-License-Identifier: Apache-2.0
// Descendants: lists, their bits, and what becomes of them in a plan.

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct LineageTests {
    private func compile(_ selectors: [String]) throws -> PolicyPlan {
        try ShrikePolicyCompilerTests.compile(
            policy(
                "p", args: fileArgument, selectors: selectors.map { "    - \($0)" }.joined(separator: "\n")))
    }

    /// The masks that a fact is compared with, and who is alive when they are set and when not.
    private func masks(_ hook: HookPlan, _ fact: shrike_process_fact) -> [(UInt64, set: [Int], clear: [Int])]
    {
        hook.facts.filter { $0.fact == fact.rawValue && $0.hasMasks }.flatMap { look in
            (0..<look.count).map { number in
                let rows = hook.intervals[(look.first + number * 2)...].prefix(2)
                let alive = rows.map { row in hook.selectors.indices.filter { row.alive.contains($0) } }
                return (rows[rows.startIndex].start, alive[0], alive[1])
            }
        }
    }

    @Test("Each list has one number, whatever the order of its members")
    func lists() throws {
        let plan = try compile([
            "matchBinaries: [{operator: In, values: [/b, /a], followChildren: true}]",
            "matchBinaries: [{operator: NotIn, values: [/a, /b], followChildren: true}]",
            "matchParentBinaries: [{operator: In, values: [/a, /b], followChildren: true}]",
            "matchPIDs: [{operator: In, values: [7], followForks: true}]",
            "matchPIDs: [{operator: NotIn, values: [7], followForks: true, isNamespacePID: true}]",
        ])
        #expect(
            plan.lineages.lists == [
                .binaries(["/a", "/b"]), .processes([7], isNamespacePID: false),
                .processes([7], isNamespacePID: true),
            ])
        #expect(plan.binaries.paths.isEmpty)
        let hook = try #require(plan.hooks.first)
        let own = masks(hook, SHRIKE_FACT_LINEAGE)
        #expect(own.map(\.0) == [1, 2, 4])
        #expect(own.map(\.set) == [[0, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3]])
        #expect(own.map(\.clear) == [[1, 2, 3, 4], [0, 1, 2, 4], [0, 1, 2, 3, 4]])
        #expect(masks(hook, SHRIKE_FACT_PARENT_LINEAGE).map(\.0) == [1])
        // A process that has no id in a namespace of its own passes neither form.
        let inner = try #require(hook.facts.first { $0.fact == SHRIKE_FACT_NAMESPACE_PID.rawValue })
        #expect(!hook.intervals[inner.first].alive.contains(4))
        #expect(
            masks(hook.withBits(lineages: [9, 0, 63], scopes: []), SHRIKE_FACT_LINEAGE).map(\.0) == [
                1 << 9, 1, 1 << 63,
            ])
        // A kernel thread has no binary: not even NotIn means it.
        let candidates = try #require(hook.candidates[.start])
        #expect(!candidates[Int(SHRIKE_BINARY_KERNEL_THREAD.rawValue)].contains(1))
        #expect(candidates[Int(SHRIKE_BINARY_UNKNOWN.rawValue)].contains(1))
    }

    @Test("A list keeps its bit while policies change, and a free bit is used again")
    func registry() throws {
        let table = { (paths: [String]) throws in
            try self.compile(
                paths.map { "matchBinaries: [{operator: In, values: [\($0)], followChildren: true}]" }
            ).lineages.lists
        }
        var registry = BitRegistry<LineageMembers>()
        #expect(registry.add(try table(["/a", "/b"])) == [0, 1])
        #expect(registry.add(try table(["/c", "/b"])) == [2, 1])
        #expect(registry.binaries == ["/a": 1, "/b": 2, "/c": 4])
        registry.keep(only: try table(["/c", "/b"]))
        #expect(registry.live == 6)
        #expect(registry.add(try table(["/d", "/c"])) == [0, 2])
        let many = try table((0..<62).map { "/m\($0)" })
        #expect(registry.add(many) == nil)
        #expect(registry.live == 7)
    }

    @Test("More lists than bits")
    func limit() throws {
        let policies = try (0...64).map { number in
            let text = policy(
                "p\(number)", args: fileArgument,
                selectors: "    - matchPIDs: [{operator: In, values: [\(number)], followForks: true}]")
            return try #require(PolicyLoader.load(Array(text.utf8), file: "p\(number).yaml").policies.first)
        }
        #expect(throws: Never.self) { try PolicyCompiler.compile(Array(policies.dropLast())) }
        let error = #expect(throws: CompileError.self) { try PolicyCompiler.compile(policies) }
        #expect(
            error?.diagnostics.map(\.description) == [
                "p64.yaml:12:19: error: all policies together follow the descendants of more than 64 lists of binaries and process ids; use the same list in several selectors"
            ])
    }

    @Test("Macros are in the selectors that use them")
    func macros() throws {
        let plan = try ShrikePolicyCompilerTests.compile(
            spec(
                "m",
                """
                selectorsMacros:
                  cats: {matchBinaries: [{operator: In, values: [/bin/cat]}], matchActions: [{action: Sigkill}]}
                kprobes:
                - call: security_file_open
                  syscall: false
                  args: [{index: 0, type: file}]
                  selectors: [{macros: [cats]}, {matchBinaries: [{operator: In, values: [/bin/ls]}]}]
                """))
        #expect(plan.binaries.paths == ["/bin/cat", "/bin/ls"])
        #expect(plan.hooks.first?.selectors.map(\.signal) == [9, 0])
    }

    @Test("Rate limits: time, scope and the arguments that count")
    func rateLimits() throws {
        let hook = try #require(
            try ShrikePolicyCompilerTests.compile(
                policy(
                    "a", args: "    - {index: 1, type: int}",
                    selectors: "    - matchActions: [{action: Post}]"),
                policy(
                    "b", args: fileArgument,
                    selectors:
                        "    - matchActions: [{action: Post, rateLimit: 5M, rateLimitScope: global}]\n    - matchActions: [{action: Post, rateLimit: '0'}]"
                )
            ).hooks.first)
        #expect(
            hook.selectors.map(\.rateLimit) == [
                nil, PlannedRateLimit(milliseconds: 300_000, scope: .global, arguments: [1]), nil,
            ])
    }
}
