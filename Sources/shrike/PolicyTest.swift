// SPDX-License-Identifier: Apache-2.0
// shrike test

public import ArgumentParser
import ShrikeLint
public import ShrikePolicyTools

/// Runs the tests of policies.
struct PolicyTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests of policies: what they would do, without a kernel.",
        discussion: """
            Reads *_test.yaml files, or all of them below folders (default: the current one). Each describes \
            processes and calls of hooked functions, and what the policies beside it must do. The decision is \
            made by the same code that runs in the kernel, over the same compiled plan. Needs no kernel, root or \
            cluster. The form of test files is in docs/reference/policy-tests.md.

            Exit status: 0 when everything holds, 1 when a case fails or a mutant survives, 2 for wrong usage or \
            files that cannot be run.

            Examples:
              shrike test policies/
              shrike test --coverage --mutate policies/library/credentials_test.yaml
              shrike test --format junit policies/ >tests.xml
            """)

    @ArgumentParser.Argument(help: ArgumentHelp("Test files or folders.", valueName: "path"))
    var paths: [String] = ["."]

    @Option(help: ArgumentHelp("The form of output: pretty, junit, github or json.", valueName: "form"))
    var format = TestFormat.pretty

    @Flag(help: "Tell for each selector why it matched or did not.")
    var explain = false

    @Flag(help: "List the selectors and values that no case exercises.")
    var coverage = false

    @Option(
        help: ArgumentHelp(
            "Fail when less than this part of selectors and values is exercised.", valueName: "percent"))
    var minCoverage: Int?

    @Flag(help: "Change operators, values and actions one by one, and list the changes that no case notices.")
    var mutate = false

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() throws {
        var files: [String] = []
        for path in paths {
            let found = try PolicyFinder.files(at: path)
            // A file that is named is run, whatever its name.
            files += found == [path] ? found : found.filter(TestRunner.isTestFile)
        }
        guard !files.isEmpty else {
            throw UsageError("no *_test.yaml file in \(paths.joined(separator: ", "))")
        }
        var options = TestOptions()
        options.explains = explain
        options.measuresCoverage = coverage || minCoverage != nil
        options.mutates = mutate
        let runner = TestRunner(options)
        let results = files.map { runner.run($0) }
        StandardOutput.write(format.text(results))
        if results.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(2) }
        let isCovered = results.allSatisfy { result in
            guard let minCoverage, let (exercised, total) = result.coverage else { return true }
            return exercised * 100 >= minCoverage * total
        }
        if !isCovered || results.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }
}

extension TestFormat: ExpressibleByArgument {}
