// SPDX-License-Identifier: Apache-2.0
// The bytes of a file by line and column, as diagnostics count them.

public import ShrikePolicy

/// The text of one file.
public struct SourceText: Sendable {
    /// The bytes as they were read.
    public let bytes: [UInt8]
    /// Offsets of the lines' first bytes.
    private let starts: [Int]

    /// A text; need not be UTF-8.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
            // YAML ends lines with LF, CR, CR LF, NEL (C2 85) and the separators (E2 80 A8, E2 80 A9).
            switch byte {
            case 0x0A: starts.append(offset + 1)
            case 0x0D where next != 0x0A: starts.append(offset + 1)
            case 0xC2 where next == 0x85: starts.append(offset + 2)
            case 0xE2 where next == 0x80 && offset + 2 < bytes.count && bytes[offset + 2] & 0xFE == 0xA8:
                starts.append(offset + 3)
            default: break
            }
            offset += 1
        }
        self.starts = starts
    }

    /// How many lines there are.
    public var lineCount: Int { starts.count }

    /// The bytes of a line, counted from 1, without its end.
    public func line(_ number: Int) -> ArraySlice<UInt8> {
        guard starts.indices.contains(number - 1) else { return [] }
        var end = number < starts.count ? starts[number] : bytes.count
        let start = starts[number - 1]
        while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return bytes[start..<end]
    }

    /// The offset of a place; past the end of its line it is the line's end.
    public func offset(of position: SourcePosition) -> Int? {
        guard starts.indices.contains(position.line - 1), position.column >= 1 else { return nil }
        var offset = starts[position.line - 1]
        let end = position.line < starts.count ? starts[position.line] : bytes.count
        for _ in 1..<position.column {
            guard offset < end else { return nil }
            offset += 1
            while offset < end, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
        }
        return offset
    }

    /// The bytes of a range.
    public func bytes(of range: SourceRange) -> ArraySlice<UInt8>? {
        guard let start = offset(of: range.start), let end = offset(of: range.end), start <= end else {
            return nil
        }
        return bytes[start..<end]
    }

    /// The text of a range.
    public func text(of range: SourceRange) -> String? {
        bytes(of: range).map { String(decoding: $0, as: UTF8.self) }
    }
}
