// SPDX-License-Identifier: Apache-2.0
// From a test file's name to what became of each of its cases.

public import ShrikeLint
public import ShrikePolicy
internal import ShrikePolicyCompiler

/// What became of one case.
public struct CaseResult: Sendable {
    /// Its name; a table's name stands before it.
    public let name: String
    /// Where it stands.
    public let range: SourceRange
    /// What the policies did, in words; nil when it could not be decided.
    public let verdict: String?
    /// What is wrong, and where; nil when the case holds.
    public let failure: TestProblem?
    /// By selector why it matched or did not; only when it was asked for.
    public let explanation: [String]
}

/// What became of a test file.
public struct TestFileResult: Sendable {
    /// The file.
    public let file: String
    /// Why it could not be run at all.
    public var problems: [String] = []
    /// Its cases.
    public var cases: [CaseResult] = []
    /// Selectors and values that no case exercises; only when it was asked for.
    public var uncovered: [TestProblem] = []
    /// How many selectors and values there are, and how many of them are exercised.
    public var coverage: (exercised: Int, total: Int)?
    /// Mutants that no case noticed; only when it was asked for.
    public var survivors: [TestProblem] = []
    /// How many mutants there were.
    public var mutants: Int?

    /// Whether everything that was asked for holds.
    public var isGood: Bool {
        problems.isEmpty && cases.allSatisfy { $0.failure == nil } && survivors.isEmpty
    }
}

/// What is to be told beside whether the cases hold.
public struct TestOptions: Sendable {
    /// Why selectors matched or not, of every case.
    public var explains = false
    /// Which selectors and values no case exercises.
    public var measuresCoverage = false
    /// Which changes of the policies no case notices.
    public var mutates = false

    /// Only whether the cases hold.
    public init() {}
}

/// Runs test files.
public struct TestRunner {
    private let options: TestOptions
    private let read: (String) throws(InputError) -> [UInt8]

    /// - Parameter read: gives the bytes of a file.
    public init(
        _ options: TestOptions = TestOptions(),
        read: @escaping (String) throws(InputError) -> [UInt8] = PolicyFinder.contents(of:)
    ) {
        self.options = options
        self.read = read
    }

    /// Runs one file.
    /// - Parameter policyFiles: the policies instead of those that the file names.
    public func run(_ path: String, policyFiles: [String]? = nil) -> TestFileResult {
        var result = TestFileResult(file: path)
        do {
            let file = try TestFile(try read(path), file: path)
            let paths = policyFiles ?? Self.policyPaths(of: file)
            var texts: [(path: String, bytes: [UInt8])] = []
            for policy in paths { texts.append((policy, try read(policy))) }
            let (sources, problems) = PolicySources.load(texts)
            guard problems.isEmpty else {
                result.problems = problems
                return result
            }
            try run(file, sources, &result)
        } catch let error as CompileError {
            result.problems = error.diagnostics.map(\.description)
        } catch {
            result.problems = ["\(error)"]
        }
        return result
    }

    private func run(_ file: TestFile, _ sources: PolicySources, _ result: inout TestFileResult) throws {
        let world = try PolicyWorld(sources.policies, functions: file.cases.map(\.event.hook.symbol))
        let explainer = options.explains || options.measuresCoverage ? SelectorProbe(world) : nil
        for test in file.cases {
            let check = CaseCheck(test, world)
            let explanation = options.explains ? explainer?.explain(test.event) ?? [] : []
            result.cases.append(
                CaseResult(
                    name: test.name, range: test.range, verdict: check.verdict?.description,
                    failure: check.failure, explanation: explanation))
        }
        guard result.isGood else { return }
        if options.measuresCoverage, let explainer {
            let coverage = Coverage(world, file.cases.map(\.event), explainer)
            result.coverage = (coverage.exercised, coverage.total)
            result.uncovered = coverage.missing
        }
        if options.mutates {
            let mutation = Mutation(sources, file)
            result.mutants = mutation.count
            result.survivors = mutation.survivors
        }
    }

    /// The policy files, relative to the test's own folder.
    static func policyPaths(of file: TestFile) -> [String] {
        let folder = file.file.lastIndex(of: "/").map { String(file.file[...$0]) } ?? ""
        guard file.policies.isEmpty else {
            return file.policies.map { $0.value.hasPrefix("/") ? $0.value : folder + $0.value }
        }
        let name = file.file.dropFirst(folder.count)
        guard let end = name.range(ofLast: "_test.") else { return [file.file] }
        return [folder + name[..<end.lowerBound] + "." + name[end.upperBound...]]
    }

    /// Whether a file's name says that it holds tests.
    public static func isTestFile(_ path: String) -> Bool {
        PolicyFileName.isTest(path)
    }
}

extension StringProtocol {
    /// Where a text stands for the last time.
    fileprivate func range(ofLast text: String) -> Range<Index>? {
        var found: Range<Index>?
        for start in indices where self[start...].hasPrefix(text) {
            found = start..<index(start, offsetBy: text.count)
        }
        return found
    }
}

/// One case against loaded policies.
struct CaseCheck {
    /// Nil when it could not be decided.
    private(set) var verdict: Verdict?
    private(set) var failure: TestProblem?

    init(_ test: TestCase, _ world: PolicyWorld) {
        guard world.hooks.contains(where: { $0.isSamePlace(as: test.event.hook) }) else {
            let names = world.hooks.map { "`\($0.description)`" }.joined(separator: ", ")
            failure = TestProblem(
                test.hookRange, "no policy hooks `\(test.event.hook.description)`; they hook \(names)")
            return
        }
        do {
            let verdict = try world.decide(test.event)
            self.verdict = verdict
            failure = Self.difference(verdict, test, world)
        } catch let error as MissingValue {
            failure = TestProblem(test.argumentsRange, error.message)
        } catch let error as TestProblem {
            failure = error
        } catch let error as CompileError {
            failure = TestProblem(
                test.range, error.diagnostics.first?.message ?? "the policies do not compile")
        } catch {
            failure = TestProblem(test.range, "\(error)")
        }
    }

    /// What of the expectation does not hold.
    private static func difference(_ verdict: Verdict, _ test: TestCase, _ world: PolicyWorld) -> TestProblem?
    {
        let expected = test.expected
        let matched = verdict.selectors.map { world.name(of: $0) }
        let by = matched.isEmpty ? "no selector matched" : "by \(matched.joined(separator: ", "))"
        if Set(verdict.words) != expected.words {
            let words = expected.words.sorted().joined(separator: " and ")
            return TestProblem(
                expected.range,
                "expected \(words.isEmpty ? "none" : words), got \(verdict.description) (\(by))")
        }
        if let error = expected.error, error.value != verdict.overrideError {
            return TestProblem(error.range, "expected error \(error.value), got \(verdict.overrideError)")
        }
        if let signal = expected.signal, !verdict.signals.contains(signal.value) {
            let sent = verdict.signals.sorted().map(String.init).joined(separator: ", ")
            return TestProblem(
                signal.range, "expected signal \(signal.value), got \(sent.isEmpty ? "none" : sent)")
        }
        if let isPosted = expected.isPosted, isPosted != verdict.isPosted {
            return TestProblem(
                expected.range,
                verdict.isPosted ? "expected no event, one is posted" : "expected an event, none is posted")
        }
        for name in expected.not {
            guard world.policies.contains(where: { $0.name.value == name.value }) else {
                return world.unknownPolicy(name)
            }
            if let match = verdict.selectors.first(where: {
                world.policies[$0.policy].name.value == name.value
            }) {
                return TestProblem(name.range, "\(world.name(of: match)) matched, and must not")
            }
        }
        return selectorDifference(verdict, expected, world, by)
    }

    private static func selectorDifference(
        _ verdict: Verdict, _ expected: Expectation, _ world: PolicyWorld, _ by: String
    ) -> TestProblem? {
        var candidates = verdict.selectors
        if let policy = expected.policy {
            guard world.policies.contains(where: { $0.name.value == policy.value }) else {
                return world.unknownPolicy(policy)
            }
            candidates = candidates.filter { world.policies[$0.policy].name.value == policy.value }
            if candidates.isEmpty {
                return TestProblem(
                    policy.range,
                    "expected policy `\(policy.value)` to match, got \(verdict.description) (\(by))")
            }
        }
        guard let selector = expected.selector else { return nil }
        let isHit = candidates.contains {
            String($0.selector) == selector.value || world.selector($0)?.label == selector.value
        }
        return isHit
            ? nil
            : TestProblem(
                selector.range,
                "expected selector \(selector.value) to match, got \(verdict.description) (\(by))")
    }
}

extension EventHook {
    /// The same place, written otherwise.
    func isSamePlace(as other: EventHook) -> Bool {
        kind == other.kind
            && (symbol == other.symbol
                || kind == .raw
                    && symbol.split(separator: "/").last == other.symbol.split(separator: "/").last)
    }
}

extension PolicyWorld {
    /// A selector; nil for a hook without any.
    func selector(_ id: SelectorID) -> Selector? {
        let selectors = policies[id.policy].spec.hooks[id.hook].selectors
        return selectors.indices.contains(id.selector) ? selectors[id.selector] : nil
    }

    /// `policy NAME selector N`, with the label if it has one.
    func name(of id: SelectorID) -> String {
        let label = selector(id)?.label.map { " (\($0))" } ?? ""
        return "policy \(policies[id.policy].name.value) selector \(id.selector)\(label)"
    }

    /// Where a selector stands; of a hook without any the hook.
    func range(of id: SelectorID) -> SourceRange {
        selector(id)?.range ?? policies[id.policy].spec.hooks[id.hook].range
    }

    fileprivate func unknownPolicy(_ name: Located<String>) -> TestProblem {
        let names = policies.map(\.name.value)
        let meant = Suggestion.nearest(to: name.value, among: names)
        return TestProblem(
            name.range,
            "there is no policy `\(name.value)`; "
                + (meant.map { "did you mean `\($0)`?" } ?? "there are \(names.joined(separator: ", "))"))
    }
}
