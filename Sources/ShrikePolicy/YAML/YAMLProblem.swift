// SPDX-License-Identifier: Apache-2.0
// libyaml's messages in the words of someone who writes policies.

/// Explains what libyaml complains about.
enum YAMLProblem {
    /// What is wrong, and what would be right where that can be said.
    ///
    /// - Parameters:
    ///   - context: what libyaml was reading.
    ///   - start: where that started.
    static func explain(
        _ problem: String, context: String?, start: SourcePosition
    ) -> (message: String, help: String?) {
        guard let known = table.first(where: { problem.hasPrefix($0.problem) }) else {
            return ("not YAML: " + problem + (context.map { " \($0)" } ?? ""), nil)
        }
        let begin = known.message.hasSuffix("begun at ") ? "\(start.line):\(start.column)" : ""
        return ("not YAML: " + known.message + begin, known.help)
    }

    private static let table: [(problem: String, message: String, help: String)] = [
        (
            "found character that cannot start any token",
            "a value or key cannot start with this character",
            "put the text in double quotes; indent with spaces, never with tabs"
        ),
        (
            "found a tab character", "a tab is used as indentation", "indent with spaces"
        ),
        (
            "mapping values are not allowed in this context", "a `:` is not expected here",
            "check the indentation; put text that holds `: ` in double quotes"
        ),
        (
            "did not find expected key", "a key is expected here",
            "check the indentation: all keys of one mapping start in the same column"
        ),
        (
            "did not find expected '-' indicator", "a list item is expected here",
            "start it with `- `, in the column of the items above"
        ),
        (
            "could not find expected ':'", "a key without a `:`",
            "write `key: value`; put text that goes on for several lines in double quotes"
        ),
        (
            "block sequence entries are not allowed in this context", "a list cannot start here",
            "put the `-` on a line of its own, indented below its key"
        ),
        (
            "did not find expected ',' or ']'", "a `,` or `]` is expected here, for the list begun at ",
            "separate its items with `,` and end it with `]`"
        ),
        (
            "did not find expected ',' or '}'", "a `,` or `}` is expected here, for the mapping begun at ",
            "separate its entries with `,` and end it with `}`"
        ),
        (
            "found unexpected end of stream", "the file ends inside the quotes begun at ", "close the quotes"
        ),
        (
            "found unknown escape character", "an unknown escape in double quotes",
            "write `\\\\` for a backslash, or use single quotes"
        ),
        (
            "did not find expected <document start>", "something follows the end of the document",
            "start a second document with `---`"
        ),
        (
            "did not find expected node content", "a value is expected here",
            "write one, or remove what asks for it"
        ),
        (
            "found incompatible YAML document", "the %YAML directive asks for another version",
            "remove the directive"
        ),
    ]
}
