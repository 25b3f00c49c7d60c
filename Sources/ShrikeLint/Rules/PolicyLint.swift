// SPDX-License-Identifier: Apache-2.0
// Applies the rules to one policy. Each group of rules is an extension in a file of its own.

internal import ShrikePolicy

/// The linting of one policy that has no errors of structure.
struct PolicyLint {
    let policy: TracingPolicy
    let text: SourceText
    let kernels: [any LintKernel]
    let budget: LintBudget
    let hooks: [RuleHook]
    /// Whether actions that enforce are performed.
    let isEnforcing: Bool
    /// Whether the policy is for some workloads only.
    let isScoped: Bool
    private(set) var findings: [LintFinding] = []

    init(_ policy: TracingPolicy, _ text: SourceText, _ kernels: [any LintKernel], _ budget: LintBudget) {
        self.policy = policy
        self.text = text
        self.kernels = kernels
        self.budget = budget
        hooks = policy.spec.hooks.map { RuleHook($0, policy) }
        isEnforcing = policy.spec.mode != .monitor
        isScoped =
            policy.kind == .namespaced || policy.spec.podSelector?.isEmpty == false
            || policy.spec.containerSelector?.isEmpty == false
    }

    mutating func run() {
        checkLogic()
        checkValues()
        checkContradictions()
        checkSecurity()
        checkPaths()
        checkSyscalls()
        checkBlastRadius()
        checkCost()
        checkHygiene()
        checkKernels()
    }

    /// Adds a finding with the severity of its rule.
    mutating func report(
        _ rule: String, _ range: SourceRange, severity: Severity? = nil, _ message: String,
        help: String? = nil,
        kernels: [String] = [], fix: TextEdit? = nil
    ) {
        guard findings.count < 1000 else { return }
        findings.append(
            LintFinding(
                rule: rule, severity: severity ?? RuleCatalog.rule(rule)?.severity ?? .warning, range: range,
                message: message, help: help, kernels: kernels, fix: fix))
    }

    /// An edit that puts another text in place of a value; nil where the text is not what was read.
    ///
    /// Block scalars and escapes are left alone; quotes stay as they are.
    func replacing(_ value: Located<String>, with replacement: String) -> TextEdit? {
        guard let written = text.text(of: value.range) else { return nil }
        for quote in ["", "\"", "'"] where written == quote + value.value + quote {
            return TextEdit(value.range, quote + replacement + quote)
        }
        return nil
    }
}

/// What policies may cost; nil means that it does not matter.
public struct LintBudget: Sendable, Hashable {
    /// Selectors of one policy.
    public var selectors: Int?
    /// Bytes of kernel memory of one policy, estimated.
    public var memory: Int?
    /// Instructions that one policy adds to a call of any function that it hooks, estimated.
    public var instructions: Int?

    /// No limits.
    public init(selectors: Int? = nil, memory: Int? = nil, instructions: Int? = nil) {
        self.selectors = selectors
        self.memory = memory
        self.instructions = instructions
    }

    /// These limits; where there is none, that of `others`.
    func orElse(_ others: LintBudget) -> LintBudget {
        LintBudget(
            selectors: selectors ?? others.selectors, memory: memory ?? others.memory,
            instructions: instructions ?? others.instructions)
    }
}
