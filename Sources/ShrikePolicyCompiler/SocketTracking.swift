// SPDX-License-Identifier: Apache-2.0
// TrackSock and UntrackSock: which of a plan's arguments are whose sockets.

internal import ShrikeABI
internal import ShrikePolicy

extension ActionKind {
    /// Says whose a socket is.
    var tracksSockets: Bool { self == .trackSock || self == .untrackSock }
}

extension Action {
    /// The position in `args` of the socket that the action is about; nil when it is about none.
    var trackedPosition: Int? { kind.value.tracksSockets ? socketPosition?.value ?? 0 : nil }
}

extension PlannedSelector {
    /// Takes over the actions on sockets; of two on the same socket the last one counts.
    /// - Parameters:
    ///   - actions: in their order.
    ///   - slots: by position in `args` the plan's argument.
    mutating func track(_ actions: [Action], _ slots: [Int?]) {
        for action in actions {
            guard let position = action.trackedPosition, slots.indices.contains(position),
                let slot = slots[position]
            else { continue }
            track(slot, isTracked: action.kind.value == .trackSock)
        }
    }

    /// Takes over `returnArgAction`.
    mutating func track(result slot: Int?, _ action: String?) {
        guard let slot, let action else { return }
        track(slot, isTracked: action.lowercased() == ActionKind.trackSock.rawValue.lowercased())
    }

    private mutating func track(_ slot: Int, isTracked: Bool) {
        tracked.remove(slot)
        untracked.remove(slot)
        if isTracked { tracked.insert(slot) } else { untracked.insert(slot) }
    }
}

extension HookPlan {
    /// Its program asks whose a socket is, or says so.
    public var usesSockets: Bool { hasSockets || tracksSockets }

    /// Some selector says whose a socket is.
    var tracksSockets: Bool { selectors.contains { !$0.tracked.isEmpty || !$0.untracked.isEmpty } }

    /// Some argument is a socket.
    var hasSockets: Bool {
        arguments.contains { $0.type == SHRIKE_ARGUMENT_SOCK || $0.type == SHRIKE_ARGUMENT_SOCKET }
    }
}
