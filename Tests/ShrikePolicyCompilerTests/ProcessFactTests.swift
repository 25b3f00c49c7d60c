// SPDX-License-Identifier: Apache-2.0
// Filters on the process's ids, namespaces and capabilities as look-ups of the plan.

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct ProcessFactTests {
    private struct Host: KernelFacts {
        var hostNamespaces: [NamespaceKind: UInt32] = [.pid: 100, .user: 200]
        func function(named name: String) -> FunctionPrototype? { nil }
        func similarFunctions(to name: String) -> [String] { [] }
        func hasLSMHook(_ name: String) -> Bool { false }
    }

    private func compile(_ selectors: [String], kernel: any KernelFacts = Host()) throws -> HookPlan {
        let text = policy(
            "p", args: fileArgument, selectors: selectors.map { "    - \($0)" }.joined(separator: "\n"))
        let result = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
        let policy = try #require(result.policies.first)
        #expect((result.diagnostics + PolicyChecker.check(policy, kernel: nil)).map(\.description) == [])
        #expect(FeatureSupport.check(policy).map(\.description) == [])
        return try #require(try PolicyCompiler.compile([policy], kernel: kernel).hooks.first)
    }

    /// The selectors that facts leave alive; those that are not given are 0. The same steps as bpf/filter/match_facts.h.
    private func alive(_ plan: HookPlan, _ facts: [UInt32: UInt64]) -> [Int] {
        var alive = Set(plan.selectors.indices)
        for look in plan.facts {
            let value = facts[look.fact] ?? 0
            let rows = Array(plan.intervals[look.first...])
            let answers: [SelectorSet] =
                look.hasMasks
                ? (0..<look.count).map {
                    rows[$0 * 2].start & value != 0 ? rows[$0 * 2].alive : rows[$0 * 2 + 1].alive
                }
                : [rows[..<look.count].last { $0.start <= value }?.alive].compactMap { $0 }
            for answer in answers { alive = alive.filter { answer.contains($0) } }
        }
        return alive.sorted()
    }

    @Test("Process ids: all entries must hold")
    func ids() throws {
        let plan = try compile([
            "matchPIDs: [{operator: In, values: [1, 2, 3, 4, 5, 6]}, {operator: NotIn, values: [3]}]",
            "matchPIDs: [{operator: In, values: [0], isNamespacePID: true}]", "label: everybody",
        ])
        let pid = SHRIKE_FACT_PID.rawValue
        let inner = SHRIKE_FACT_NAMESPACE_PID.rawValue
        #expect(alive(plan, [pid: 6, inner: 1]) == [0, 2])
        #expect(alive(plan, [pid: 3, inner: 0]) == [1, 2])
        #expect(alive(plan, [pid: 7, inner: 9]) == [2])
    }

    @Test("Namespaces by inode and the host's")
    func namespaces() throws {
        let plan = try compile([
            "matchNamespaces: [{namespace: Pid, operator: In, values: [host_ns, '7']}]",
            "matchNamespaces: [{namespace: Pid, operator: NotIn, values: [host_ns]}, {namespace: Uts, operator: In, values: ['5']}]",
        ])
        let pid = SHRIKE_FACT_NAMESPACE.rawValue + 3
        let uts = SHRIKE_FACT_NAMESPACE.rawValue
        #expect(alive(plan, [pid: 100]) == [0])
        #expect(alive(plan, [pid: 7, uts: 5]) == [0, 1])
        #expect(alive(plan, [pid: 8]) == [])
    }

    @Test("Capabilities, and those of other user namespaces")
    func capabilities() throws {
        let plan = try compile([
            "matchCapabilities: [{operator: In, values: [CAP_KILL, CAP_CHOWN]}]",
            "matchCapabilities: [{type: Permitted, operator: NotIn, values: [CAP_KILL]}]",
            "matchCapabilities: [{operator: In, values: [CAP_KILL], isNamespaceCapability: true}]",
        ])
        let effective = SHRIKE_FACT_EFFECTIVE.rawValue
        let permitted = SHRIKE_FACT_PERMITTED.rawValue
        let user = SHRIKE_FACT_NAMESPACE.rawValue + 9
        #expect(alive(plan, [effective: 1, permitted: 0x20, user: 200]) == [0])
        #expect(alive(plan, [effective: 0x20, permitted: 0, user: 201]) == [0, 1, 2])
        #expect(alive(plan, [effective: 0x20, permitted: 0, user: 200]) == [0, 1])
        #expect(alive(plan, [effective: 0x40, permitted: ~0x20, user: 201]) == [1])
    }

    @Test("Changes: In one that is listed, NotIn one that is not")
    func changes() throws {
        let plan = try compile([
            "matchNamespaceChanges: [{operator: In, values: [uts, Net]}]",
            "matchNamespaceChanges: [{operator: NotIn, values: [Uts]}]",
            "matchCapabilityChanges: [{operator: In, values: [CAP_KILL]}]",
            "matchCapabilityChanges: [{operator: NotIn, values: [CAP_KILL]}]",
        ])
        let namespaces = SHRIKE_FACT_NAMESPACE_CHANGES.rawValue
        let capabilities = SHRIKE_FACT_EFFECTIVE_CHANGES.rawValue
        #expect(alive(plan, [:]) == [])
        #expect(alive(plan, [namespaces: 1]) == [0])
        #expect(alive(plan, [namespaces: 1 << 5]) == [0, 1])
        #expect(alive(plan, [namespaces: 1 << 9]) == [1])
        #expect(alive(plan, [capabilities: 0x20]) == [2])
        #expect(alive(plan, [capabilities: 0x21]) == [2])
        #expect(alive(plan, [capabilities: 0x1]) == [3])
    }

    @Test("Filters on the same fact share a look-up; no filter, no look-up")
    func sharing() throws {
        let plan = try compile([
            "matchPIDs: [{operator: In, values: [1]}]", "matchPIDs: [{operator: NotIn, values: [2]}]",
        ])
        #expect(plan.facts.count == 1)
        #expect(try compile(["label: none"]).facts.isEmpty)
    }

    @Test("A host that shows no namespaces")
    func unknownHost() throws {
        let selectors = [
            "matchNamespaces: [{namespace: Net, operator: In, values: [host_ns]}]",
            "matchCapabilities: [{operator: In, values: [CAP_KILL], isNamespaceCapability: true}]",
        ]
        let error = #expect(throws: CompileError.self) {
            try compile(selectors, kernel: Host(hostNamespaces: [:]))
        }
        #expect(
            error?.diagnostics.map(\.description).map { $0.prefix { $0 != ";" } } == [
                "p.yaml:12:65: error: the host's Net namespace is not known: process 1 shows none",
                "p.yaml:13:62: error: the host's User namespace is not known: process 1 shows none",
            ])
    }

    @Test("More masks than a look-up compares")
    func masks() throws {
        let selectors = (0...64).map { number in
            let names = (0..<7).filter { number & 1 << $0 != 0 }.map { "CAP_" + Capability.names[$0] }
            return
                "matchCapabilities: [{operator: In, values: [\((names + ["CAP_BPF"]).joined(separator: ", "))]}]"
        }
        let policies = try selectors.enumerated().map { number, selector in
            let text = policy("p\(number)", args: fileArgument, selectors: "    - \(selector)")
            return try #require(PolicyLoader.load(Array(text.utf8), file: "p.yaml").policies.first)
        }
        #expect(throws: Never.self) { try PolicyCompiler.compile(Array(policies.dropLast())) }
        let error = #expect(throws: CompileError.self) { try PolicyCompiler.compile(policies) }
        #expect(
            error?.diagnostics.first?.message
                == "all policies together compare more than 64 different lists of capabilities on `security_file_open`"
        )
    }
}
