// SPDX-License-Identifier: Apache-2.0
// What became of tests, for people and for machines.

internal import ShrikeLint
internal import ShrikePolicy

/// A form of output.
public enum TestFormat: String, Sendable, CaseIterable {
    /// For people.
    case pretty
    /// One suite a file.
    case junit
    /// Workflow commands of GitHub Actions.
    case github
    /// One object.
    case json

    /// The results as text.
    public func text(_ results: [TestFileResult]) -> String {
        switch self {
        case .pretty: Self.pretty(results)
        case .junit: Self.junit(results)
        case .github: Self.github(results)
        case .json: Self.json(results)
        }
    }

    private static func pretty(_ results: [TestFileResult]) -> String {
        var text = ""
        var (passed, failed) = (0, 0)
        for result in results {
            let bad = result.cases.count { $0.failure != nil }
            (passed, failed) = (passed + result.cases.count - bad, failed + bad)
            let isBad = bad > 0 || !result.problems.isEmpty
            text += "\(isBad ? "FAIL" : "ok  ") \(result.file) (\(result.cases.count) cases)\n"
            for problem in result.problems { text += "  \(problem)\n" }
            for found in result.cases {
                if let failure = found.failure {
                    text += "  \(failure.place): \(found.name): \(failure.message)\n"
                }
                guard !found.explanation.isEmpty else { continue }
                text += "  \(found.name): \(found.verdict ?? "undecided")\n"
                for line in found.explanation { text += "      \(line)\n" }
            }
            if let (exercised, total) = result.coverage {
                text += "  coverage: \(exercised) of \(total) selectors and values\n"
                for gap in result.uncovered { text += "    \(gap.place): \(gap.message)\n" }
            }
            if let mutants = result.mutants {
                text += "  mutants: \(mutants - result.survivors.count) of \(mutants) noticed\n"
                for survivor in result.survivors { text += "    \(survivor.place): \(survivor.message)\n" }
            }
        }
        let broken = results.count { !$0.problems.isEmpty }
        text += "\(passed) passed, \(failed) failed"
        if broken > 0 { text += ", \(broken) \(broken == 1 ? "file" : "files") not run" }
        return text + "; \(results.count) \(results.count == 1 ? "file" : "files")\n"
    }

    private static func github(_ results: [TestFileResult]) -> String {
        var lines: [String] = []
        func escaped(_ text: String) -> String {
            var result = ""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "%": result += "%25"
                case "\r": result += "%0D"
                case "\n": result += "%0A"
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result
        }
        func add(_ level: String, _ problem: TestProblem, _ title: String) {
            let start = problem.range.start
            lines.append(
                "::\(level) file=\(escaped(problem.range.file)),line=\(start.line),col=\(start.column),title=\(title)::\(escaped(problem.message))"
            )
        }
        for result in results {
            for problem in result.problems {
                lines.append("::error file=\(escaped(result.file))::\(escaped(problem))")
            }
            for found in result.cases {
                guard let failure = found.failure else { continue }
                add("error", TestProblem(failure.range, "\(found.name): \(failure.message)"), "policy test")
            }
            for gap in result.uncovered { add("notice", gap, "policy coverage") }
            for survivor in result.survivors { add("error", survivor, "policy mutant") }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func junit(_ results: [TestFileResult]) -> String {
        let total = results.reduce(0) { $0 + max($1.cases.count, 1) }
        let failures = results.reduce(0) { $0 + $1.cases.count { $0.failure != nil } }
        let errors = results.count { !$0.problems.isEmpty }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text +=
            "<testsuites name=\"shrike test\" tests=\"\(total)\" failures=\"\(failures)\" errors=\"\(errors)\">\n"
        for result in results {
            let name = xmlText(result.file)
            let bad = result.cases.count { $0.failure != nil }
            text +=
                "  <testsuite name=\"\(name)\" tests=\"\(max(result.cases.count, 1))\" failures=\"\(bad)\" errors=\"\(result.problems.isEmpty ? 0 : 1)\">\n"
            if !result.problems.isEmpty {
                text +=
                    "    <testcase classname=\"\(name)\" name=\"load\">\n      <error message=\"\(xmlText(result.problems[0]))\">"
                text += "\(xmlText(result.problems.joined(separator: "\n")))</error>\n    </testcase>\n"
            }
            for found in result.cases {
                let opening = "    <testcase classname=\"\(name)\" name=\"\(xmlText(found.name))\""
                guard let failure = found.failure else {
                    text += opening + "/>\n"
                    continue
                }
                text +=
                    opening
                    + ">\n      <failure message=\"\(xmlText(failure.message))\">\(xmlText(failure.description))</failure>\n    </testcase>\n"
            }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private static func json(_ results: [TestFileResult]) -> String {
        func place(_ range: SourceRange) -> [(String, JSONValue)] {
            [
                ("file", .string(range.file)), ("line", .number(range.start.line)),
                ("column", .number(range.start.column)),
            ]
        }
        func problem(_ problem: TestProblem) -> JSONValue {
            .object(place(problem.range) + [("message", .string(problem.message))])
        }
        let files = results.map { result -> JSONValue in
            var members: [(String, JSONValue)] = [
                ("file", .string(result.file)), ("problems", .array(result.problems.map { .string($0) })),
                (
                    "cases",
                    .array(
                        result.cases.map { found in
                            .object(
                                [("name", .string(found.name))] + place(found.range) + [
                                    ("passed", .bool(found.failure == nil)),
                                    ("verdict", found.verdict.map { .string($0) } ?? .null),
                                    ("failure", found.failure.map(problem) ?? .null),
                                    ("explanation", .array(found.explanation.map { .string($0) })),
                                ])
                        })
                ),
            ]
            if let (exercised, total) = result.coverage {
                members.append(
                    (
                        "coverage",
                        .object([
                            ("exercised", .number(exercised)), ("total", .number(total)),
                            ("missing", .array(result.uncovered.map(problem))),
                        ])
                    ))
            }
            if let mutants = result.mutants {
                members.append(
                    (
                        "mutants",
                        .object([
                            ("total", .number(mutants)), ("survivors", .array(result.survivors.map(problem))),
                        ])
                    ))
            }
            return .object(members)
        }
        return JSONValue.object([
            ("passed", .bool(results.allSatisfy(\.isGood))), ("files", .array(files)),
        ]).text() + "\n"
    }
}

extension TestProblem {
    /// `file:line:column`
    fileprivate var place: String { "\(range.file):\(range.start.line):\(range.start.column)" }
}
