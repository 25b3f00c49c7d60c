// SPDX-License-Identifier: Apache-2.0
// The estimate of what a call costs: more to look up costs more, what nobody filters on costs nothing.

import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct CallCostTests {
    private func cost(_ selectors: String..., call: String = "security_file_open", type: String = "file")
        throws -> Int
    {
        let text =
            """
            apiVersion: cilium.io/v1alpha1
            kind: TracingPolicy
            metadata: {name: p}
            spec:
              kprobes:
              - call: \(call)
                syscall: \(call.hasPrefix("sys_"))
                args: [{index: 0, type: \(type)}]
                selectors:

            """ + selectors.map { "    - \($0)\n" }.joined()
        let loaded = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
        #expect(loaded.diagnostics.filter { $0.severity == .error }.isEmpty, "\(loaded.diagnostics)")
        let plan = try PolicyCompiler.compile(loaded.policies, kernel: OfflineKernel(functions: [call]))
        return try #require(plan.hooks.first).instructions
    }

    private let pid = "matchPIDs: [{operator: In, isNamespacePID: false, values: [1]}]"
    private let prefix = "matchArgs: [{index: 0, operator: Prefix, values: [/etc/folder/]}]"
    private let postfix = "matchArgs: [{index: 0, operator: Postfix, values: [.key]}]"
    private let substring = "matchArgs: [{index: 0, operator: SubString, values: [secret]}]"

    @Test func whatIsLookedUpIsPaidFor() throws {
        let process = try cost(pid)
        let end = try cost(postfix)
        let both = try cost(postfix, prefix)
        let search = try cost(substring)
        #expect(process < end && end < both && both < search)
        #expect(try cost(pid, postfix) > end)
        // The path is read for an event only.
        #expect(process < 500)
    }

    @Test func selectorsWithTheSameKindOfFilterCostOneLookUp() throws {
        #expect(try cost(prefix, prefix.replacing("folder", with: "other")) == cost(prefix))
    }

    @Test func searchesGrowWithTheLogarithm() {
        #expect([0, 1, 2, 3, 4, 1_000].map { HookPlan.steps($0) } == [1, 1, 2, 2, 3, 10])
    }
}
