// SPDX-License-Identifier: Apache-2.0
// A test file out of recorded events: what the policies do about them now is what later versions must do.

internal import ShrikeControl
public import ShrikeLint
public import ShrikePolicy
public import ShrikePolicyCompiler

/// A test file that was made, and what could not become part of it.
public struct Recording: Sendable {
    /// The file.
    public let text: String
    /// How many cases it has.
    public let cases: Int
    /// Calls that were the same as an earlier one.
    public let repeated: Int
    /// How many lines could not become cases, by reason.
    public let gaps: [String: Int]

    /// At most so many cases: a test file is for people.
    public static let maximumCases = 10_000

    /// - Parameters:
    ///   - path: the file of events, or `-` for standard input.
    ///   - policyFiles: what the test file's `policies` is to say.
    /// - Throws: `InputError`, or `CompileError` with what shriked would say of the policies.
    public init(
        _ path: String, _ policies: [TracingPolicy], policyFiles: [String],
        recordedBy recorders: [TracingPolicy] = []
    ) throws {
        var world = try RecordedWorld(policies)
        var names = ProcessNames()
        var gaps: [String: Int] = [:]
        var tables: [(hook: String, rows: [String])] = []
        var seen: Set<String> = []
        var (cases, repeated) = (0, 0)
        try EventFile(path: path).forEach { line, event in
            do throws(RecordingGap) {
                let call = try RecordedCall(event.get())
                let recorded = try RecordedCase(call, policies: policies, recorders: recorders)
                guard cases < Self.maximumCases else {
                    throw RecordingGap("calls beyond the \(Self.maximumCases) cases that a file may have")
                }
                let process = try names.add(call.processes)
                let fields = recorded.fields(process: process)
                guard seen.insert(fields).inserted else {
                    repeated += 1
                    return
                }
                _ = try world.learn(recorded.hook)
                guard let verdict = try? world.loaded.decide(recorded.testCase().event) else {
                    throw RecordingGap("calls that the policies cannot be asked about")
                }
                let row = Self.row(recorded, process, verdict, world.loaded)
                if let table = tables.firstIndex(where: { $0.hook == recorded.hook.description }) {
                    tables[table].rows.append(row)
                } else {
                    tables.append((recorded.hook.description, [row]))
                }
                cases += 1
            } catch {
                gaps[error.reason, default: 0] += 1
            }
        }
        self.cases = cases
        self.repeated = repeated
        self.gaps = gaps
        text =
            "policies: [\(policyFiles.map(JSONValue.quoted).joined(separator: ", "))]\n"
            + "processes:\n" + names.lines.map { "  \($0)\n" }.joined() + "tests:\n"
            + tables.map {
                "- name: \($0.hook)\n  hook: \($0.hook)\n  cases:\n" + $0.rows.map { "  \($0)\n" }.joined()
            }
            .joined()
    }

    private static func row(
        _ recorded: RecordedCase, _ process: String, _ verdict: Verdict, _ world: PolicyWorld
    ) -> String {
        var fields = "process: \(process), args: \(recorded.arguments)"
        if let returns = recorded.returns { fields += ", returns: \(returns)" }
        let words = verdict.words.isEmpty ? "none" : verdict.words.joined(separator: ", ")
        var expected = verdict.words.count > 1 ? "[\(words)]" : words
        if let first = verdict.selectors.first {
            let policy = JSONValue.quoted(world.policies[first.policy].name.value)
            expected = "{verdict: \(expected), policy: \(policy), selector: \(first.selector)}"
        }
        let was = recorded.call.verdict
        let note = verdict.words.contains(was) ? "" : "  # recorded as \(was)"
        return "- {\(fields), expect: \(expected)}\(note)"
    }
}
