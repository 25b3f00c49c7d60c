// SPDX-License-Identifier: Apache-2.0
// What the events of a plan look like.

internal import ShrikeABI
internal import ShrikeEvents
internal import ShrikePolicy

extension HookPlanBuilder {
    /// How the file says where an argument of a static probe is.
    private func place(of slot: Int) -> String? {
        if case .user(let argument) = arguments[slot].source { return argument.text }
        return nil
    }

    /// The layout of its records, for whoever takes them apart; hook and generation are set when it is loaded.
    func layout(_ selectors: [SelectorEventLayout]) -> HookEventLayout {
        HookEventLayout(
            hookID: 0, generation: 0, kind: target.eventKind, functionName: target.symbol,
            slots: arguments.map { ArgumentSlot(index: UInt32($0.index), type: $0.type.eventType) },
            policies: entries.map { entry in
                PolicyEventLayout(
                    name: entry.policy.name.value, namespace: entry.policy.namespace?.value,
                    message: entry.hook.message, tags: entry.hook.tags,
                    arguments: entry.half == .entry ? [] : shown(entry.hook.arguments, entry.slots),
                    data: entry.half == .entry ? [] : shown(entry.hook.data, entry.dataSlots),
                    result: entry.resultSlot.map {
                        PolicyArgumentLayout(slot: $0, type: arguments[$0].type.eventType)
                    })
            },
            selectors: selectors)
    }

    private func shown(_ declared: [Argument], _ slots: [Int?]) -> [PolicyArgumentLayout] {
        zip(declared, slots).compactMap { argument, slot in
            slot.map {
                PolicyArgumentLayout(
                    slot: $0, label: target.hasLabels ? argument.label : place(of: $0),
                    type: arguments[$0].type.eventType)
            }
        }
    }
}
