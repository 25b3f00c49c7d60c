// SPDX-License-Identifier: Apache-2.0
// An ELF file put together in memory: one segment of code at another address than its place in the file.

/// What a file is made of.
struct ELFImage {
    struct Symbol {
        var name: String
        var address: UInt64
        var size: UInt64 = 16
        /// 2: function, 1: data, 10: indirect function.
        var type: UInt8 = 2
        /// 0: local, 1: global.
        var binding: UInt8 = 1
        var isDefined = true
        /// The symbol's word in the table of versions, of a dynamic symbol.
        var version: UInt16 = 1
    }

    var symbols: [Symbol] = []
    var dynamicSymbols: [Symbol] = []
    var notes: [UInt8] = []
    var probeNotes: [UInt8] = []
    var types: [UInt8] = []
    /// `.stapsdt.base`; nil: the file has no such section.
    var probeBase: UInt64?

    /// The code: bytes 0x1000 to 0x2000 of the file, at 0x401000.
    static let code: Range<UInt64> = 0x40_1000..<0x40_2000
    static let codeOffset: UInt64 = 0x1000

    static func word<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
    }

    static func note(_ owner: String, _ type: UInt32, _ description: [UInt8]) -> [UInt8] {
        let name = Array(owner.utf8) + [0]
        return word(UInt32(name.count)) + word(UInt32(description.count)) + word(type) + padded(name)
            + padded(description)
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + Array(repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    private struct Section {
        var name: String
        var type: UInt32
        var link = 0
        var address: UInt64 = 0
        var content: [UInt8]
    }

    private static func tables(_ symbols: [Symbol]) -> (symbols: [UInt8], texts: [UInt8]) {
        var texts: [UInt8] = [0]
        var table = [UInt8](repeating: 0, count: 24)
        for symbol in symbols {
            table += word(UInt32(texts.count)) + [symbol.binding << 4 | symbol.type, 0]
            table += word(UInt16(symbol.isDefined ? 1 : 0)) + word(symbol.address) + word(symbol.size)
            texts += Array(symbol.name.utf8) + [0]
        }
        return (table, texts)
    }

    /// The file.
    var bytes: [UInt8] {
        let (table, texts) = Self.tables(symbols)
        let (dynamicTable, dynamicTexts) = Self.tables(dynamicSymbols)
        let versions = Self.word(UInt16(0)) + dynamicSymbols.flatMap { Self.word($0.version) }
        var sections = [Section(name: "", type: 0, content: [])]
        if !symbols.isEmpty {
            sections.append(Section(name: ".symtab", type: 2, link: 2, content: table))
            sections.append(Section(name: ".strtab", type: 3, content: texts))
        }
        if !dynamicSymbols.isEmpty {
            let link = sections.count + 1
            sections.append(Section(name: ".dynsym", type: 11, link: link, content: dynamicTable))
            sections.append(Section(name: ".dynstr", type: 3, content: dynamicTexts))
            sections.append(Section(name: ".gnu.version", type: 0x6FFF_FFFF, content: versions))
        }
        if !notes.isEmpty { sections.append(Section(name: ".note", type: 7, content: notes)) }
        if !probeNotes.isEmpty {
            sections.append(Section(name: ".note.stapsdt", type: 7, content: probeNotes))
        }
        if !types.isEmpty { sections.append(Section(name: ".BTF", type: 1, content: types)) }
        if let probeBase {
            sections.append(Section(name: ".stapsdt.base", type: 1, address: probeBase, content: [0]))
        }
        var names: [UInt8] = []
        var offsets: [Int] = []
        for section in sections {
            offsets.append(names.count)
            names += Array(section.name.utf8) + [0]
        }
        offsets.append(names.count)
        names += Array(".shstrtab".utf8) + [0]
        sections.append(Section(name: ".shstrtab", type: 3, content: names))
        return assemble(sections, offsets)
    }

    private func assemble(_ sections: [Section], _ names: [Int]) -> [UInt8] {
        let segments: [(code: UInt32, offset: UInt64, address: UInt64)] = [
            (4, 0, 0x40_0000), (5, Self.codeOffset, Self.code.lowerBound),
        ]
        var content = [UInt8](repeating: 0xCC, count: 0x2000)
        var headers: [UInt8] = []
        for (number, section) in sections.enumerated() {
            headers += Self.word(UInt32(names[number])) + Self.word(section.type) + Self.word(UInt64(0))
            headers += Self.word(section.address) + Self.word(UInt64(content.count))
            headers += Self.word(UInt64(section.content.count)) + Self.word(UInt32(section.link))
            headers += Self.word(UInt32(0)) + Self.word(UInt64(4)) + Self.word(UInt64(0))
            content += section.content
        }
        var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + Array(repeating: 0, count: 9)
        header += Self.word(UInt16(3)) + Self.word(UInt16(62)) + Self.word(UInt32(1)) + Self.word(UInt64(0))
        header += Self.word(UInt64(64)) + Self.word(UInt64(content.count)) + Self.word(UInt32(0))
        header += Self.word(UInt16(64)) + Self.word(UInt16(56)) + Self.word(UInt16(segments.count))
        header +=
            Self.word(UInt16(64)) + Self.word(UInt16(sections.count)) + Self.word(UInt16(sections.count - 1))
        for segment in segments {
            header += Self.word(UInt32(1)) + Self.word(segment.code) + Self.word(segment.offset)
            header += Self.word(segment.address) + Self.word(segment.address) + Self.word(UInt64(0x1000))
            header += Self.word(UInt64(0x1000)) + Self.word(UInt64(0x1000))
        }
        content.replaceSubrange(0..<header.count, with: header)
        return content + headers
    }
}
