// SPDX-License-Identifier: Apache-2.0
// shrike policy explain, shrike policy diff

import ArgumentParser
import ShrikeLint
import ShrikePolicy
import ShrikePolicyCompiler
import ShrikePolicyTools

/// Says what policies do.
struct PolicyExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say in plain English what policies watch and what they do.",
        discussion: """
            One line for each selector. With --event it says of each selector why it matched or did not: of \
            recorded events, lines of JSON as shriked prints them, or of the cases of a *_test.yaml file.

            Examples:
              shrike policy explain policies/examples/
              shrike getevents -o json | head -1 >event.json; shrike policy explain secrets.yaml --event event.json
            """)

    @ArgumentParser.Argument(help: ArgumentHelp("Policy files or folders.", valueName: "path"))
    var paths: [String]

    @Option(
        help: ArgumentHelp(
            "Say why each selector did or did not match: a file of events (- for standard input), or of tests.",
            valueName: "file"))
    var event: String?

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() throws {
        if let event { return try explain(event) }
        let policies = try PolicyTexts.policies(at: paths)
        StandardOutput.write(policies.map { PolicyWords.explanation(of: $0) }.joined(separator: "\n"))
    }

    private func explain(_ event: String) throws {
        guard event.hasSuffix(".yaml") || event.hasSuffix(".yml") else {
            return try RecordedEvents(event, policies: paths).replay(explains: true, asJSON: false)
        }
        var options = TestOptions()
        options.explains = true
        let result = TestRunner(options).run(event, policyFiles: try CheckedPolicies(at: paths).files)
        if let problem = result.problems.first { throw UsageError(problem) }
        for test in result.cases {
            if let failure = test.failure, test.verdict == nil { throw UsageError(failure.description) }
            StandardOutput.write("\(test.name): \(test.verdict ?? "")\n")
            for line in test.explanation { StandardOutput.write("    \(line)\n") }
        }
    }
}

/// Says what changes.
struct PolicyDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what changes between two sets of policies, by what they do.",
        discussion: """
            Policies are compared by name. Layout, comments and the order of values mean nothing.

            Examples:
              shrike policy diff old/ new/
              shrike policy diff -o markdown old.yaml new.yaml
            """)

    @ArgumentParser.Argument(help: ArgumentHelp("File or folder as it was.", valueName: "old"))
    var old: String

    @ArgumentParser.Argument(help: ArgumentHelp("File or folder as it is.", valueName: "new"))
    var new: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The form of output: text or markdown.", valueName: "form"))
    var output = Form.text

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    enum Form: String, ExpressibleByArgument { case text, markdown }

    func run() throws {
        let difference = PolicyDifference(
            old: try PolicyTexts.policies(at: [old]), new: try PolicyTexts.policies(at: [new]))
        StandardOutput.write(output == .text ? difference.text : difference.markdown)
    }
}

/// Says what the kernel would be given.
struct PolicyRender: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Print the compiled plan of a set of policies: per hook its tables, memory and look-ups.",
        discussion: "Policies of one set share their hooks: give all that a node loads.")

    @ArgumentParser.Argument(help: ArgumentHelp("Policy files or folders.", valueName: "path"))
    var paths: [String]

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() throws {
        let policies = try PolicyTexts.policies(at: paths)
        do {
            StandardOutput.write(try PolicyRendering.text(of: policies))
        } catch {
            throw UsageError(error.diagnostics.first?.description ?? "the policies do not compile")
        }
    }
}

/// Policies of files and folders; tests beside them are passed over.
enum PolicyTexts {
    static func policies(at paths: [String]) throws -> [TracingPolicy] {
        var policies: [TracingPolicy] = []
        for file in try paths.flatMap({ try PolicyFinder.files(at: $0) }) where !TestRunner.isTestFile(file) {
            let result = PolicyLoader.loadMixed(try PolicyFinder.contents(of: file), file: file).result
            if let error = result.diagnostics.first(where: { $0.severity == .error }) {
                throw UsageError(error.description)
            }
            policies += result.policies
        }
        return policies
    }
}
