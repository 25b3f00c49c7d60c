// SPDX-License-Identifier: Apache-2.0
// Comments that silence rules: `# shrike:ignore SHR123,SHR124 reason` for its own line, or for the
// next line with content when it stands alone; `# shrike:ignore-file SHR123 reason` for the file.

internal import ShrikePolicy

/// The suppressions of one file.
struct Suppressions {
    /// One comment.
    struct Comment {
        let rules: [String]
        let reason: String
        /// The lines that it is for; nil for the whole file.
        let lines: Set<Int>?
        let range: SourceRange
        var isUsed = false
    }

    private(set) var comments: [Comment] = []

    init(_ text: SourceText, file: String) {
        let marker = Array("shrike:ignore".utf8)
        // Files without a comment are the rule.
        guard Self.find(marker, in: text.bytes[...]) != nil else { return }
        for number in 1...text.lineCount {
            let line = text.line(number)
            guard let at = Self.find(marker, in: line), let comment = Self.commentStart(before: at, in: line)
            else {
                continue
            }
            let isAlone = line[..<comment].allSatisfy { $0 == 0x20 || $0 == 0x09 }
            add(
                String(decoding: line[(at + marker.count)...], as: UTF8.self),
                lines: isAlone ? [number, Self.nextLine(after: number, text)] : [number],
                range: Self.range(line, comment, number, file))
        }
    }

    private mutating func add(_ rest: String, lines: Set<Int>, range: SourceRange) {
        var rest = rest[...]
        let isFile = rest.hasPrefix("-file")
        if isFile { rest = rest.dropFirst("-file".count) }
        guard rest.isEmpty || rest.first == " " || rest.first == ":" else { return }
        var rules: [String] = []
        var words = rest.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," || $0 == ":" })[...]
        while let word = words.first, word.hasPrefix("SHR") { rules.append(String(words.removeFirst())) }
        comments.append(
            Comment(
                rules: rules, reason: words.joined(separator: " "), lines: isFile ? nil : lines, range: range)
        )
    }

    /// Whether a comment silences the finding; remembers that it did.
    mutating func silence(_ finding: LintFinding) -> Bool {
        var isSilenced = false
        for index in comments.indices where comments[index].rules.contains(finding.rule) {
            guard comments[index].lines?.contains(finding.range.start.line) ?? true else { continue }
            comments[index].isUsed = true
            isSilenced = true
        }
        return isSilenced
    }

    /// The next line that is neither empty nor a comment.
    private static func nextLine(after number: Int, _ text: SourceText) -> Int {
        var next = number + 1
        while next < text.lineCount {
            let content = text.line(next).drop { $0 == 0x20 || $0 == 0x09 }
            if let first = content.first, first != UInt8(ascii: "#") { break }
            next += 1
        }
        return next
    }

    /// The `#` before the marker, if only blanks are between.
    private static func commentStart(before at: Int, in line: ArraySlice<UInt8>) -> Int? {
        var index = at
        while index > line.startIndex {
            index -= 1
            if line[index] == UInt8(ascii: "#") {
                let before = index == line.startIndex ? 0x20 : line[index - 1]
                return before == 0x20 || before == 0x09 ? index : nil
            }
            guard line[index] == 0x20 || line[index] == 0x09 else { return nil }
        }
        return nil
    }

    private static func find(_ needle: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= needle.count, let first = needle.first else { return nil }
        var index = text.startIndex
        while index <= text.endIndex - needle.count {
            if text[index] == first, text[index..<index + needle.count].elementsEqual(needle) { return index }
            index += 1
        }
        return nil
    }

    private static func range(
        _ line: ArraySlice<UInt8>, _ comment: Int, _ number: Int, _ file: String
    ) -> SourceRange {
        func column(_ offset: Int) -> Int { 1 + line[..<offset].count { $0 & 0xC0 != 0x80 } }
        return SourceRange(
            file: file, start: SourcePosition(line: number, column: column(comment)),
            end: SourcePosition(line: number, column: column(line.endIndex)))
    }
}
