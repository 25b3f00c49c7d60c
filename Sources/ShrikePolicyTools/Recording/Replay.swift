// SPDX-License-Identifier: Apache-2.0
// Recorded events against policies: what would have been posted, denied, killed.

internal import ShrikeControl
public import ShrikeLint
public import ShrikePolicy
public import ShrikePolicyCompiler

/// What policies would have done about one recorded call.
public struct ReplayedCall: Sendable {
    /// Its line in the file of events, from 1.
    public let line: Int
    /// The hook that the policies saw it at, as a test writes it.
    public let hook: String
    /// The caller's binary, or empty.
    public let binary: String
    /// The arguments by number, in YAML.
    public let arguments: String
    /// What was done when it was recorded, and by which policy.
    public let recorded: (verdict: String, policy: String)
    /// What the policies would do, in words.
    public let verdict: String
    /// The selectors that match.
    public let selectors: [String]
    /// By selector why it matched or did not; only when it was asked for.
    public let explanation: [String]
}

/// What became of a file of events.
public struct ReplaySummary: Sendable {
    /// Calls that could be made again.
    public internal(set) var replayed = 0
    /// How often each verdict was reached.
    public internal(set) var verdicts: [String: Int] = [:]
    /// How often each selector matched.
    public internal(set) var selectors: [String: Int] = [:]
    /// How many lines could not be made again, by reason.
    public internal(set) var gaps: [String: Int] = [:]
}

/// Shows recorded events to policies. Not for several threads at once.
public struct Replay {
    private var world: RecordedWorld
    private let recorders: [TracingPolicy]
    private var probe: SelectorProbe?

    /// - Parameters:
    ///   - policies: checked ones, which are asked.
    ///   - recorders: those that were loaded when the events were recorded; empty: the same.
    ///   - explains: whether to tell of each selector why it matched or did not.
    /// - Throws: what shriked would say of the policies.
    public init(
        _ policies: [TracingPolicy], recordedBy recorders: [TracingPolicy] = [], explains: Bool = false
    ) throws(CompileError) {
        world = try RecordedWorld(policies)
        self.recorders = recorders
        probe = explains ? SelectorProbe(world.loaded) : nil
    }

    /// Replays a file, or `-` for standard input.
    /// - Parameter report: is told each call that could be made again, in order.
    public mutating func run(_ path: String, report: (ReplayedCall) -> Void) throws(InputError)
        -> ReplaySummary
    {
        var summary = ReplaySummary()
        try EventFile(path: path).forEach { line, event in
            do throws(RecordingGap) {
                let call = try replay(event.get(), line)
                summary.replayed += 1
                summary.verdicts[call.verdict, default: 0] += 1
                for selector in call.selectors { summary.selectors[selector, default: 0] += 1 }
                report(call)
            } catch {
                summary.gaps[error.reason, default: 0] += 1
            }
        }
        return summary
    }

    private mutating func replay(
        _ event: Tetragon_GetEventsResponse, _ line: Int
    ) throws(RecordingGap) -> ReplayedCall {
        let call = try RecordedCall(event)
        let text = try RecordedCase(call, policies: world.policies, recorders: recorders)
        let test = try text.testCase()
        if try world.learn(test.event.hook), probe != nil { probe = SelectorProbe(world.loaded) }
        let verdict: Verdict
        do {
            verdict = try world.loaded.decide(test.event)
        } catch let error as MissingValue {
            throw RecordingGap(
                "calls of which \(error.message.replacing("the event gives", with: "the event has"))")
        } catch {
            throw RecordingGap("calls that the policies cannot be asked about: \(error)")
        }
        return ReplayedCall(
            line: line, hook: test.event.hook.description, binary: test.event.process.reading.binary ?? "",
            arguments: text.arguments, recorded: (call.verdict, call.policy), verdict: verdict.description,
            selectors: verdict.selectors.map { world.loaded.name(of: $0) },
            explanation: probe?.explain(test.event) ?? [])
    }
}
