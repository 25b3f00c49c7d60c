// SPDX-License-Identifier: Apache-2.0
// Functions of the kernel by address, from /proc/kallsyms and /proc/modules.

internal import Glibc

/// The kernel's functions at one time. BPF programs and trampolines, ours among them, are none of them.
public struct KernelSymbols: Sendable {
    /// More than a kernel with all of its modules has.
    private static let maximumBytes = 256 << 20

    /// Where each function begins, in order.
    private var addresses: [UInt64] = []
    /// Where its name begins in `names`; it ends in NUL.
    private var nameOffsets: [UInt32] = []
    private var names: [UInt8] = []
    /// The kernel's own code and that of its modules.
    private var code: [Range<UInt64>] = []

    /// Reads them.
    /// - Parameter procfs: where procfs is mounted, usually `/proc`.
    public init(procfs: String) {
        read(TextFile.read(procfs + "/kallsyms", atMost: Self.maximumBytes) ?? [])
        readModules(TextFile.read(procfs + "/modules", atMost: Self.maximumBytes) ?? [])
    }

    /// No function is known: the file is not there, or hides addresses (kernel.kptr_restrict).
    public var isEmpty: Bool { addresses.isEmpty }

    /// The function at an address; nil when it is in none.
    public func frame(at address: UInt64) -> StackFrame? {
        guard code.contains(where: { $0.contains(address) }) else { return nil }
        var low = 0
        var high = addresses.count
        while low < high {
            let middle = (low + high) / 2
            if addresses[middle] <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let name = names[Int(nameOffsets[low - 1])...].prefix { $0 != 0 }
        guard !name.isEmpty else { return nil }
        return StackFrame(
            symbol: String(decoding: name, as: UTF8.self), offset: address - addresses[low - 1])
    }

    private struct Function {
        var address: UInt64
        var name: UnsafeRawBufferPointer
    }

    /// `ffffffff81000000 T _stext`, and of a module `… t function	[module]`: 16 digits, a letter, a name. There are a
    /// quarter of a million lines, so the C library looks for what is in them.
    private mutating func read(_ text: [UInt8]) {
        unsafe text.withUnsafeBytes { bytes in
            var strays: [Function] = []
            var start: UInt64 = 0
            var end: UInt64 = 0
            unsafe Self.forEachFunction(bytes) { function, isMarker in
                if isMarker {
                    if unsafe function.name.elementsEqual("_stext".utf8) { start = function.address }
                    if unsafe function.name.elementsEqual("_etext".utf8) { end = function.address }
                }
                // The kernel's own are in order, those of modules are not.
                if function.address < addresses.last ?? 0 {
                    unsafe strays.append(function)
                } else {
                    unsafe append(function)
                }
            }
            unsafe insert(strays)
            if start != 0, start < end { code.append(start..<end) }
        }
    }

    private static let addressDigits = 16

    private static func forEachFunction(
        _ bytes: UnsafeRawBufferPointer, _ body: (Function, _ isMarker: Bool) -> Void
    ) {
        guard var line = unsafe bytes.baseAddress else { return }
        let end = unsafe line + bytes.count
        let nameAt = addressDigits + 3
        while unsafe line < end {
            let stop =
                unsafe memchr(line, Int32(UInt8(ascii: "\n")), end - line).map { unsafe UnsafeRawPointer($0) }
                ?? end
            defer { unsafe line = stop + 1 }
            let length = unsafe stop - line
            guard length > nameAt else { continue }
            // T, t, W, w: code.
            let letter = unsafe line.load(fromByteOffset: addressDigits + 1, as: UInt8.self) & 0xDF
            guard letter == UInt8(ascii: "T") || letter == UInt8(ascii: "W") else { continue }
            guard
                let address = unsafe address(line), address != 0
            else { continue }
            var name = unsafe UnsafeRawBufferPointer(start: line + nameAt, count: length - nameAt)
            if let tab = unsafe memchr(line + nameAt, Int32(UInt8(ascii: "\t")), length - nameAt) {
                let module = unsafe UnsafeRawBufferPointer(
                    start: UnsafeRawPointer(tab) + 1, count: stop - UnsafeRawPointer(tab) - 1)
                // Made at run time: [bpf], [__builtin__ftrace], [__builtin__kprobes].
                if unsafe module.starts(with: "[bpf]".utf8) || module.starts(with: "[__builtin".utf8) {
                    continue
                }
                name = unsafe UnsafeRawBufferPointer(
                    rebasing: name[..<(UnsafeRawPointer(tab) - line - nameAt)])
            }
            guard !name.isEmpty else { continue }
            let isMarker = unsafe name.count == 6 && name[0] == UInt8(ascii: "_")
            body(unsafe Function(address: address, name: name), isMarker)
        }
    }

    /// The 16 digits that a line begins with; nil when they are none. strtoull(3) ends at the line's letter at the latest.
    private static func address(_ line: UnsafeRawPointer) -> UInt64? {
        let digits = unsafe line.assumingMemoryBound(to: CChar.self)
        var end: UnsafeMutablePointer<CChar>?
        let number = unsafe strtoull(digits, &end, 16)
        return unsafe end.map { unsafe UnsafePointer($0) } == digits + addressDigits ? UInt64(number) : nil
    }

    private mutating func append(_ function: Function) {
        // Of several names of one address the first.
        guard addresses.last != function.address else { return }
        addresses.append(function.address)
        nameOffsets.append(UInt32(names.count))
        unsafe names.append(contentsOf: function.name)
        names.append(0)
    }

    /// Puts functions among those that are there.
    private mutating func insert(_ functions: [Function]) {
        guard !functions.isEmpty else { return }
        let functions = unsafe functions.enumerated().sorted {
            unsafe ($0.element.address, $0.offset) < ($1.element.address, $1.offset)
        }
        var old = 0
        var merged = (addresses: [UInt64](), nameOffsets: [UInt32]())
        merged.addresses.reserveCapacity(addresses.count + functions.count)
        merged.nameOffsets.reserveCapacity(addresses.count + functions.count)
        for function in unsafe functions.map(\.element) {
            while old < addresses.count, addresses[old] <= function.address {
                merged.addresses.append(addresses[old])
                merged.nameOffsets.append(nameOffsets[old])
                old += 1
            }
            guard merged.addresses.last != function.address else { continue }
            merged.addresses.append(function.address)
            merged.nameOffsets.append(UInt32(names.count))
            unsafe names.append(contentsOf: function.name)
            names.append(0)
        }
        merged.addresses += addresses[old...]
        merged.nameOffsets += nameOffsets[old...]
        (addresses, nameOffsets) = merged
    }

    /// `name 16384 0 - Live 0xffffffffc0000000`
    private mutating func readModules(_ text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            var fields = FieldReader(line)
            _ = fields.next()
            let size = FieldReader.decimal(fields.next())
            for _ in 0..<3 { _ = fields.next() }
            let address = FieldReader.hexadecimal(fields.next().dropFirst(2))
            guard let size, let address, address != 0 else { continue }
            let (end, overflows) = address.addingReportingOverflow(size)
            if !overflows, end > address { code.append(address..<end) }
        }
    }
}
