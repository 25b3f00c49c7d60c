// SPDX-License-Identifier: Apache-2.0
// Functions by name and names by address, from the full symbol table and the one of the dynamic linker.

/// A function of a file.
public struct ELFFunction: Sendable, Hashable {
    /// Its name, without a version.
    public var name: String
    /// Its virtual address in the file.
    public var address: UInt64
    /// Its bytes; 0 when the file does not say.
    public var size: UInt64
}

extension ELFFile {
    /// A symbol as it stands in a table.
    private struct Symbol {
        var address: UInt64
        var size: UInt64
        var type: UInt8
        var binding: UInt8
        var isDefined: Bool
        /// An old version, which no new program is linked with.
        var isHidden: Bool
        var name: Int
    }

    private enum SymbolType {
        static let none: UInt8 = 0
        static let object: UInt8 = 1
        static let function: UInt8 = 2
        static let indirect: UInt8 = 10
    }

    private static let symbolBytes = 24

    /// Calls `body` with each symbol of a table, and the table's texts.
    private func forEachSymbol(
        _ table: Section, _ body: (Symbol, [UInt8]) -> Void
    ) throws(ELFError) {
        guard sections.indices.contains(table.link) else { return }
        let symbols = try content(of: table)
        let texts = try content(of: sections[table.link])
        var versions: [UInt8] = []
        if table.type == SectionType.dynamicSymbols,
            let section = sections.first(where: { $0.type == SectionType.versions })
        {
            versions = try content(of: section)
        }
        for number in 0..<symbols.count / Self.symbolBytes {
            let at = number * Self.symbolBytes
            let information = symbols[at + 4]
            body(
                Symbol(
                    address: symbols.number(at + 8), size: symbols.number(at + 16), type: information & 0xF,
                    binding: information >> 4, isDefined: symbols.number(at + 6, as: UInt16.self) != 0,
                    isHidden: versions.number(number * 2, as: UInt16.self) & 0x8000 != 0,
                    name: Int(symbols.number(at, as: UInt32.self))), texts)
        }
    }

    private var symbolTables: [Section] {
        sections.filter { $0.type == SectionType.symbols }
            + sections.filter { $0.type == SectionType.dynamicSymbols }
    }

    /// The function of a name.
    /// - Parameter name: as the compiler wrote it; C++ and Swift names are mangled ones.
    /// - Throws: `ELFError` when there is none, or several that nothing tells apart.
    public func function(named name: String) throws(ELFError) -> ELFFunction {
        var found: [Symbol] = []
        var isElsewhere = false
        var isData = false
        let wanted = Array(name.utf8)
        guard !symbolTables.isEmpty else {
            throw ELFError("it has no symbols: name the place by `offsets` or `addrs`")
        }
        for table in symbolTables {
            try forEachSymbol(table) { symbol, texts in
                guard texts.hasText(wanted, symbol.name) else { return }
                switch symbol.type {
                case _ where !symbol.isDefined: isElsewhere = true
                case SymbolType.none, SymbolType.function, SymbolType.indirect: found.append(symbol)
                default: isData = true
                }
            }
            if !found.isEmpty { break }
        }
        // What other files are linked with comes before what only this one sees, new versions before old ones.
        for isBetter in [{ $0.binding != 0 }, { !$0.isHidden }] as [(Symbol) -> Bool]
        where found.contains(where: isBetter) {
            found = found.filter(isBetter)
        }
        guard let first = found.first else {
            if isData { throw ELFError("`\(name)` is data there, not a function") }
            throw ELFError(
                isElsewhere
                    ? "`\(name)` is a function of another file, which it only calls"
                    : "it has no function `\(name)`")
        }
        if let other = found.first(where: { $0.address != first.address }) {
            throw ELFError(
                "it has several functions `\(name)`, at 0x\(String(first.address, radix: 16)) and 0x\(String(other.address, radix: 16)): name the place by `addrs`"
            )
        }
        if first.type == SymbolType.indirect {
            throw ELFError(
                "`\(name)` only chooses one of several functions when the file is loaded: name the place by `addrs`"
            )
        }
        return ELFFunction(name: name, address: first.address, size: first.size)
    }

    /// All functions that are defined here, ordered by address; of several names of one address the first one that
    /// other files can call.
    public func functions() throws(ELFError) -> [ELFFunction] {
        var all: [(function: ELFFunction, binding: UInt8)] = []
        for table in symbolTables {
            try forEachSymbol(table) { symbol, texts in
                guard symbol.isDefined,
                    symbol.type == SymbolType.function || symbol.type == SymbolType.indirect,
                    let name = texts.text(symbol.name), !name.isEmpty
                else { return }
                all.append(
                    (ELFFunction(name: name, address: symbol.address, size: symbol.size), symbol.binding))
            }
            if !all.isEmpty { break }
        }
        all.sort { left, right in
            if left.function.address != right.function.address {
                return left.function.address < right.function.address
            }
            // Global before weak before local.
            let order: [UInt8: Int] = [1: 0, 2: 1]
            let (first, second) = (order[left.binding] ?? 2, order[right.binding] ?? 2)
            return first != second ? first < second : left.function.name < right.function.name
        }
        var functions: [ELFFunction] = []
        for entry in all where functions.last?.address != entry.function.address {
            functions.append(entry.function)
        }
        return functions
    }
}
