// SPDX-License-Identifier: Apache-2.0
// Addresses of stacks, named: the kernel's from a procfs that the test makes, the process's from this very process.

import Foundation
import ShrikeSymbols
import ShrikeTestSupport
import Testing

@Suite("Names of stacks")
struct StackSymbolsTests {
    /// A folder in place of /proc.
    private func procfs(kallsyms: String, modules: String = "") throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/symbols-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try kallsyms.write(toFile: folder + "/kallsyms", atomically: true, encoding: .utf8)
        try modules.write(toFile: folder + "/modules", atomically: true, encoding: .utf8)
        return folder
    }

    private static let kallsyms = """
        ffffffff81000000 T _stext
        ffffffff81000100 t inner
        ffffffff81000100 T alias
        ffffffff81000200 T outer
        ffffffff81000280 d data
        ffffffff81001000 T _etext
        ffffffff82000000 D data_again
        ffffffffc0000010 t of_module\t[net]
        ffffffffc0002000 t bpf_prog_0011_hook\t[bpf]
        ffffffffc0003000 t ftrace_trampoline\t[__builtin__ftrace]
        0000000000000000 T hidden

        """

    @Test("An address is in the function that begins last before it, in the kernel and in its modules")
    func kernel() throws {
        let folder = try procfs(
            kallsyms: Self.kallsyms, modules: "net 4096 1 other, Live 0xffffffffc0000000\n")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let symbols = StackSymbols(procfs: folder)
        #expect(symbols.kernelFrame(at: 0xffff_ffff_8100_01ff) == StackFrame(symbol: "inner", offset: 0xff))
        #expect(symbols.kernelFrame(at: 0xffff_ffff_8100_0200) == StackFrame(symbol: "outer", offset: 0))
        #expect(symbols.kernelFrame(at: 0xffff_ffff_8100_02ff) == StackFrame(symbol: "outer", offset: 0xff))
        #expect(symbols.kernelFrame(at: 0xffff_ffff_c000_0020) == StackFrame(symbol: "of_module", offset: 16))
    }

    @Test("What is no code of the kernel has no name: our own programs, trampolines, data")
    func nothing() throws {
        let folder = try procfs(
            kallsyms: Self.kallsyms, modules: "net 4096 1 other, Live 0xffffffffc0000000\n")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let symbols = StackSymbols(procfs: folder)
        for address in [
            0xffff_ffff_c000_2010, 0xffff_ffff_c000_3010, 0xffff_ffff_8200_0010, 0xffff_ffff_8100_1000, 0x10,
            UInt64.max,
        ] as [UInt64] {
            #expect(symbols.kernelFrame(at: address) == nil)
        }
    }

    @Test("A kernel that hides its addresses names nothing")
    func hidden() throws {
        let folder = try procfs(kallsyms: "0000000000000000 T _stext\n0000000000000000 T _etext\n")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(KernelSymbols(procfs: folder).isEmpty)
        #expect(KernelSymbols(procfs: folder + "/none").isEmpty)
    }

    @Test("A function of this process")
    func user() throws {
        let symbols = StackSymbols()
        let open = try #require(unsafe dlsym(UnsafeMutableRawPointer(bitPattern: 0), "getpid"))
        let address = UInt64(UInt(bitPattern: open))
        let frame = try #require(symbols.userFrame(at: address + 3, pid: UInt32(getpid()), start: 1))
        // Its names in the C library are several.
        #expect(frame.symbol?.hasSuffix("getpid") == true)
        #expect(frame.offset == 3)
        #expect(frame.module?.contains("libc") == true)
        #expect(symbols.unnamedFrames == 0)
    }

    @Test("Addresses in no file and processes that are gone are counted")
    func gone() {
        let symbols = StackSymbols()
        #expect(symbols.userFrame(at: 0x10, pid: UInt32(getpid()), start: 1) == nil)
        #expect(symbols.userFrame(at: 0x10, pid: 0x3fff_ffff, start: 1) == nil)
        #expect(symbols.unnamedFrames == 2)
    }

    @Test("Damaged lists name what they can, and end nobody")
    func damaged() throws {
        var random = SeededRandom(seed: 2)
        let folder = try procfs(kallsyms: "")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for _ in 0..<300 {
            var bytes = Array(Self.kallsyms.utf8)
            for _ in 0..<20 {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/kallsyms"))
            let symbols = KernelSymbols(procfs: folder)
            _ = symbols.frame(at: 0xffff_ffff_8100_01ff)
            _ = symbols.frame(at: .max)
        }
    }
}
