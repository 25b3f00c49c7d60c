// SPDX-License-Identifier: Apache-2.0
// Which workloads a policy is for: the table of meanings, labels, and what is not known yet.

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct ScopeTests {
    private func compile(
        _ lines: String, kind: String = "TracingPolicy", selector: String = "label: any",
        kernel: (any KernelFacts)? = nil
    ) throws -> PolicyPlan {
        let text =
            "apiVersion: cilium.io/v1alpha1\nkind: \(kind)\nmetadata: {name: p, namespace: shop}\nspec:\n"
            + "  \(lines)\n  kprobes: [{call: security_file_open, syscall: false, selectors: [{\(selector)}]}]\n"
        let result = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
        let policy = try #require(result.policies.first)
        let found = result.diagnostics + PolicyChecker.check(policy, kernel: nil)
        #expect(found.filter { $0.severity == .error }.map(\.description) == [])
        #expect(FeatureSupport.check(policy).map(\.description) == [])
        return try PolicyCompiler.compile([policy], kernel: kernel)
    }

    private static let web = ScopeFacts.Content.container(
        ContainerFacts(
            namespace: "shop", podLabels: ["app": "web"], name: "nginx", repository: "docker.io/nginx"))
    private static let other = ScopeFacts.Content.container(
        ContainerFacts(namespace: "bank", podLabels: ["app": "db", "tier": "1"], name: "db"))

    /// Which of web, other, host, undecided and unheard-of are meant: a letter each.
    private func meant(_ plan: PolicyPlan) -> String {
        let groups: [(String, ScopeFacts.Content?)] = [
            ("w", Self.web), ("o", Self.other), ("h", .host), ("u", .undecided), ("n", nil),
        ]
        return groups.filter { group in plan.scopes.scopes.allSatisfy { $0.matches(group.1) } }.map(\.0)
            .joined()
    }

    @Test(
        "The meaning of each combination of selectors",
        arguments: [
            ("options: []", "wohun"), ("podSelector: {}", "wo"), ("containerSelector: {}", "wo"),
            ("podSelector: {matchLabels: {app: web}}", "w"), ("hostSelector: {}", "h"),
            ("{hostSelector: {}, podSelector: {}, containerSelector: {}}", "wohun"),
            ("podSelector: {matchLabels: {app: web}}\n  hostSelector: {}", "wh"),
            ("containerSelector: {matchExpressions: [{key: name, operator: In, values: [db]}]}", "o"),
            (
                "containerSelector: {matchExpressions: [{key: repo, operator: In, values: [docker.io/nginx]}]}",
                "w"
            ),
            ("podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", "o"),
            ("podSelector: {matchExpressions: [{key: tier, operator: Exists}]}", "o"),
            ("podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}", "w"),
            ("podSelector: {matchLabels: {\"k8s:io.kubernetes.pod.namespace\": bank}}", "o"),
            (
                "podSelector: {matchLabels: {app: web}}\n  options: [{name: unknown-workloads, value: match}]",
                "wun"
            ),
            ("hostSelector: {}\n  options: [{name: unknown-workloads, value: match}]", "h"),
        ])
    func meanings(lines: String, expected: String) throws {
        let isList = lines.hasPrefix("{")
        let written = isList ? String(lines.dropFirst().dropLast()).replacing("}, ", with: "}\n  ") : lines
        #expect(meant(try compile(written)) == expected)
    }

    @Test(
        "A container of which only the pod is known is in no condition on containers, unless unknown ones are",
        arguments: [
            ("podSelector: {matchLabels: {app: web}}", true), ("containerSelector: {}", true),
            ("containerSelector: {matchLabels: {name: nginx}}", false),
            ("containerSelector: {matchExpressions: [{key: name, operator: NotIn, values: [db]}]}", false),
            (
                "containerSelector: {matchLabels: {name: nginx}}\n  options: [{name: unknown-workloads, value: match}]",
                true
            ),
            (
                "podSelector: {matchLabels: {app: db}}\n  containerSelector: {matchLabels: {name: nginx}}\n  options: [{name: unknown-workloads, value: match}]",
                false
            ),
        ])
    func partialContainers(lines: String, expected: Bool) throws {
        let pod = ScopeFacts.Content.container(
            ContainerFacts(namespace: "shop", podLabels: ["app": "web"], name: ""))
        let scopes = try compile(lines).scopes.scopes
        #expect(!scopes.isEmpty)
        #expect(scopes.allSatisfy { $0.matches(pod) } == expected)
    }

    @Test("A namespaced policy is for the pods of its namespace")
    func namespaced() throws {
        #expect(meant(try compile("options: []", kind: "TracingPolicyNamespaced")) == "w")
        let selector = "podSelector: {matchLabels: {app: db}}"
        #expect(meant(try compile(selector, kind: "TracingPolicyNamespaced")) == "")
    }

    @Test("A policy's and a selector's scopes are masks of one fact, also without selectors")
    func plans() throws {
        let plan = try compile(
            "podSelector: {}", selector: "matchWorkloads: {containerSelector: {matchLabels: {name: nginx}}}")
        #expect(meant(plan) == "w")
        let hook = try #require(plan.hooks.first)
        let look = try #require(hook.facts.first)
        #expect(hook.facts.count == 1 && look.fact == SHRIKE_FACT_SCOPE.rawValue && look.count == 2)
        let moved = hook.withBits(lineages: [], scopes: [5, 63])
        #expect(
            moved.intervals[look.first].start == 1 << 5 && moved.intervals[look.first + 2].start == 1 << 63)
        #expect(try #require(try compile("options: []").hooks.first).facts.isEmpty)
    }

    @Test("Where nobody tells of workloads, such a policy is refused")
    func unknown() throws {
        struct Kernel: KernelFacts {
            func function(named name: String) -> FunctionPrototype? { nil }
            func similarFunctions(to name: String) -> [String] { [] }
            func hasLSMHook(_ name: String) -> Bool { false }
        }
        let error = #expect(throws: CompileError.self) {
            try compile("options: []", selector: "matchWorkloads: {podSelector: {}}", kernel: Kernel())
        }
        #expect(
            error?.diagnostics.map(\.description) == [
                "p.yaml:6:85: error: shriked is not told which workloads there are, so no selector of pods, containers or hosts can match; start shriked with `--workload-file`"
            ])
    }
}
