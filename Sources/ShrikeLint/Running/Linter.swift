// SPDX-License-Identifier: Apache-2.0
// From texts to findings: load, check for each kernel, lint, mend, silence. Pure.

internal import Dispatch
internal import ShrikePolicy
internal import Synchronization

/// One text to lint.
public struct LintInput: Sendable {
    /// The name for findings.
    public let file: String
    /// The text.
    public let bytes: [UInt8]
    /// What its configuration file says.
    public let configuration: LintConfiguration

    /// A text by that name.
    public init(file: String, bytes: [UInt8], configuration: LintConfiguration = LintConfiguration()) {
        self.file = file
        self.bytes = bytes
        self.configuration = configuration
    }
}

/// What linting found.
public struct LintReport: Sendable {
    /// The findings in the order of the inputs and their text.
    public var findings: [LintFinding] = []
    /// How many policies were read.
    public var policies = 0
    /// How many texts were read.
    public var files = 0
    /// How many documents were of another kind.
    public var passedOver = 0
    /// How many findings comments silenced.
    public var silenced = 0
    /// How many findings the baseline silenced.
    public var inBaseline = 0
    /// The texts by name, for showing lines.
    public var texts: [String: SourceText] = [:]

    /// No findings.
    public init() {}
}

/// Lints policies.
public struct Linter: Sendable {
    private let kernels: [any LintKernel]
    /// The user named the kernels: all of them matter.
    private let areKernelsChosen: Bool
    private let budget: LintBudget
    private let checksSupport: Bool

    /// - Parameters:
    ///   - kernels: the kernels that the policies are for; nil means all known ones.
    ///   - budget: limits that override those of configurations.
    ///   - checksSupport: whether to report what this version of shriked cannot run.
    public init(
        kernels: [any LintKernel]? = nil, budget: LintBudget = LintBudget(), checksSupport: Bool = true
    ) {
        self.kernels = kernels ?? KnownKernel.all
        areKernelsChosen = kernels != nil
        self.budget = budget
        self.checksSupport = checksSupport
    }

    /// Lints texts; what they say together counts too.
    public func lint(_ inputs: [LintInput]) -> LintReport {
        var report = LintReport()
        report.files = inputs.count
        var all: [TracingPolicy] = []
        let alone = lintEachAlone(inputs)
        for (input, one) in zip(inputs, alone) {
            report.texts[input.file] = one.text
            report.passedOver += one.passedOver
            report.policies += one.policyCount
            all += one.policies
        }
        let together =
            PolicyChecker.checkDuplicates(all).map { finding($0, text: nil) } + CrossFileRules.check(all)
        let byFile = Dictionary(grouping: together) { $0.range.file }
        for (input, one) in zip(inputs, alone) {
            finish(one.findings + (byFile[input.file] ?? []), input, one.text, &report)
        }
        return report
    }

    /// What can be said about a text by itself.
    private struct Alone: Sendable {
        var text: SourceText
        var findings: [LintFinding]
        /// The ones that can be read.
        var policies: [TracingPolicy] = []
        var policyCount: Int
        var passedOver: Int
    }

    /// On all processors: nothing that is said about a text depends on another one.
    private func lintEachAlone(_ inputs: [LintInput]) -> [Alone] {
        let results = Mutex([Alone?](repeating: nil, count: inputs.count))
        DispatchQueue.concurrentPerform(iterations: inputs.count) { index in
            let one = lintAlone(inputs[index])
            results.withLock { $0[index] = one }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    private func lintAlone(_ input: LintInput) -> Alone {
        let text = SourceText(input.bytes)
        let (result, others) = PolicyLoader.loadMixed(input.bytes, file: input.file)
        var alone = Alone(
            text: text, findings: result.diagnostics.map { finding($0, text: text) },
            policyCount: result.policies.count, passedOver: others)
        for policy in result.policies where !result.diagnostics.hasErrors(in: policy) {
            alone.findings += lint(policy, text, input.configuration)
            alone.policies.append(policy)
        }
        return alone
    }

    private func lint(
        _ policy: TracingPolicy, _ text: SourceText, _ configuration: LintConfiguration
    ) -> [LintFinding] {
        let kernels = kernels(for: configuration)
        var findings = checked(
            policy, text, kernels, isChosen: areKernelsChosen || configuration.kernels != nil)
        if checksSupport {
            findings += FeatureSupport.check(policy).map { finding($0, text: text) }
        }
        var lint = PolicyLint(policy, text, kernels, budget.orElse(configuration.budget))
        lint.run()
        return findings + lint.findings
    }

    private func kernels(for configuration: LintConfiguration) -> [any LintKernel] {
        guard !areKernelsChosen, let labels = configuration.kernels else { return kernels }
        return kernels.filter { labels.contains($0.label) }
    }

    /// The checker's findings, each once with the kernels that it is true on.
    private func checked(
        _ policy: TracingPolicy, _ text: SourceText, _ kernels: [any LintKernel], isChosen: Bool
    ) -> [LintFinding] {
        let general = PolicyChecker.check(policy, kernel: nil)
        guard !kernels.isEmpty else { return general.map { finding($0, text: text) } }
        struct Place: Hashable {
            let code: DiagnosticCode
            let range: SourceRange
            let message: String
        }
        var order: [Place] = []
        var found: [Place: (diagnostic: Diagnostic, kernels: [String])] = [:]
        for kernel in kernels {
            for diagnostic in PolicyChecker.check(policy, kernel: kernel) {
                let place = Place(code: diagnostic.code, range: diagnostic.range, message: diagnostic.message)
                if found[place] == nil { order.append(place) }
                found[place, default: (diagnostic, [])].kernels.append(kernel.label)
            }
        }
        let withoutKernel = Set(general)
        return order.compactMap { place in
            guard let (diagnostic, labels) = found[place] else { return nil }
            var result = finding(diagnostic, text: text)
            if labels.count == kernels.count, withoutKernel.contains(diagnostic) { return result }
            result.kernels = labels
            // Nobody asked for a kernel by name: what only some lack need not matter to the user.
            if labels.count < kernels.count, !isChosen, result.severity == .error {
                result.severity = .warning
            }
            return result
        }
    }

    private func finding(_ diagnostic: Diagnostic, text: SourceText?) -> LintFinding {
        LintFinding(
            rule: diagnostic.code.rawValue, severity: diagnostic.severity, range: diagnostic.range,
            message: diagnostic.message, help: diagnostic.help,
            fix: text.flatMap { DiagnosticFix.edit(for: diagnostic, in: $0) })
    }

    /// Applies the configuration and the comments, and sorts.
    private func finish(
        _ findings: [LintFinding], _ input: LintInput, _ text: SourceText, _ report: inout LintReport
    ) {
        var suppressions = Suppressions(text, file: input.file)
        var seen: Set<LintFinding> = []
        var kept: [LintFinding] = []
        for var finding in findings where seen.insert(finding).inserted {
            switch input.configuration.levels[finding.rule] {
            case .off: continue
            case .level(let severity): finding.severity = severity
            case nil: break
            }
            if suppressions.silence(finding) {
                report.silenced += 1
            } else {
                kept.append(finding)
            }
        }
        for var finding in SuppressionRules.check(suppressions) {
            if case .off = input.configuration.levels[finding.rule] { continue }
            if case .level(let severity) = input.configuration.levels[finding.rule] {
                finding.severity = severity
            }
            kept.append(finding)
        }
        report.findings += kept.enumerated().sorted {
            ($0.element.range.start, $0.element.rule, $0.offset) < (
                $1.element.range.start, $1.element.rule, $1.offset
            )
        }.map(\.element)
    }
}
