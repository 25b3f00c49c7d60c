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

            With --replay or --record the paths are policies: recorded events, lines of JSON as shriked and \
            `shrike getevents -o json` print them, are shown to them. --replay says what would have been posted, \
            denied and killed; --record prints a test file made of the events.

            Exit status: 0 when everything holds, 1 when a case fails or a mutant survives, 2 for wrong usage or \
            files that cannot be run.

            Examples:
              shrike test policies/
              shrike test --coverage --mutate policies/library/credentials_test.yaml
              shrike test --format junit policies/ >tests.xml
              shrike test --replay events.json policies/
              shrike test --record events.json secrets.yaml >secrets_test.yaml
            """)

    @ArgumentParser.Argument(
        help: ArgumentHelp("Test files or folders; policies with --replay and --record.", valueName: "path"))
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

    @Option(
        help: ArgumentHelp(
            "Show the recorded events of a file (- for standard input) to the policies, and tell what they would have done.",
            valueName: "events"))
    var replay: String?

    @Option(
        help: ArgumentHelp(
            "Print a test file made of the recorded events of a file (- for standard input).",
            valueName: "events"))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "The policies that were loaded when the events were recorded, if they were others.",
            valueName: "path"))
    var recordedWith: [String] = []

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func validate() throws {
        let isOnEvents = replay != nil || record != nil
        if replay != nil, record != nil { throw ValidationError("--replay and --record exclude each other") }
        if isOnEvents, coverage || mutate || minCoverage != nil {
            throw ValidationError("--coverage and --mutate are of test files, not of recorded events")
        }
        if !isOnEvents, !recordedWith.isEmpty {
            throw ValidationError("--recorded-with goes with --replay or --record")
        }
        if record != nil, explain || format != .pretty {
            throw ValidationError("--record prints a test file: it takes neither --explain nor --format")
        }
        if replay != nil, format == .junit || format == .github {
            throw ValidationError("--replay prints pretty or json: a replay does not pass or fail")
        }
    }

    func run() throws {
        if let replay {
            let events = try RecordedEvents(replay, policies: paths, recordedWith: recordedWith)
            return try events.replay(explains: explain, asJSON: format == .json)
        }
        if let record {
            let events = try RecordedEvents(record, policies: paths, recordedWith: recordedWith)
            return try events.record()
        }
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
