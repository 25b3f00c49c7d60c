// SPDX-License-Identifier: Apache-2.0
// Recorded events and policies: shrike test --replay, shrike test --record, shrike policy explain --event

import ShrikeLint
import ShrikePolicy
import ShrikePolicyCompiler
import ShrikePolicyTools

/// A file of recorded events, and the policies that it is shown to.
struct RecordedEvents {
    private let file: String
    private let policies: CheckedPolicies
    private let recorders: [TracingPolicy]

    /// - Throws: `InputError` with what is wrong with the policies.
    init(_ file: String, policies paths: [String], recordedWith: [String] = []) throws {
        self.file = file
        policies = try CheckedPolicies(at: paths)
        recorders = recordedWith.isEmpty ? [] : try CheckedPolicies(at: recordedWith).policies
    }

    /// Prints what the policies would have done, call by call as they are read.
    func replay(explains: Bool, asJSON: Bool) throws {
        var replay: Replay
        do {
            replay = try Replay(policies.policies, recordedBy: recorders, explains: explains)
        } catch {
            throw Self.usageError(error)
        }
        let name = file == "-" ? "<stdin>" : file
        let summary = try replay.run(file) { call in
            if asJSON {
                StandardOutput.write(call.json)
            } else if explains || call.verdict != "none" {
                StandardOutput.write(call.pretty(file: name))
            }
        }
        StandardOutput.write(asJSON ? summary.json : summary.pretty)
    }

    /// Prints a test file; what could not become part of it is told on standard error.
    func record() throws {
        let recording: Recording
        do {
            recording = try Recording(
                file, policies.policies, policyFiles: policies.files, recordedBy: recorders)
        } catch let error as CompileError {
            throw Self.usageError(error)
        }
        guard recording.cases > 0 else {
            for line in ReplaySummary.pretty(gaps: recording.gaps).split(separator: "\n") {
                StandardError.print(String(line))
            }
            throw UsageError("no event of \(file) can become a case")
        }
        StandardOutput.write(recording.text)
        let again = recording.repeated == 0 ? "" : ", \(recording.repeated) repeated"
        StandardError.print("\(recording.cases) cases\(again)")
        let gaps = ReplaySummary.pretty(gaps: recording.gaps)
        if !gaps.isEmpty { StandardError.print(String(gaps.dropLast())) }
    }

    private static func usageError(_ error: CompileError) -> UsageError {
        UsageError(error.diagnostics.first?.description ?? "the policies do not compile")
    }
}
