// SPDX-License-Identifier: Apache-2.0
// Reads the embedded kernel facts. Nothing is unpacked but what is asked for: a look-up is a binary
// search over blocks of names. scripts/make-kernel-facts writes the format.

internal import ShrikeKernelFacts
internal import ShrikePolicy

/// The facts of all known kernels.
struct FactsFile: Sendable {
    /// A sorted table of names with what belongs to each.
    struct Table: Sendable {
        let blocks: Int
        let index: Int
        let body: Int
        let end: Int
    }

    /// A function, a raw tracepoint or a tracepoint's record as its table has it.
    struct Entry {
        /// Bit i: kernel i has it.
        let kernels: UInt8
        /// Bit i: kernel i has it and lets nobody trace it.
        let untraceable: UInt8
        /// The prototype or record in each kernel that has it; one number when all agree.
        let numbers: [Int]

        /// Of one kernel; nil when it has none.
        func number(kernel: Int) -> Int? {
            let bit: UInt8 = 1 << UInt8(kernel)
            guard kernels & bit != 0 else { return nil }
            return numbers.count == 1 ? numbers[0] : numbers[(kernels & (bit - 1)).nonzeroBitCount]
        }
    }

    /// The facts that are built into the program.
    static let embedded = FactsFile()

    /// The names of the kernels, oldest first.
    let labels: [String]
    private let pieces: [[UInt8]]
    private let types: [ParameterType]
    private let prototypeOffsets: [Int]
    private let functions: Table
    private let tracepoints: Table
    private let records: Table
    /// Where the fields of records are told; read when the first record is asked for.
    private let recordsOffset: Int

    private init() {
        var reader = Reader(offset: 8)
        labels = (0..<reader.byte()).map { _ in String(decoding: reader.bytes(reader.byte()), as: UTF8.self) }
        let pieces = (0..<reader.byte()).map { _ in Array(reader.bytes(reader.byte())) }
        self.pieces = pieces
        types = reader.section { reader in
            let (kind, width) = (reader.byte(), reader.byte())
            let spelling = Self.text(reader.bytes(reader.byte()), pieces)
            return Self.type(kind, width, spelling)
        }
        let prototypeCount = reader.word()
        _ = reader.word()
        var offsets: [Int] = []
        offsets.reserveCapacity(prototypeCount)
        for _ in 0..<prototypeCount {
            offsets.append(reader.offset)
            for _ in 0..<reader.byte() { _ = reader.number() }
        }
        prototypeOffsets = offsets
        functions = reader.table()
        tracepoints = reader.table()
        recordsOffset = reader.offset
        for _ in 0..<3 { reader.skipSection() }
        records = reader.table()
    }

    /// The function of that name.
    func function(_ name: String) -> Entry? {
        find(Array(name.utf8), in: functions)
    }

    /// The raw tracepoint of that name.
    func tracepoint(_ name: String) -> Entry? {
        find(Array(name.utf8), in: tracepoints)
    }

    /// Whether a kernel has the function and nothing can be attached to it.
    func isUntraceable(_ name: String, kernel: Int) -> Bool {
        (function(name)?.untraceable ?? 0) & 1 << UInt8(kernel) != 0
    }

    /// The record of a tracepoint, `subsystem/event`.
    func record(_ name: String) -> Entry? {
        find(Array(name.utf8), in: records)
    }

    /// The record of that number.
    func format(_ number: Int) -> TracepointFormat? {
        Self.formats.indices.contains(number) ? Self.formats[number] : nil
    }

    private static let formats = embedded.readFormats()

    private func readFormats() -> [TracepointFormat] {
        var reader = Reader(offset: recordsOffset)
        let words = reader.section { reader in Self.text(reader.bytes(reader.byte()), pieces) }
        let fields = reader.section { reader in
            let (name, type, offset, size) = (
                reader.number(), reader.number(), reader.number(), reader.number()
            )
            return TracepointField(
                name: words[name], type: words[type], offset: offset, bytes: size >> 1,
                isSigned: size & 1 != 0)
        }
        return reader.section { reader in
            TracepointFormat(fields: (0..<reader.byte()).map { _ in fields[reader.number()] })
        }
    }

    /// The prototype of that number.
    func prototype(_ number: Int, name: String) -> FunctionPrototype? {
        guard prototypeOffsets.indices.contains(number) else { return nil }
        var reader = Reader(offset: prototypeOffsets[number])
        let all = (0..<reader.byte()).map { _ in types[reader.number()] }
        guard let returned = all.first else { return nil }
        return FunctionPrototype(name: name, parameters: Array(all.dropFirst()), returnType: returned)
    }

    /// Calls `body` with the name of each function and the kernels that have it.
    func forEachFunction(_ body: ([UInt8], UInt8) -> Void) {
        var reader = Reader(offset: functions.body)
        var name: [UInt8] = []
        while reader.offset < functions.end {
            nextName(&reader, &name)
            body(name, entry(&reader).kernels)
        }
    }

    private func entry(_ reader: inout Reader) -> Entry {
        let mask = UInt8(reader.byte())
        let kernels = mask & 0x3F
        let untraceable = mask & 0x40 == 0 ? 0 : UInt8(reader.byte())
        let count = mask & 0x80 == 0 ? 1 : kernels.nonzeroBitCount
        return Entry(
            kernels: kernels, untraceable: untraceable, numbers: (0..<count).map { _ in reader.number() })
    }

    private func nextName(_ reader: inout Reader, _ name: inout [UInt8]) {
        let shared = reader.byte()
        name.removeSubrange(shared...)
        for byte in reader.bytes(reader.byte()) {
            if byte < 0x80 { name.append(byte) } else { name += pieces[Int(byte) - 0x80] }
        }
    }

    /// What belongs to a name; nil when it is not there.
    private func find(_ name: [UInt8], in table: Table) -> Entry? {
        var (low, high) = (0, table.blocks)
        var current: [UInt8] = []
        while high - low > 1 {
            let middle = (low + high) / 2
            var reader = block(middle, table)
            current = []
            nextName(&reader, &current)
            if name.lexicographicallyPrecedes(current) { high = middle } else { low = middle }
        }
        guard table.blocks > 0 else { return nil }
        var reader = block(low, table)
        let end = low + 1 < table.blocks ? block(low + 1, table).offset : table.end
        current = []
        while reader.offset < end {
            nextName(&reader, &current)
            let found = entry(&reader)
            if current == name { return found }
        }
        return nil
    }

    private func block(_ number: Int, _ table: Table) -> Reader {
        var index = Reader(offset: table.index + 4 * number)
        return Reader(offset: table.body + index.word())
    }

    private static func text(_ bytes: some Sequence<UInt8>, _ pieces: [[UInt8]]) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if byte < 0x80 { text.append(byte) } else { text += pieces[Int(byte) - 0x80] }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func type(_ kind: Int, _ width: Int, _ spelling: String) -> ParameterType {
        switch UInt8(truncatingIfNeeded: kind) {
        case UInt8(ascii: "v"): ParameterType(spelling, .void)
        case UInt8(ascii: "i"): ParameterType(spelling, .integer(bytes: width, isSigned: true))
        case UInt8(ascii: "u"): ParameterType(spelling, .integer(bytes: width, isSigned: false))
        case UInt8(ascii: "p"): ParameterType(spelling, .pointer(to: pointee(spelling)))
        default: ParameterType(spelling, .other)
        }
    }

    /// `struct path` of `const struct path *`.
    static func pointee(_ spelling: String) -> String {
        var text = spelling[...]
        if text.hasPrefix("const ") { text = text.dropFirst(6) }
        if text.hasSuffix(" *") { return String(text.dropLast(2)) }
        return String(text.hasSuffix("*") ? text.dropLast() : text)
    }
}

/// Reads numbers and bytes of the embedded file, which our own script wrote: a place past its end traps.
private struct Reader {
    var offset: Int

    /// SAFETY: the bytes are a constant of the program; the count bounds every read.
    private static var file: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: shrike_kernel_facts, count: Int(shrike_kernel_facts_size))
    }

    mutating func byte() -> Int {
        defer { offset += 1 }
        return Int(Self.file[offset])
    }

    mutating func word() -> Int {
        let parts = (0..<4).map { _ in byte() }
        return parts[0] | parts[1] << 8 | parts[2] << 16 | parts[3] << 24
    }

    mutating func number() -> Int {
        var (value, shift) = (0, 0)
        while true {
            let next = byte()
            value |= (next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func bytes(_ count: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
        defer { offset += count }
        return Self.file[offset..<offset + count]
    }

    /// A list: how many items, how many bytes, the items.
    mutating func section<Item>(_ item: (inout Reader) -> Item) -> [Item] {
        let count = word()
        _ = word()
        return (0..<count).map { _ in item(&self) }
    }

    mutating func skipSection() {
        _ = word()
        offset += word()
    }

    mutating func table() -> FactsFile.Table {
        _ = word()
        let (blocks, length) = (word(), word())
        let index = offset
        offset += 4 * blocks
        let body = offset
        offset += length
        return FactsFile.Table(blocks: blocks, index: index, body: body, end: offset)
    }
}
