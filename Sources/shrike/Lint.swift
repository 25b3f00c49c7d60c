// SPDX-License-Identifier: Apache-2.0
// shrike lint

public import ArgumentParser
import Glibc
import ShrikeControl
public import ShrikeLint

import enum ShrikePolicy.Severity

/// Lints policies.
struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check policies: what is wrong, evadable, dangerous or expensive.",
        discussion: """
            Reads TracingPolicy files, folders (*.yaml, *.yml, *.json below them) or, with -, standard input. \
            Kubernetes objects of other kinds are passed over. Needs no kernel, root or cluster. What shriked \
            refuses is an error here too.

            Exit status: 0 when nothing at or above --fail-level was found, 1 when something was, 2 for wrong \
            usage or input that cannot be read.

            Examples:
              shrike lint policies/
              helm template chart | shrike lint --kernel 6.1,6.12 -
              shrike lint --format sarif policies/ >lint.sarif
              shrike lint --explain SHR650
            """)

    @ArgumentParser.Argument(
        help: ArgumentHelp("Files, folders, or - for standard input.", valueName: "path"))
    var paths: [String] = []

    @Option(
        help: ArgumentHelp(
            "The form of output: pretty, json, sarif, github, junit or gitlab.", valueName: "form"))
    var format = LintFormat.pretty

    @Option(
        help: ArgumentHelp(
            "Fail from this severity on: error, warning (default), info or never.", valueName: "level"))
    var failLevel: String?

    @Option(
        help: ArgumentHelp(
            "Kernels to check for, for example 6.1,6.12; `live` is this machine's. Default: all known ones.",
            valueName: "versions"))
    var kernel: [String] = []

    @Option(
        help: ArgumentHelp("Check for the kernel with this type information (raw BTF).", valueName: "file"))
    var btf: [String] = []

    @Flag(help: "Mend what can be mended mechanically, in the files themselves.")
    var fix = false

    @Option(help: ArgumentHelp("Do not report the findings that this file lists.", valueName: "file"))
    var baseline: String?

    @Option(help: ArgumentHelp("Write all findings to this file, and succeed.", valueName: "file"))
    var writeBaseline: String?

    @Option(
        help: ArgumentHelp(
            "Use this configuration instead of the .shrike-lint.yaml found upward.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Report policies with more selectors.", valueName: "count"))
    var maxSelectors: Int?

    @Option(
        help: ArgumentHelp("Report policies that take more kernel memory: 512KiB, 4MiB.", valueName: "size"))
    var maxMemory: String?

    @Option(
        help: ArgumentHelp(
            "Report policies that add more instructions to a call that they do not match; about 2,000 take a microsecond at most.",
            valueName: "count"))
    var maxInstructions: Int?

    @Flag(help: "Do not report what this version of shriked cannot run (SHR901).")
    var anyVersion = false

    @Option(help: "Colours: auto, always or never.")
    var color = OutputFlags.ColourMode.auto

    @Option(help: ArgumentHelp("Print one rule and stop.", valueName: "rule"))
    var explain: String?

    @Flag(help: "Print all rules and stop; with --format json all that is known about them.")
    var listRules = false

    @Flag(help: .hidden)
    var generateDocs = false

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() throws {
        if let text = try reference() {
            StandardOutput.write(text)
            return
        }
        guard !paths.isEmpty else { throw UsageError("name files, folders or - for standard input") }
        var finder = try PolicyFinder(configuration: config)
        var inputs: [LintInput] = []
        for path in paths { inputs += try finder.inputs(at: path) }
        guard !inputs.isEmpty else {
            throw UsageError("no *.yaml, *.yml or *.json file in \(paths.joined(separator: ", "))")
        }
        let linter = Linter(kernels: try kernels(), budget: try budget(), checksSupport: !anyVersion)
        var report = linter.lint(inputs)
        if fix { report = try mend(&inputs, report, linter) }
        try finish(report, inputs)
    }

    private func finish(_ report: LintReport, _ inputs: [LintInput]) throws {
        if let writeBaseline {
            try PolicyFinder.replace(writeBaseline, with: Array(Baseline(report).text.utf8))
            StandardError.print("\(report.findings.count) findings written to \(writeBaseline)")
            return
        }
        var report = report
        if let baseline {
            let text = String(decoding: try PolicyFinder.contents(of: baseline), as: UTF8.self)
            guard let known = Baseline(text) else { throw UsageError("\(baseline) is not a baseline file") }
            report = known.filter(report)
        }
        StandardOutput.write(format.text(report, isColoured: isColoured, version: ShrikeVersion.current))
        if format != .pretty, report.passedOver > 0, global.debug {
            StandardError.print("shrike: \(report.passedOver) documents of other kinds passed over")
        }
        let level = try level(inputs)
        if let level, report.findings.contains(where: { $0.severity.isAtLeast(level) }) { throw ExitCode(1) }
    }

    /// Applies fixes until there are none left, at most as often as fixes can uncover others.
    private func mend(_ inputs: inout [LintInput], _ first: LintReport, _ linter: Linter) throws -> LintReport
    {
        var (report, fixed) = (first, 0)
        for _ in 0..<4 {
            var isChanged = false
            for (index, input) in inputs.enumerated() {
                let findings = report.findings.filter { $0.range.file == input.file && $0.fix != nil }
                if findings.isEmpty { continue }
                guard input.file != "<stdin>" else { throw UsageError("--fix cannot change standard input") }
                let (bytes, count) = FixApplier.apply(findings, to: SourceText(input.bytes))
                guard count > 0, bytes != input.bytes else { continue }
                try PolicyFinder.replace(input.file, with: bytes)
                inputs[index] = LintInput(file: input.file, bytes: bytes, configuration: input.configuration)
                (fixed, isChanged) = (fixed + count, true)
            }
            guard isChanged else { break }
            report = linter.lint(inputs)
        }
        StandardError.print("\(fixed) fixed")
        return report
    }

    private func reference() throws -> String? {
        if generateDocs { return RuleReference.markdown }
        if listRules {
            switch format {
            case .pretty: return RuleReference.list
            case .json: return RuleReference.json
            default: throw UsageError("--list-rules prints pretty or json")
            }
        }
        guard let explain else { return nil }
        guard let rule = RuleCatalog.rule(explain.uppercased()) else {
            throw UsageError("there is no rule \(explain); --list-rules lists them")
        }
        return RuleReference.explanation(of: rule)
    }

    private func kernels() throws -> [any LintKernel]? {
        let labels = ListFlag.values(kernel)
        if labels.isEmpty, btf.isEmpty { return nil }
        var kernels: [any LintKernel] = []
        for label in labels {
            if label == "live" {
                kernels.append(
                    try BTFKernel(
                        path: "/sys/kernel/btf/vmlinux", label: "live", events: "/sys/kernel/tracing/events"))
            } else if let known = KnownKernel.all.first(where: { $0.label == label }) {
                kernels.append(known)
            } else {
                let names = KnownKernel.all.map(\.label).joined(separator: ", ")
                throw UsageError(
                    "nothing is known about the kernel \(label); known are \(names), or `live`, or --btf FILE"
                )
            }
        }
        for path in btf { kernels.append(try BTFKernel(path: path, label: path)) }
        return kernels
    }

    private func budget() throws -> LintBudget {
        var budget = LintBudget(selectors: maxSelectors, instructions: maxInstructions)
        if let maxMemory {
            guard let bytes = LintBudget.bytes(maxMemory) else {
                throw UsageError("--max-memory takes a size, for example 4MiB")
            }
            budget.memory = bytes
        }
        return budget
    }

    private func level(_ inputs: [LintInput]) throws -> Severity? {
        switch failLevel {
        case "never": return nil
        case let name?:
            guard let level = Severity(rawValue: name) else {
                throw UsageError("--fail-level is error, warning, info or never")
            }
            return level
        case nil:
            return inputs.compactMap(\.configuration.failLevel).first ?? .warning
        }
    }

    private var isColoured: Bool {
        guard format == .pretty else { return false }
        switch color {
        case .always: return true
        case .never: return false
        case .auto:
            func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
            return isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
        }
    }
}

extension LintFormat: ExpressibleByArgument {}

/// Wrong usage: exit status 2 for commands that distinguish it from findings.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
