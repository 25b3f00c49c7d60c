// SPDX-License-Identifier: Apache-2.0
// Static probes of user space (USDT): notes in `.note.stapsdt`, as sys/sdt.h of SystemTap writes them.

/// One place of a static probe. The same probe can have several: the compiler copies code.
public struct StaticProbe: Sendable, Hashable {
    /// Who provides it.
    public var provider: String
    /// Its name.
    public var name: String
    /// The virtual address of its instruction.
    public var address: UInt64
    /// The virtual address of the counter that says whether somebody listens; 0: it has none.
    public var semaphore: UInt64
    /// Its arguments as the note has them: `-4@%edi`. What `StaticProbeArgument` makes of them is asked for when
    /// somebody reads one: others may be of kinds that it does not know.
    public var arguments: [String]
}

/// Where an argument of a static probe is, when its instruction is reached.
public struct StaticProbeArgument: Sendable, Hashable {
    /// A register of the processor, by its 64-bit name's number in `StaticProbeRegister`.
    public enum Location: Sendable, Hashable {
        /// A number.
        case constant(Int64)
        /// The lower bytes of a register.
        case register(StaticProbeRegister)
        /// Memory at base + index * scale + offset.
        case memory(base: StaticProbeRegister, index: StaticProbeRegister?, scale: UInt8, offset: Int32)
    }

    /// Its size in bytes: 1, 2, 4 or 8.
    public var bytes: Int
    /// A number with a sign.
    public var isSigned: Bool
    /// Where it is.
    public var location: Location

    /// Reads one argument of a note; nil when it is none that this knows.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "@", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        // The size may be that of a floating point number, `4f@…`, which is none of ours.
        guard let size = Int(parts[0]), [1, 2, 4, 8].contains(abs(size)) else { return nil }
        (bytes, isSigned) = (abs(size), size < 0)
        guard let location = Self.location(parts[1]) else { return nil }
        self.location = location
    }

    private static func location(_ text: some StringProtocol) -> Location? {
        if text.hasPrefix("$") { return number(text.dropFirst()).map { .constant($0) } }
        if text.hasPrefix("%") {
            return StaticProbeRegister(named: String(text.dropFirst())).map { .register($0) }
        }
        guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else { return nil }
        let before = text[..<open]
        // A symbol in front is for the linker: only `(%rip)` has one, and there is no such register here.
        guard let offset = before.isEmpty ? 0 : number(before).flatMap({ Int32(exactly: $0) }) else {
            return nil
        }
        let inside = text[text.index(after: open)...].dropLast()
            .split(separator: ",", omittingEmptySubsequences: false)
        guard (1...3).contains(inside.count), let base = register(inside[0]) else { return nil }
        guard inside.count > 1 else { return .memory(base: base, index: nil, scale: 1, offset: offset) }
        guard let index = register(inside[1]) else { return nil }
        let scale = inside.count > 2 ? UInt8(inside[2]) : 1
        guard let scale, [1, 2, 4, 8].contains(scale) else { return nil }
        return .memory(base: base, index: index, scale: scale, offset: offset)
    }

    private static func register(_ text: some StringProtocol) -> StaticProbeRegister? {
        text.hasPrefix("%") ? StaticProbeRegister(named: String(text.dropFirst())) : nil
    }

    private static func number(_ text: some StringProtocol) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let magnitude = digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
        guard let magnitude else { return nil }
        return Int64(bitPattern: isNegative ? 0 &- magnitude : magnitude)
    }
}

/// The processor's registers, by their numbers in instructions.
public enum StaticProbeRegister: UInt8, Sendable, Hashable, CaseIterable {
    case ax, cx, dx, bx, sp, bp, si, di, r8, r9, r10, r11, r12, r13, r14, r15

    /// A register by any of its names, `rax`, `eax`, `ax` or `al`; not by that of its second byte, `ah`.
    public init?(named name: String) {
        guard let register = Self.names[name] else { return nil }
        self = register
    }

    private static let names: [String: StaticProbeRegister] = {
        var names: [String: StaticProbeRegister] = [:]
        for register in allCases {
            let name = "\(register)"
            if name.hasPrefix("r") {
                for suffix in ["", "d", "w", "b"] { names[name + suffix] = register }
                continue
            }
            for prefix in ["", "r", "e"] { names[prefix + name] = register }
            // al, but sil.
            names[(name.hasSuffix("x") ? String(name.dropLast()) : name) + "l"] = register
        }
        return names
    }()
}

extension ELFFile {
    private static let probeNote = (owner: "stapsdt", type: UInt32(3))

    /// All places of all static probes, in the file's order.
    /// - Throws: `ELFError` when a note is damaged.
    public func staticProbes() throws(ELFError) -> [StaticProbe] {
        // A file that was linked anew has moved its addresses; this section has moved with them.
        let base = sections.first { $0.name == ".stapsdt.base" }?.address
        var probes: [StaticProbe] = []
        for section in sections where section.name == ".note.stapsdt" {
            for note in ELFNotes(try content(of: section))
            where note.owner == Self.probeNote.owner && note.type == Self.probeNote.type {
                probes.append(try Self.probe(note.description, base))
            }
        }
        return probes
    }

    private static func probe(_ note: [UInt8], _ base: UInt64?) throws(ELFError) -> StaticProbe {
        guard note.count > 24, let provider = note.text(24) else {
            throw ELFError("a note of its static probes is damaged")
        }
        let nameAt = 24 + provider.utf8.count + 1
        guard let name = note.text(nameAt), let arguments = note.text(nameAt + name.utf8.count + 1) else {
            throw ELFError("a note of its static probes is damaged")
        }
        let moved = base.map { $0 &- note.number(8, as: UInt64.self) } ?? 0
        let semaphore: UInt64 = note.number(16)
        return StaticProbe(
            provider: provider, name: name, address: note.number(0) &+ moved,
            semaphore: semaphore == 0 ? 0 : semaphore &+ moved,
            arguments: arguments.split(separator: " ").map(String.init))
    }
}
