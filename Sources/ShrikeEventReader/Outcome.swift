// SPDX-License-Identifier: Apache-2.0
// What a policy did about an event: the word at the end of a compact line.

import ShrikeControl

/// An action that changed something for the process, and not only reported it.
enum Outcome: String {
    case killed
    case signalled
    case denied
    /// Another hook was told to refuse or kill.
    case enforced

    /// The outcome of an event, or `nil` when it was only reported.
    init?(_ event: Tetragon_GetEventsResponse) {
        let actions: [Tetragon_KprobeAction] =
            switch event.event {
            case .processKprobe(let kprobe): [kprobe.action, kprobe.returnAction]
            case .processTracepoint(let tracepoint): [tracepoint.action]
            case .processUprobe(let uprobe): [uprobe.action]
            case .processUsdt(let usdt): [usdt.action]
            case .processLsm(let lsm): [lsm.action]
            default: []
            }
        guard let outcome = actions.lazy.compactMap(Self.init(action:)).first else { return nil }
        self = outcome
    }

    private init?(action: Tetragon_KprobeAction) {
        switch action {
        case .sigkill: self = .killed
        case .signal: self = .signalled
        case .override: self = .denied
        case .notifyenforcer: self = .enforced
        default: return nil
        }
    }

    func print(on line: inout CompactLine) {
        line.text("  ")
        line.coloured(.red) { $0.text(rawValue) }
    }
}
