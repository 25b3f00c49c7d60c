// SPDX-License-Identifier: Apache-2.0
// `argRegs` of a uprobe's Override: what registers become.

/// One entry of `argRegs`: `rax=-1`, `rdi=%rsi`, `rsp=8%rsp`, `rip=(%rsp)`, `rax=-16(%rbp)`.
public struct RegisterAssignment: Sendable, Hashable {
    /// Where the new value comes from. Entries are carried out in order: each sees what those before it have changed.
    public enum Value: Sendable, Hashable {
        /// A number.
        case number(Int64)
        /// A register's value and a number.
        case register(SavedRegister, plus: Int64)
        /// The 8 bytes of the process's memory at that address.
        case memory(SavedRegister, plus: Int64)
    }

    /// The register that changes. Four bytes of one clear the other four, fewer leave the others as they are.
    public var register: SavedRegister
    /// What it becomes.
    public var value: Value

    /// An assignment.
    public init(_ register: SavedRegister, _ value: Value) {
        self.register = register
        self.value = value
    }

    /// The assignment that a text writes; nil when it writes none. Numbers are those of `IntegerSyntax`, 64 bits.
    public init?(_ text: String) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, let register = SavedRegister(String(sides[0])), register.canBeChanged,
            let value = Self.value(sides[1])
        else { return nil }
        self.init(register, value)
    }

    private static func value(_ text: Substring) -> Value? {
        guard let percent = text.firstIndex(of: "%") else { return number(text).map { .number($0) } }
        var offset = text[..<percent]
        var name = text[text.index(after: percent)...]
        let isMemory = offset.last == "("
        guard isMemory == (name.last == ")") else { return nil }
        if isMemory {
            offset.removeLast()
            name.removeLast()
        }
        guard let register = SavedRegister(String(name)), !isMemory || register.bytes == 8,
            let plus = offset.isEmpty ? 0 : number(offset)
        else { return nil }
        return isMemory ? .memory(register, plus: plus) : .register(register, plus: plus)
    }

    /// A number of 64 bits, with or without a sign.
    private static func number(_ text: Substring) -> Int64? {
        guard let number = IntegerSyntax.parse(String(text)) else { return nil }
        return Int64(exactly: number) ?? UInt64(exactly: number).map { Int64(bitPattern: $0) }
    }

    /// What a function's return does, and the result before it: rax = `result`, and on at the return address.
    public static func `return`(_ result: Int64) -> [RegisterAssignment] {
        guard let rax = SavedRegister("rax"), let rip = SavedRegister("rip"), let rsp = SavedRegister("rsp")
        else {
            return []
        }
        return [
            RegisterAssignment(rax, .number(result)), RegisterAssignment(rip, .memory(rsp, plus: 0)),
            RegisterAssignment(rsp, .register(rsp, plus: 8)),
        ]
    }

    /// On at another place, so many bytes behind this one.
    public static func jump(_ distance: Int64) -> [RegisterAssignment] {
        SavedRegister("rip").map { [RegisterAssignment($0, .register($0, plus: distance))] } ?? []
    }
}

extension SavedRegister {
    /// A register that a program computes with, its stack or where it is; not its flags and segments.
    var canBeChanged: Bool { !["flags", "orig_ax", "cs", "ss"].contains(member) }
}
