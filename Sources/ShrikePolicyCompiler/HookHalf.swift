// SPDX-License-Identifier: Apache-2.0
// What a builder of plans asks of policies' hooks, and how events call what is hooked.

internal import ShrikeEvents
internal import ShrikePolicy

/// The halves of a hook that sees a function's return.
enum HookHalf {
    /// The hook has one place only.
    case whole
    /// At the function's entry: enforces, posts nothing.
    case entry
    /// At its return: posts, and runs `matchReturnActions`.
    case `return`
}

extension PolicyHook {
    /// Some selector says whose socket an argument is.
    func tracks(_ position: Int) -> Bool {
        selectors.contains { $0.actions.contains { $0.trackedPosition == position } }
    }

    /// Some selector filters on an entry of `data`.
    func filtersData(_ position: Int) -> Bool {
        selectors.contains { selector in
            selector.matchData.contains { ($0.args.first ?? $0.index?.value ?? 0) == position }
        }
    }

    /// Some selector filters on an argument.
    func filters(_ position: Int) -> Bool {
        selectors.contains { selector in
            selector.matchArgs.contains {
                $0.expression(in: self)?.positions.contains(position) ?? ($0.position(in: self) == position)
            }
        }
    }
}

extension HookTarget {
    var eventKind: HookEventKind {
        switch kind {
        case .function, .functionReturn, .functionRegisters: return .kprobe
        case .lsm: return .lsm
        case .rawTracepoint, .tracepoint:
            let names = symbol.split(separator: "/", maxSplits: 1)
            return .tracepoint(subsystem: String(names[0]), event: String(names[names.count - 1]))
        case .userProbe, .userReturn:
            return .uprobe(userProbe?.eventPlace ?? UserProbeEventPlace(path: symbol))
        case .staticProbe:
            let names = (userProbe?.text ?? symbol).split(separator: ":", maxSplits: 1)
            return .usdt(
                path: userProbe?.path ?? symbol, provider: String(names[0]),
                name: String(names[names.count - 1]))
        }
    }

    /// The hook as metrics name it.
    public var metricName: String { eventKind.metricName(function: symbol) }

    /// The hook is on a function's return.
    public var seesResult: Bool { kind == .functionReturn || kind == .userReturn }

    /// Arguments of tracepoints and user space probes carry no label of the policy in events.
    var hasLabels: Bool {
        [.function, .functionReturn, .functionRegisters, .lsm].contains(kind)
    }
}

extension UserProbe {
    /// What events say of it: the function, or else where in the file it is.
    fileprivate var eventPlace: UserProbeEventPlace {
        var event = UserProbeEventPlace(path: path, referenceCounterOffset: referenceCounterOffset)
        switch name {
        case .symbol: event.symbol = text
        case .offset(let offset): event.offset = offset
        case .address(let address): event.offset = place?.offset ?? address
        case nil: break
        }
        return event
    }
}
