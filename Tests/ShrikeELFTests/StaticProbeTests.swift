// SPDX-License-Identifier: Apache-2.0
// Static probes: notes of files, and the words in which compilers say where an argument is.

import Testing

@testable import ShrikeELF

@Suite("Static probes")
struct StaticProbeTests {
    private static func note(
        _ address: UInt64, base: UInt64 = 0x40_1F00, semaphore: UInt64 = 0, _ texts: [String]
    ) -> [UInt8] {
        let numbers = [address, base, semaphore].flatMap { ELFImage.word($0) }
        return ELFImage.note("stapsdt", 3, numbers + texts.flatMap { Array($0.utf8) + [0] })
    }

    @Test("A probe has a place, a semaphore and arguments, each time that the file has it")
    func probes() throws {
        let notes =
            Self.note(0x40_1100, semaphore: 0x40_1800, ["app", "start", "-4@%edi 8@$7"])
            + Self.note(0x40_1200, ["app", "start", "4@-8(%rbp)"]) + Self.note(0x40_1300, ["app", "end", ""])
        let probes = try ELFFile(ELFImage(probeNotes: notes, probeBase: 0x40_1F00).bytes).staticProbes()
        #expect(probes.map(\.name) == ["start", "start", "end"])
        #expect(probes.map(\.address) == [0x40_1100, 0x40_1200, 0x40_1300])
        #expect(probes.map(\.semaphore) == [0x40_1800, 0, 0])
        #expect(probes.map(\.arguments) == [["-4@%edi", "8@$7"], ["4@-8(%rbp)"], []])
    }

    @Test("A file that was linked to other addresses afterwards has moved its probes by as much")
    func moved() throws {
        let notes = Self.note(0x40_1100, semaphore: 0x40_1800, ["app", "start", ""])
        let probes = try ELFFile(ELFImage(probeNotes: notes, probeBase: 0x40_1F40).bytes).staticProbes()
        #expect(probes.first?.address == 0x40_1140)
        #expect(probes.first?.semaphore == 0x40_1840)
    }

    @Test("A damaged note is refused")
    func damaged() throws {
        let note = ELFImage.note("stapsdt", 3, ELFImage.word(UInt64(1)) + ELFImage.word(UInt64(1)))
        let file = try ELFFile(ELFImage(probeNotes: note).bytes)
        #expect(throws: ELFError.self) { try file.staticProbes() }
        #expect(try ELFFile(ELFImage().bytes).staticProbes() == [])
    }

    private static let arguments: [(String, Int, Bool, StaticProbeArgument.Location)] = [
        ("-4@%edi", 4, true, .register(.di)), ("8@%r10", 8, false, .register(.r10)),
        ("1@%al", 1, false, .register(.ax)), ("1@%sil", 1, false, .register(.si)),
        ("2@%r9w", 2, false, .register(.r9)), ("-4@$-5", 4, true, .constant(-5)),
        ("8@$18446744073709551615", 8, false, .constant(-1)), ("4@$0x10", 4, false, .constant(16)),
        ("8@(%rsp)", 8, false, .memory(base: .sp, index: nil, scale: 1, offset: 0)),
        ("-8@-80(%rbx)", 8, true, .memory(base: .bx, index: nil, scale: 1, offset: -80)),
        ("4@16(%rdi,%rcx,4)", 4, false, .memory(base: .di, index: .cx, scale: 4, offset: 16)),
        ("4@(%rdi,%rcx)", 4, false, .memory(base: .di, index: .cx, scale: 1, offset: 0)),
    ]

    @Test("Where an argument is", arguments: arguments)
    func argument(text: String, bytes: Int, isSigned: Bool, location: StaticProbeArgument.Location) throws {
        let argument = try #require(StaticProbeArgument(parsing: text))
        #expect(argument.bytes == bytes)
        #expect(argument.isSigned == isSigned)
        #expect(argument.location == location)
    }

    @Test(
        "What is no argument that can be read",
        arguments: [
            "", "8", "8@", "3@%rdi", "8f@%xmm0", "8@%xmm0", "4@counter(%rip)", "8@%ah", "8@(%rdi",
            "8@(%rdi,%rcx,3)",
            "8@(rdi)", "8@99999999999(%rdi)", "8@$", "8@()",
        ])
    func noArgument(text: String) { #expect(StaticProbeArgument(parsing: text) == nil) }
}
