// SPDX-License-Identifier: Apache-2.0
// Applies edits to the original bytes. Everything that no edit names stays as it is.

internal import ShrikePolicy

/// Mends texts.
public enum FixApplier {
    /// The text with the edits of its findings applied, and how many were.
    ///
    /// Of edits that overlap only the first is applied; the next run finds what is left.
    public static func apply(_ findings: [LintFinding], to text: SourceText) -> (bytes: [UInt8], count: Int) {
        var edits: [(start: Int, end: Int, replacement: [UInt8])] = []
        for edit in findings.compactMap(\.fix) {
            guard let start = text.offset(of: edit.range.start), let end = text.offset(of: edit.range.end),
                start <= end
            else {
                continue
            }
            edits.append((start, end, Array(edit.replacement.utf8)))
        }
        edits.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        var (result, position, count): ([UInt8], Int, Int) = ([], 0, 0)
        var last: (start: Int, end: Int)?
        for edit in edits {
            if let last, edit.start < last.end || (edit.start, edit.end) == last { continue }
            result += text.bytes[position..<edit.start]
            result += edit.replacement
            (position, last) = (edit.end, (edit.start, edit.end))
            count += 1
        }
        return (result + text.bytes[position...], count)
    }
}
