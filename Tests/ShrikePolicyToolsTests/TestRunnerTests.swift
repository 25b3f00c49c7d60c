// SPDX-License-Identifier: Apache-2.0
// Test files from text to results: what holds, what fails and where, what no case exercises.

import ShrikeLint
import Testing

@testable import ShrikePolicyTools

@Suite struct TestRunnerTests {
    static let policy = spec(
        """
        lsmhooks:
        - hook: file_open
          args: [{index: 0, type: file}]
          selectors:
          - label: backup
            matchBinaries: [{operator: In, values: [/usr/bin/backup]}]
            matchActions: [{action: NoPost}]
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow, /etc/gshadow]}]
            matchActions: [{action: Override, argError: -1}]
          - matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssh/]}]
            matchActions: [{action: Sigkill}]
        """, name: "secrets")

    static let world = """
        policies: secrets.yaml
        processes:
          cat: {binary: /usr/bin/cat, parent: shell, uid: 1000}
          shell: /bin/bash
          backup: {binary: /usr/bin/backup}

        """

    /// A test file with these lines under `tests`.
    private func run(_ tests: String, _ options: TestOptions = TestOptions(), policy: String = policy)
        -> TestFileResult
    {
        let text = Self.world + "tests:\n" + tests + "\n"
        let runner = TestRunner(options) { path throws(InputError) in
            Array((path == "folder/secrets.yaml" ? policy : text).utf8)
        }
        return runner.run("folder/secrets_test.yaml")
    }

    static let complete = """
        - name: secrets
          hook: lsm/file_open
          process: cat
          cases:
          - {args: [/etc/shadow], expect: {verdict: deny, error: -1, posted: true, selector: 1}}
          - {args: [/etc/gshadow], expect: deny}
          - {args: [/etc/shadow-], expect: none}
          - {args: [/etc/ssh/key], expect: {verdict: kill, policy: secrets, signal: 9}}
          - {args: [/etc/ssh], expect: none}
          - {process: backup, args: [/etc/shadow], expect: {verdict: none, policy: secrets, selector: backup}}
          - {process: /usr/bin/other, args: [/etc/hosts], expect: {verdict: none, not: secrets}}
        """

    @Test func casesThatHoldPass() {
        let result = run(Self.complete)
        #expect(result.problems == [])
        #expect(result.cases.map(\.failure) == Array(repeating: nil, count: 7))
        #expect(result.cases[0].name == "secrets / case 1")
    }

    /// A case, and what is said of it behind `secrets_test.yaml:`.
    static let failures: [(test: String, message: String)] = [
        (
            "{hook: lsm/file_open, process: cat, args: [/etc/shadow], expect: kill}",
            "7:68: error: expected kill, got deny (by policy secrets selector 1)"
        ),
        (
            "{hook: lsm/file_open, process: cat, args: [/etc/hosts], expect: post}",
            "7:67: error: expected post, got none (no selector matched)"
        ),
        (
            "{hook: lsm/file_open, process: cat, args: [/etc/shadow], expect: {verdict: deny, error: -13}}",
            "7:91: error: expected error -13, got -1"
        ),
        (
            "{hook: lsm/file_open, process: cat, args: [/etc/shadow], expect: {verdict: deny, selector: 2}}",
            "7:94: error: expected selector 2 to match, got deny (by policy secrets selector 1)"
        ),
        (
            "{hook: lsm/file_open, process: backup, args: [/etc/x], expect: {verdict: none, not: [secrets]}}",
            "7:88: error: policy secrets selector 0 (backup) matched, and must not"
        ),
        (
            "{hook: lsm/file_open, process: cat, expect: none}",
            "7:3: error: the event gives no value for argument 0, which a selector compares"
        ),
        (
            "{hook: lsm/inode_unlink, process: cat, expect: none}",
            "7:10: error: no policy hooks `lsm/inode_unlink`; they hook `lsm/file_open`"
        ),
    ]

    @Test(arguments: failures) func whatFailsIsSaidWhereItStands(_ failure: (test: String, message: String)) {
        let result = run("- " + failure.test)
        #expect(result.problems == [])
        #expect(
            result.cases.map { $0.failure?.description } == ["folder/secrets_test.yaml:" + failure.message])
    }

    static let mistakes: [(test: String, message: String)] = [
        (
            "{hook: lsm/file_open, process: cat, expect: denny}",
            "7:47: error: `denny` is no verdict; did you mean `deny`?"
        ),
        (
            "{hook: lsm/file_open, process: cta, expect: none}",
            "7:34: error: there is no process `cta` in `processes`; did you mean `cat`?"
        ),
        (
            "{hook: file_open, process: cat, expect: none}",
            "7:10: error: `file_open` is no hook; write lsm/NAME, kprobe/FUNCTION, syscall/NAME, tracepoint/SUBSYSTEM/EVENT or raw/EVENT"
        ),
        (
            "{hok: lsm/file_open, process: cat, expect: none}",
            "7:4: error: a test has no field `hok`; did you mean `hook`?"
        ),
    ]

    @Test(arguments: mistakes) func aMistakeInTheFileIsSaidWhereItStands(
        _ mistake: (test: String, message: String)
    ) {
        #expect(run("- " + mistake.test).problems == ["folder/secrets_test.yaml:" + mistake.message])
    }

    @Test func aPolicyThatShrikedRefusesIsNotTested() {
        let result = run(Self.complete, policy: Self.policy.replacing("Override", "Sett"))
        #expect(result.cases.isEmpty)
        #expect(result.problems.count == 1)
    }

    @Test func completeCasesCoverAllAndNoticeEveryMutant() throws {
        var options = TestOptions()
        (options.measuresCoverage, options.mutates) = (true, true)
        let result = run(Self.complete, options)
        let coverage = try #require(result.coverage)
        #expect(coverage.exercised == coverage.total)
        #expect(coverage.total == 7)
        #expect(result.survivors.map(\.message) == [])
        #expect(result.mutants ?? 0 > 8)
    }

    @Test func gapsAreListed() throws {
        var options = TestOptions()
        (options.measuresCoverage, options.mutates) = (true, true)
        let result = run("- {hook: lsm/file_open, process: cat, args: [/etc/shadow], expect: deny}", options)
        let messages = result.uncovered.map(\.message)
        #expect(messages.contains("policy secrets selector 2 matches in no case"))
        #expect(
            messages.contains(
                "no case has the value `/etc/gshadow` of matchArgs in policy secrets selector 1"))
        let survivors = result.survivors.map(\.message)
        #expect(survivors.contains("no case notices when the value `/etc/gshadow` becomes `/etc/gshadow~`"))
        #expect(survivors.contains("no case notices when the operator `Prefix` becomes `Equal`"))
        #expect(!survivors.contains("no case notices when the value `/etc/shadow` becomes `/etc/shadow~`"))
    }

    @Test func theFirstConditionThatFailsIsExplained() throws {
        var options = TestOptions()
        options.explains = true
        let result = run("- {hook: lsm/file_open, process: cat, args: [/etc/ssh/key], expect: kill}", options)
        let lines = try #require(result.cases.first).explanation
        #expect(lines.count == 3)
        #expect(
            lines[0].contains(
                "since matchBinaries wants that the binary is `/usr/bin/backup`; it is `/usr/bin/cat`"))
        #expect(
            lines[1].contains(
                "since matchArgs wants that argument 0 is `/etc/shadow` or `/etc/gshadow`; it is `/etc/ssh/key`"
            ))
        #expect(lines[2] == "policy secrets selector 2: matched")
    }

    @Test func allFormatsTellOfAFailure() throws {
        let results = [
            run("- {name: a<b, hook: lsm/file_open, process: cat, args: [/etc/shadow], expect: kill}")
        ]
        for format in TestFormat.allCases {
            let text = format.text(results)
            #expect(text.contains("expected kill, got deny"), "\(format)")
        }
        #expect(TestFormat.junit.text(results).contains("name=\"a&lt;b\""))
        #expect(
            TestFormat.github.text(results).hasPrefix("::error file=folder/secrets_test.yaml,line=7,col="))
    }
}

extension String {
    /// The text with each occurrence replaced; Foundation is not linked.
    fileprivate func replacing(_ old: String, _ new: String) -> String {
        var result = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(old) {
                result += new
                rest.removeFirst(old.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}
