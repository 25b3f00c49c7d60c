// SPDX-License-Identifier: Apache-2.0
// Edits for the checker's findings that have one obvious answer. The checker says it in its help; an
// edit is made only where the text is what the finding is about.

internal import ShrikePolicy

enum DiagnosticFix {
    /// The edit that mends the finding, if there is a mechanical one.
    static func edit(for diagnostic: Diagnostic, in text: SourceText) -> TextEdit? {
        guard let written = text.text(of: diagnostic.range), let help = diagnostic.help, !written.isEmpty,
            written.utf8.count <= 256, !written.utf8.contains(0x0A)
        else {
            return nil
        }
        switch diagnostic.code {
        case .unknownField, .unknownValue, .unknownOption, .removedFeature, .badNameInValues:
            guard let word = quoted(help, after: "did you mean `") ?? quoted(help, after: "write `") else {
                return nil
            }
            return replace(written, with: word, diagnostic)
        case .wrongAPIVersion, .lsmHookWithPrefix, .typeDoesNotFit, .typeCannotWork, .reversedRange:
            guard let word = quoted(help, after: "write `") else { return nil }
            let value = word.hasPrefix("type: ") ? String(word.dropFirst("type: ".count)) : word
            if diagnostic.code == .typeDoesNotFit { return nil }
            return replace(written, with: value, diagnostic)
        case .wrongKind:
            return quoted(help, after: "did you mean `").flatMap { replace(written, with: $0, diagnostic) }
        case .syscallNameWithoutPrefix:
            return quoted(help, after: "write `").flatMap { replace(written, with: $0, diagnostic) }
        case .wrongType:
            return quoting(written, help, diagnostic)
        case .badErrorNumber:
            return quoted(help, after: "write `argError: ").flatMap { replace(written, with: $0, diagnostic) }
        case .notASyscall where help.hasSuffix("add `syscall: false`"):
            return insertion(diagnostic, text)
        default:
            return nil
        }
    }

    /// Quotes for a string, or none for a number or truth value.
    private static func quoting(_ written: String, _ help: String, _ diagnostic: Diagnostic) -> TextEdit? {
        if help.hasPrefix("write it quoted: ") {
            guard !written.contains("\"") && !written.contains("\\") && !written.contains("'") else {
                return nil
            }
            return TextEdit(diagnostic.range, "\"" + written + "\"")
        }
        guard help.hasPrefix("remove the quotes: "), let first = written.first, first == "\"" || first == "'",
            written.last == first, written.count > 2
        else {
            return nil
        }
        return TextEdit(diagnostic.range, String(written.dropFirst().dropLast()))
    }

    private static func replace(_ written: String, with word: String, _ diagnostic: Diagnostic) -> TextEdit? {
        guard word.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !word.contains("`") else { return nil }
        for quote in ["\"", "'"]
        where written.hasPrefix(quote) && written.hasSuffix(quote) && written.count > 1 {
            return TextEdit(diagnostic.range, quote + word + quote)
        }
        guard let first = written.first, first.isLetter || first.isNumber || first == "-" || first == "_"
        else {
            return nil
        }
        return TextEdit(diagnostic.range, word)
    }

    /// `syscall: false` on a line of its own below the call.
    private static func insertion(_ diagnostic: Diagnostic, _ text: SourceText) -> TextEdit? {
        let row = diagnostic.range.start.line
        let line = text.line(row)
        guard let written = String(validating: line, as: UTF8.self), !written.contains("{"),
            let call = written.range(of: "call:"), diagnostic.range.end.line == row
        else {
            return nil
        }
        let before = written[..<call.lowerBound]
        guard before.allSatisfy({ $0 == " " || $0 == "-" }) else { return nil }
        let end = (text.offset(of: SourcePosition(line: row, column: 1)) ?? 0) + line.count
        let isCRLF = end < text.bytes.count && text.bytes[end] == 0x0D
        let place = SourcePosition(line: row, column: 1 + line.count { $0 & 0xC0 != 0x80 })
        return TextEdit(
            SourceRange(file: diagnostic.range.file, at: place),
            (isCRLF ? "\r\n" : "\n") + String(repeating: " ", count: before.count) + "syscall: false")
    }

    private static func quoted(_ help: String, after start: String) -> String? {
        guard help.hasPrefix(start) else { return nil }
        let rest = help.dropFirst(start.count)
        guard let end = rest.firstIndex(of: "`") else { return nil }
        return String(rest[..<end])
    }
}

extension String {
    /// The first place of a short text, without Foundation.
    fileprivate func range(of needle: String) -> Range<String.Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(needle) {
                return index..<self.index(index, offsetBy: needle.count)
            }
            index = self.index(after: index)
        }
        return nil
    }
}
