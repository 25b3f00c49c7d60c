// SPDX-License-Identifier: Apache-2.0

import ShrikeELF
import Testing

@Suite("Types of programs") struct TypeInformationTests {
    @Test("are the whole of a raw file, or a section of a program")
    func found() throws {
        let types: [UInt8] = [0x9F, 0xEB, 1, 0, 24]
        #expect(try TypeInformation.read(types) == types)
        #expect(try TypeInformation.read(ELFImage(types: types).bytes) == types)
    }

    @Test("of files that have none are an error that says so")
    func none() {
        #expect(throws: ELFError("it is neither BTF nor an ELF file")) { try TypeInformation.read([]) }
        #expect(throws: ELFError("it is neither BTF nor an ELF file")) {
            try TypeInformation.read([0xEB, 0x9F, 0, 1])
        }
        #expect(throws: ELFError("it has no section `.BTF`: add one with `pahole -J`")) {
            try TypeInformation.read(ELFImage().bytes)
        }
        #expect(throws: ELFError("it is not an ELF file")) {
            try TypeInformation.read([0x7F, 0x45, 0x4C, 0x46])
        }
        #expect(throws: ELFError("there is no such file")) {
            try TypeInformation.read(path: "/nowhere/at-all")
        }
        #expect(throws: ELFError("it is not a regular file")) { try TypeInformation.read(path: "/dev/null") }
    }
}
