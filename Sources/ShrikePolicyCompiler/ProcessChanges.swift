// SPDX-License-Identifier: Apache-2.0
// Override of uprobes and Set of usdts: registers and memory of the process that comes by.

internal import ShrikeABI
public import ShrikePolicy

/// One change of the calling process.
public enum PlannedChange: Sendable, Hashable {
    /// Of a register.
    case register(RegisterAssignment)
    /// The plan's argument of that number, 4 bytes in memory, becomes a value.
    case argument(Int, UInt32)

    var isOfRegister: Bool {
        if case .register = self { return true }
        return false
    }
}

extension PlannedSelector {
    /// Takes over what the actions change.
    /// - Parameters:
    ///   - slots: by position in `args` the plan's argument.
    ///   - distance: from the probe to the place that Override goes on at; 0 when it is not known.
    mutating func change(_ actions: [Action], _ slots: [Int?], distance: (Action) -> Int64) {
        for action in actions {
            switch action.kind.value {
            case .override: changes = Self.changes(action, distance).map { .register($0) }
            case .set:
                guard let position = action.targetPosition?.value, slots.indices.contains(position),
                    let slot = slots[position], let value = action.newValue?.value
                else { continue }
                changes.append(.argument(slot, value))
            default: break
            }
        }
    }

    private static func changes(_ action: Action, _ distance: (Action) -> Int64) -> [RegisterAssignment] {
        if action.newPlace != nil { return RegisterAssignment.jump(distance(action)) }
        if !action.registers.isEmpty { return action.registers.compactMap { RegisterAssignment($0.value) } }
        return RegisterAssignment.return(Int64(action.errorNumber?.value ?? 0))
    }
}

extension HookTarget {
    /// A place of user space: what an Override refuses there is a change of registers.
    var isInUserSpace: Bool { userProbe != nil }

    /// How far it is from the probe to where an Override goes on instead, both in the same file.
    func distance(to action: Action, _ kernel: (any KernelFacts)?) -> Int64 {
        guard let probe = userProbe, let here = probe.place?.offset, let name = action.newPlace?.value,
            case .success(let place)? = kernel?.place(name, inFile: probe.path)
        else { return 0 }
        return Int64(bitPattern: place.offset &- here)
    }
}

extension PolicyPlan {
    /// Calls that one policy sends elsewhere and another waits for to return. The kernel puts its own return address where
    /// the stack pointer is after all programs at the entry have run: somewhere in the caller, when one has moved it.
    var returnsThatNeverCome: [Diagnostic] {
        let awaited = hooks.filter { $0.target.kind == .userReturn }.map(\.target)
        return hooks.filter { hook in
            hook.selectors.contains { $0.changes.contains(where: \.isOfRegister) }
                && awaited.contains { hook.target.isPlace(of: $0) }
        }.map { hook in
            Diagnostic(
                .error, .hookLimit, at: hook.place,
                "a policy overrides calls of `\(hook.target.symbol)` and another waits for their return",
                help: "leave out one of them")
        }
    }
}

extension HookTarget {
    /// Both are at one place of one file, under whatever names.
    fileprivate func isPlace(of other: HookTarget) -> Bool {
        guard let place = userProbe?.place, let otherPlace = other.userProbe?.place else {
            return symbol == other.symbol
        }
        return place == otherPlace
    }
}

extension HookPlanBuilder {
    /// What policies cannot change together at one place: each may, but a call goes on in one way only.
    func clashingChanges(_ selectors: [PlannedSelector]) -> [Diagnostic] {
        var ways: Set<[PlannedChange]> = []
        var policies: Set<Int> = []
        for (selector, policy) in zip(selectors, policiesOfSelectors)
        where selector.changes.contains(where: \.isOfRegister) {
            ways.insert(selector.changes)
            policies.insert(policy)
        }
        guard ways.count > 1, policies.count > 1, let last = policies.max() else { return [] }
        return [
            Diagnostic(
                .error, .hookLimit, at: entries[last].hook.target.range,
                "another policy changes a call of `\(target.symbol)` in another way",
                help: "put both into one policy: its first selector that matches decides")
        ]
    }

    /// By selector bit the number of its policy's hook here.
    private var policiesOfSelectors: [Int] {
        entries.enumerated().flatMap { number, entry in
            Array(repeating: number, count: max(entry.hook.selectors.count, 1))
        }
    }
}

extension PlannedChange {
    /// The change as the program carries it out.
    var configuration: shrike_change {
        var change = shrike_change()
        switch self {
        case .argument(let slot, let value):
            change.kind = SHRIKE_CHANGE_ARGUMENT.rawValue
            change.word = UInt8(slot)
            change.operand = Int64(value)
        case .register(let assignment):
            let register = assignment.register
            (change.word, change.bytes, change.shift) = register.part
            let (kind, from, operand): (shrike_change_kind, SavedRegister?, Int64) =
                switch assignment.value {
                case .number(let number): (SHRIKE_CHANGE_TO_NUMBER, nil, number)
                case .register(let from, let plus): (SHRIKE_CHANGE_TO_REGISTER, from, plus)
                case .memory(let from, let plus): (SHRIKE_CHANGE_TO_MEMORY, from, plus)
                }
            change.kind = kind.rawValue
            change.operand = operand
            if let from { (change.from_word, change.from_bytes, change.from_shift) = from.part }
        }
        return change
    }
}

extension SavedRegister {
    /// The words of `struct pt_regs`, arch/x86/include/asm/ptrace.h.
    private static let words = [
        "r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di",
        "orig_ax",
        "ip", "cs", "flags", "sp", "ss",
    ]

    /// The word, and the part of it that the register is.
    fileprivate var part: (word: UInt8, bytes: UInt8, shift: UInt8) {
        (UInt8(Self.words.firstIndex(of: member) ?? 0), UInt8(bytes), UInt8(offset * 8))
    }
}
