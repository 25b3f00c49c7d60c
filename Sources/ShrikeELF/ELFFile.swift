// SPDX-License-Identifier: Apache-2.0
// A 64-bit x86 ELF file (System V ABI, chapters 4 and 5): where its parts are, and which of its bytes are code.

/// A program or a shared library.
public struct ELFFile: Sendable {
    /// A part of the file that is loaded (PT_LOAD).
    struct Segment: Sendable {
        var isCode: Bool
        var offset: UInt64
        var address: UInt64
        var fileBytes: UInt64
    }

    /// An entry of the section table.
    struct Section: Sendable {
        var name: String
        var type: UInt32
        var address: UInt64
        var offset: UInt64
        var size: UInt64
        var link: Int
    }

    /// Section types.
    enum SectionType {
        static let symbols: UInt32 = 2
        static let noBits: UInt32 = 8
        static let note: UInt32 = 7
        static let dynamicSymbols: UInt32 = 11
        static let versions: UInt32 = 0x6FFF_FFFF
    }

    /// Which file it is; nil of bytes in memory.
    public let identity: FileIdentity?
    let bytes: ELFBytes
    let segments: [Segment]
    let sections: [Section]

    /// Opens a file and reads where its parts are.
    /// - Throws: `ELFError` when it cannot be read or is no program of this machine.
    public init(path: String) throws(ELFError) {
        let (bytes, identity) = try ELFBytes.open(path)
        try self.init(bytes, identity)
    }

    /// Takes a file's content.
    public init(_ content: [UInt8]) throws(ELFError) { try self.init(ELFBytes(content), nil) }

    private static let headerBytes: UInt64 = 64
    private static let maximumHeaders: UInt64 = 65_536

    init(_ bytes: ELFBytes, _ identity: FileIdentity?) throws(ELFError) {
        guard bytes.count >= Self.headerBytes else { throw ELFError("it is not an ELF file") }
        let header = try bytes.read(0, Self.headerBytes)
        guard header.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw ELFError("it is not an ELF file") }
        // EI_CLASS 64 bits, EI_DATA little-endian; EM_X86_64.
        guard header[4] == 2, header[5] == 1, header.number(18, as: UInt16.self) == 62 else {
            throw ELFError("it is not a 64-bit x86 program")
        }
        self.bytes = bytes
        self.identity = identity
        segments = try Self.segments(bytes, header)
        sections = try Self.sections(bytes, header)
    }

    private static func segments(_ bytes: ELFBytes, _ header: [UInt8]) throws(ELFError) -> [Segment] {
        let (offset, size) = (header.number(32, as: UInt64.self), UInt64(header.number(54, as: UInt16.self)))
        let count = UInt64(header.number(56, as: UInt16.self))
        guard count > 0 else { return [] }
        guard size >= 56 else { throw ELFError("it is cut off or damaged") }
        let table = try bytes.read(offset, size * count)
        var segments: [Segment] = []
        for number in 0..<Int(count) {
            let at = number * Int(size)
            guard table.number(at, as: UInt32.self) == 1 else { continue }  // PT_LOAD
            segments.append(
                Segment(
                    isCode: table.number(at + 4, as: UInt32.self) & 1 != 0, offset: table.number(at + 8),
                    address: table.number(at + 16), fileBytes: table.number(at + 32)))
        }
        return segments
    }

    private static func sections(_ bytes: ELFBytes, _ header: [UInt8]) throws(ELFError) -> [Section] {
        let (offset, size) = (header.number(40, as: UInt64.self), UInt64(header.number(58, as: UInt16.self)))
        guard offset != 0, size >= 64 else { return [] }
        let first = try bytes.read(offset, size)
        // With very many sections the first one holds the numbers that the header has no room for.
        let short = UInt64(header.number(60, as: UInt16.self))
        let count = short == 0 ? first.number(32, as: UInt64.self) : short
        guard count > 0 else { return [] }
        guard count <= maximumHeaders else { throw ELFError("it is cut off or damaged") }
        let table = try bytes.read(offset, size * count)
        let shortNames = Int(header.number(62, as: UInt16.self))
        let names = shortNames == 0xFFFF ? Int(first.number(40, as: UInt32.self)) : shortNames
        var sections = (0..<Int(count)).map { number in
            let at = number * Int(size)
            return Section(
                name: "", type: table.number(at + 4), address: table.number(at + 16),
                offset: table.number(at + 24), size: table.number(at + 32),
                link: Int(table.number(at + 40, as: UInt32.self)))
        }
        guard sections.indices.contains(names) else { return sections }
        let texts = try bytes.read(sections[names].offset, sections[names].size)
        for number in sections.indices {
            sections[number].name = texts.text(Int(table.number(number * Int(size), as: UInt32.self))) ?? ""
        }
        return sections
    }

    /// The bytes of a section; none of one that takes no room in the file.
    func content(of section: Section) throws(ELFError) -> [UInt8] {
        section.type == SectionType.noBits ? [] : try bytes.read(section.offset, section.size)
    }

    /// Where in the file the code at a virtual address is; nil when no code is there.
    public func codeOffset(ofAddress address: UInt64) -> UInt64? {
        segments.first { $0.isCode && address >= $0.address && address - $0.address < $0.fileBytes }
            .map { $0.offset &+ (address - $0.address) }
    }

    /// Where in the file the byte at a virtual address is, code or not; nil when the file does not have it.
    public func offset(ofAddress address: UInt64) -> UInt64? {
        segments.first { address >= $0.address && address - $0.address < $0.fileBytes }
            .map { $0.offset &+ (address - $0.address) }
    }

    /// The virtual address of a byte of the file that is loaded; nil when it is not.
    public func address(ofOffset offset: UInt64) -> UInt64? {
        segments.first { offset >= $0.offset && offset - $0.offset < $0.fileBytes }
            .map { $0.address &+ (offset - $0.offset) }
    }

    /// Whether a byte of the file is loaded as code.
    public func isCode(offset: UInt64) -> Bool {
        segments.contains { $0.isCode && offset >= $0.offset && offset - $0.offset < $0.fileBytes }
    }

    /// Bytes of the whole file.
    public var byteCount: UInt64 { bytes.count }

    /// The bytes from an offset on, as many as are read at once; none at the end.
    public func part(at offset: UInt64) throws(ELFError) -> [UInt8] {
        try bytes.read(offset, min(Self.partBytes, bytes.count - min(offset, bytes.count)))
    }

    private static let partBytes: UInt64 = 1 << 18

    /// The build id (NT_GNU_BUILD_ID); nil when it has none.
    public func buildID() throws(ELFError) -> [UInt8]? {
        for section in sections where section.type == SectionType.note {
            let found = ELFNotes(try content(of: section)).first { $0.owner == "GNU" && $0.type == 3 }
            if let found { return found.description }
        }
        return nil
    }
}

/// The notes of a section, as far as they are whole.
struct ELFNotes: Sequence, IteratorProtocol {
    struct Note {
        var owner: String
        var type: UInt32
        var description: [UInt8]
    }

    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Note? {
        guard bytes.count - offset >= 12 else { return nil }
        let nameBytes = Int(bytes.number(offset, as: UInt32.self))
        let size = Int(bytes.number(offset + 4, as: UInt32.self))
        let type: UInt32 = bytes.number(offset + 8)
        let name = offset + 12
        let start = name + (nameBytes + 3) & ~3
        guard start <= bytes.count, size <= bytes.count - start else { return nil }
        offset = Swift.min(start + (size + 3) & ~3, bytes.count)
        let owner = bytes[name..<name + nameBytes].prefix { $0 != 0 }
        return Note(
            owner: String(decoding: owner, as: UTF8.self), type: type,
            description: Array(bytes[start..<start + size]))
    }
}
