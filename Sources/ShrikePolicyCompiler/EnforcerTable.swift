// SPDX-License-Identifier: Apache-2.0
// Enforcers: calls that obey the notes which NotifyEnforcer leaves, numbered over all policies.

internal import ShrikeABI
internal import ShrikePolicy

/// What a selector leaves for its policy's enforcer.
public struct PlannedNote: Sendable, Hashable {
    /// The enforcer's number.
    public var enforcer: Int
    /// The error to refuse the call with, 0 or negative.
    public var error: Int
    /// The signal to send at the call; 0: none.
    public var signal: Int
}

/// The enforcers of a set of policies, each with the calls that it is on.
struct EnforcerTable {
    /// One policy's enforcer.
    struct Entry {
        var calls: [HookedFunction]
        /// The policy's word for them.
        var place: SourceRange
        /// Some note refuses the call.
        var refuses: Bool
    }

    private var numbers: [Int: Int] = [:]
    private(set) var entries: [Entry] = []

    /// - Parameter policies: in their order; those in monitor mode leave no notes.
    init(_ policies: [TracingPolicy], _ kernel: (any KernelFacts)?) {
        for (position, policy) in policies.enumerated() where policy.spec.mode != .monitor {
            guard let enforcer = policy.spec.enforcers.first else { continue }
            let notices = policy.spec.hooks.flatMap(\.selectors).flatMap(\.actions).filter {
                $0.kind.value == .notifyEnforcer
            }
            guard !notices.isEmpty else { continue }
            numbers[position] = entries.count
            entries.append(
                Entry(
                    calls: policy.spec.functions(of: enforcer, kernel: kernel), place: enforcer.range,
                    refuses: notices.contains { $0.errorNumber?.value ?? 0 != 0 }))
        }
    }

    /// The number of a policy's enforcer; nil when it has none, or leaves no notes.
    func number(ofPolicyAt position: Int) -> Int? { numbers[position] }

    /// What is wrong with them together.
    var crossedLimits: [Diagnostic] {
        guard entries.count > Int(SHRIKE_MAX_ENFORCERS) else { return [] }
        return [
            Diagnostic(
                .error, .hookLimit, at: entries[Int(SHRIKE_MAX_ENFORCERS)].place,
                "more than \(SHRIKE_MAX_ENFORCERS) policies have an enforcer",
                help: "put the calls of several policies into one")
        ]
    }
}

extension PlannedSelector {
    /// Takes over what the actions leave for an enforcer; of two notes the last one counts.
    /// - Parameter enforcer: its number; nil when there is none, or it is only monitored.
    mutating func notify(_ actions: [Action], _ enforcer: Int?) {
        guard let enforcer else { return }
        for action in actions where action.kind.value == .notifyEnforcer {
            note = PlannedNote(
                enforcer: enforcer, error: action.errorNumber?.value ?? 0, signal: action.signal?.value ?? 0)
        }
    }
}

extension HookPlan {
    /// Some selector leaves notes for enforcers, or takes them back.
    var leavesNotes: Bool { selectors.contains { $0.note != nil || $0.forgetsNote } }
}
