// SPDX-License-Identifier: Apache-2.0
// An event of the stream as the call of a hook that a test can make again.

internal import ShrikeControl
internal import ShrikeEventReader
internal import ShrikePolicy
internal import SwiftProtobuf

/// Why a recorded event cannot be made again.
struct RecordingGap: Error, Hashable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// One call of a hooked function that was recorded.
struct RecordedCall {
    /// Where: the hook as the event names it, and the same place under its other names, the likeliest first.
    let places: [EventHook]
    /// The policy that made the event.
    let policy: String
    /// What the event says was done: a word of verdicts.
    let verdict: String
    /// When, as the event says it; seconds since 1970.
    let seconds: Int64
    /// The caller, its parent, and so on.
    let processes: [RecordedProcess]
    private let arguments: [Tetragon_KprobeArgument]
    private let returns: Tetragon_KprobeArgument?

    /// - Throws: what kinds of events are no calls.
    init(_ event: Tetragon_GetEventsResponse) throws(RecordingGap) {
        let action: Tetragon_KprobeAction
        switch event.event {
        case .processKprobe(let call):
            places = Self.places(ofFunction: call.functionName)
            (policy, action) = (call.policyName, call.action)
            arguments = call.args
            returns = call.hasReturn ? call.return : nil
        case .processLsm(let call):
            places = Self.places(ofHook: call.functionName)
            (policy, action, arguments, returns) = (call.policyName, call.action, call.args, nil)
        case .processTracepoint(let call):
            places = ["tracepoint/\(call.subsys)/\(call.event)", "raw/\(call.event)"].compactMap(
                EventHook.init)
            (policy, action, arguments, returns) = (call.policyName, call.action, call.args, nil)
        case nil: throw RecordingGap("lines that are no events of a known kind")
        default: throw RecordingGap("events that are no call of a kernel function or tracepoint")
        }
        guard let actor = event.actor else { throw RecordingGap("events without a process") }
        processes = ([actor] + [event.actorParent].compactMap { $0 } + event.actorAncestors).map(
            RecordedProcess.init)
        seconds = event.time.seconds
        verdict =
            switch action {
            case .sigkill: "kill"
            case .override: "deny"
            case .signal: "signal"
            default: "post"
            }
    }

    /// A function that the LSM calls is the place of an LSM hook too; both have the same arguments.
    private static func places(ofFunction name: String) -> [EventHook] {
        if SyscallSymbol.bareName(of: name) != nil { return [EventHook("syscall/\(name)")].compactMap { $0 } }
        var texts = ["kprobe/\(name)"]
        if name.hasPrefix("security_") { texts.append("lsm/\(name.dropFirst("security_".count))") }
        return texts.compactMap(EventHook.init)
    }

    private static func places(ofHook name: String) -> [EventHook] {
        let bare =
            ["bpf_lsm_", "security_"].first(where: name.hasPrefix).map { String(name.dropFirst($0.count)) }
            ?? name
        return ["lsm/\(bare)", "kprobe/security_\(bare)"].compactMap(EventHook.init)
    }

    // MARK: The call in the words of a test

    /// The hook of the policies that saw the call, and its arguments by their numbers, in YAML.
    /// - Parameters:
    ///   - policies: those that the event is to be shown to.
    ///   - recorders: those that were loaded when it was recorded; they say which arguments the values are of.
    func placed(
        at policies: [TracingPolicy], recordedBy recorders: [TracingPolicy]
    ) throws(RecordingGap) -> (hook: EventHook, arguments: String, returns: String?) {
        guard let hook = places.first(where: { place in policies.contains { $0.hasHook(at: place) } }) else {
            throw RecordingGap("calls at \(places[0].description), which no policy hooks")
        }
        var values: [String] = []
        let numbers = try argumentNumbers(policies, recorders)
        for (number, argument) in zip(numbers, arguments) {
            guard let value = try argument.testValue() else { continue }
            values.append("\(number): \(value)")
        }
        return (hook, "{\(values.joined(separator: ", "))}", try returns?.testValue())
    }

    /// An event lists values without their numbers: only a policy knows which arguments they are.
    private func argumentNumbers(
        _ policies: [TracingPolicy], _ recorders: [TracingPolicy]
    ) throws(RecordingGap) -> [Int] {
        guard !arguments.isEmpty else { return [] }
        func lists(_ among: [TracingPolicy]) -> [[Int]] {
            var seen: Set<[Int]> = []
            return among.flatMap { policy in
                places.flatMap { place in
                    policy.spec.hooks.filter { $0.isAt(place, policy.spec) }.map { $0.arguments.map(\.index) }
                }
            }.filter { $0.count == arguments.count && seen.insert($0).inserted }
        }
        let named = lists((recorders + policies).filter { $0.name.value == policy })
        if let only = named.first, named.count == 1 { return only }
        let all = lists(recorders.isEmpty ? policies : recorders)
        guard let only = all.first, all.count == 1 else {
            throw RecordingGap(
                all.isEmpty
                    ? "calls at \(places[0].description) with other arguments than the policies read; give the policies that were loaded, with --recorded-with"
                    : "calls at \(places[0].description) whose arguments could be several; give the policies that were loaded, with --recorded-with"
            )
        }
        return only
    }
}

extension TracingPolicy {
    fileprivate func hasHook(at place: EventHook) -> Bool { spec.hooks.contains { $0.isAt(place, spec) } }
}
