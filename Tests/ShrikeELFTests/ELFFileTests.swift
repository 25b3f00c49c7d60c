// SPDX-License-Identifier: Apache-2.0
// Functions, addresses and build ids of files; files that are none.

import ShrikeELF
import ShrikeTestSupport
import Testing

@Suite("ELF files")
struct ELFFileTests {
    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return ""
    }

    @Test("A function is found by its name, and its place in the file by its address")
    func function() throws {
        let file = try ELFFile(
            ELFImage(symbols: [
                .init(name: "other", address: 0x40_1010), .init(name: "wanted", address: 0x40_1020, size: 32),
            ]).bytes)
        let function = try file.function(named: "wanted")
        #expect(function.address == 0x40_1020)
        #expect(function.size == 32)
        #expect(file.codeOffset(ofAddress: 0x40_1020) == 0x1020)
        #expect(file.address(ofOffset: 0x1020) == 0x40_1020)
    }

    @Test("All of a file comes in parts")
    func parts() throws {
        let bytes = ELFImage().bytes
        let file = try ELFFile(bytes)
        #expect(file.byteCount == UInt64(bytes.count))
        #expect(try file.part(at: 0) == bytes)
        #expect(try file.part(at: 7) == Array(bytes[7...]))
        #expect(try file.part(at: file.byteCount) == [])
    }

    @Test("Addresses outside of code have no place")
    func outside() throws {
        let file = try ELFFile(ELFImage().bytes)
        #expect(file.codeOffset(ofAddress: 0x40_0010) == nil)
        #expect(file.offset(ofAddress: 0x40_0010) == 0x10)
        #expect(file.codeOffset(ofAddress: 0x40_2000) == nil)
        #expect(file.isCode(offset: 0x1FFF))
        #expect(!file.isCode(offset: 0x2000))
        #expect(!file.isCode(offset: 0x10))
    }

    @Test("A file without its own symbols is read by those of the dynamic linker, the newest version first")
    func dynamic() throws {
        let file = try ELFFile(
            ELFImage(dynamicSymbols: [
                .init(name: "copy", address: 0x40_1100, version: 0x8002),
                .init(name: "copy", address: 0x40_1200, version: 3),
            ]).bytes)
        #expect(try file.function(named: "copy").address == 0x40_1200)
    }

    @Test("Of a local and a global function the global one is meant")
    func binding() throws {
        let file = try ELFFile(
            ELFImage(symbols: [
                .init(name: "f", address: 0x40_1100, binding: 0), .init(name: "f", address: 0x40_1200),
            ]).bytes)
        #expect(try file.function(named: "f").address == 0x40_1200)
    }

    @Test("What is no function of the file says why")
    func missing() throws {
        let file = try ELFFile(
            ELFImage(symbols: [
                .init(name: "called", address: 0, isDefined: false),
                .init(name: "table", address: 0x40_0010, type: 1),
                .init(name: "chosen", address: 0x40_1010, type: 10),
                .init(name: "twice", address: 0x40_1100, binding: 0),
                .init(name: "twice", address: 0x40_1200, binding: 0),
            ]).bytes)
        #expect(message { _ = try file.function(named: "none") } == "it has no function `none`")
        #expect(
            message { _ = try file.function(named: "called") }
                == "`called` is a function of another file, which it only calls")
        #expect(message { _ = try file.function(named: "table") } == "`table` is data there, not a function")
        #expect(message { _ = try file.function(named: "chosen") }.hasPrefix("`chosen` only chooses"))
        #expect(
            message { _ = try file.function(named: "twice") }
                == "it has several functions `twice`, at 0x401100 and 0x401200: name the place by `addrs`")
        #expect(
            message { _ = try ELFFile(ELFImage().bytes).function(named: "f") }.hasPrefix("it has no symbols"))
    }

    @Test("All functions, by address, with the name that others call")
    func functions() throws {
        let file = try ELFFile(
            ELFImage(symbols: [
                .init(name: "b", address: 0x40_1200), .init(name: "local", address: 0x40_1100, binding: 0),
                .init(name: "a", address: 0x40_1100), .init(name: "data", address: 0x40_0000, type: 1),
            ]).bytes)
        #expect(try file.functions().map(\.name) == ["a", "b"])
    }

    @Test("The build id")
    func buildID() throws {
        let notes = ELFImage.note("GNU", 1, [1, 2, 3, 4]) + ELFImage.note("GNU", 3, [0xAB, 0xCD, 0xEF])
        #expect(try ELFFile(ELFImage(notes: notes).bytes).buildID() == [0xAB, 0xCD, 0xEF])
        #expect(try ELFFile(ELFImage().bytes).buildID() == nil)
    }

    @Test("Files that are no programs of this machine")
    func others() {
        #expect(message { _ = try ELFFile(path: "/nowhere") } == "there is no such file")
        #expect(message { _ = try ELFFile(path: "/dev/null") } == "it is not a regular file")
        #expect(message { _ = try ELFFile([]) } == "it is not an ELF file")
        var bytes = ELFImage().bytes
        bytes[4] = 1
        #expect(message { _ = try ELFFile(bytes) } == "it is not a 64-bit x86 program")
    }

    @Test("A real program: the one that runs this test")
    func realProgram() throws {
        let file = try ELFFile(path: "/proc/self/exe")
        let main = try file.function(named: "main")
        #expect(file.codeOffset(ofAddress: main.address) != nil)
        #expect(file.identity != nil)
    }

    @Test("Damaged files are refused or read, and end nobody")
    func damaged() throws {
        let whole = ELFImage(
            symbols: [.init(name: "f", address: 0x40_1100)],
            dynamicSymbols: [.init(name: "g", address: 0x40_1200)],
            notes: ELFImage.note("GNU", 3, [1, 2, 3])
        ).bytes
        var random = SeededRandom(seed: 26)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                // Headers and tables: the code in between says nothing.
                let headers = Bool.random(using: &random) ? 0..<176 : 0x2000..<bytes.count
                bytes[Int.random(in: headers, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }
            guard let file = try? ELFFile(bytes) else { continue }
            _ = try? file.function(named: "f")
            _ = try? file.functions()
            _ = try? file.buildID()
            _ = file.codeOffset(ofAddress: 0x40_1100)
            _ = file.address(ofOffset: .max)
        }
    }
}
