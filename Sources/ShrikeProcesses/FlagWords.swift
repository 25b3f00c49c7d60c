// SPDX-License-Identifier: Apache-2.0
// `flags` as words, in the order of the event reference, which is not the order of the bits.

internal import ShrikeEvents
internal import ShrikeJSON

/// A word of `flags`.
public struct ProcessFlagWord: Sendable {
    /// Its bit.
    public let bit: UInt32
    /// As it is printed.
    public let name: String

    /// All words, by bit.
    public static let all: [ProcessFlagWord] = (0..<32).compactMap { number in
        var text = ByteBuffer(capacity: 32)
        text.append(flags: ProcessFlags(rawValue: 1 << UInt32(number)))
        guard text.count > 0 else { return nil }
        return ProcessFlagWord(bit: 1 << UInt32(number), name: String(decoding: text.bytes, as: UTF8.self))
    }
}

extension ByteBuffer {
    /// Appends the words of the flags, joined by spaces. Bits without a word print nothing.
    internal mutating func append(flags: ProcessFlags) {
        let start = count
        appendWord("execve", 0x1, of: flags, start)
        appendWord("procFS", 0x4, of: flags, start)
        appendWord("errorEnvs", 0x8, of: flags, start)
        appendWord("truncArgs", 0x10, of: flags, start)
        appendWord("miss", 0x40, of: flags, start)
        appendWord("errorFilename", 0x100, of: flags, start)
        appendWord("errorArgs", 0x200, of: flags, start)
        appendWord("nocwd", 0x800, of: flags, start)
        appendWord("rootcwd", 0x1000, of: flags, start)
        appendWord("errorCWD", 0x2000, of: flags, start)
        appendWord("clone", 0x4000, of: flags, start)
        appendWord("errorCgroupName", 0x10000, of: flags, start)
        appendWord("errorCgroupID", 0x20_0000, of: flags, start)
        appendWord("errorCgroupSubsysCgrp", 0x4_0000, of: flags, start)
        appendWord("errorCgroupSubsys", 0x8_0000, of: flags, start)
        appendWord("errorCgroups", 0x10_0000, of: flags, start)
        appendWord("errorPathResolutionCwd", 0x40_0000, of: flags, start)
        appendWord("dataFilename", 0x80_0000, of: flags, start)
        appendWord("dataArgs", 0x100_0000, of: flags, start)
        appendWord("inInitTree", 0x200_0000, of: flags, start)
    }

    @inline(__always)
    private mutating func appendWord(
        _ word: StaticString, _ bit: UInt32, of flags: ProcessFlags, _ start: Int
    ) {
        guard flags.rawValue & bit != 0 else { return }
        if count > start { append(byte: UInt8(ascii: " ")) }
        append(word)
    }
}
