// SPDX-License-Identifier: Apache-2.0
// Several conditions in CEL as one text, with commas between them.

/// Splits such texts.
public enum ConditionList {
    /// The conditions of a text.
    ///
    /// A comma separates them where it stands in no brackets and no literal: no condition has one there. What is in
    /// double quotes as a whole is taken out of them, two of them inside being one: the incumbent wants that of a
    /// condition with commas, and a condition is never a text.
    public static func split(_ text: String) -> [String] {
        var conditions: [String] = []
        var start = text.startIndex
        var depth = 0
        var quote: Character?
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == open {
                    quote = nil
                }
                continue
            }
            switch character {
            case "\"", "'": quote = character
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            case "," where depth <= 0:
                conditions.append(unquoted(text[start..<index]))
                start = text.index(after: index)
            default: break
            }
        }
        conditions.append(unquoted(text[start...]))
        return conditions
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
        var rest = text.dropFirst().dropLast()
        var content = ""
        while let character = rest.popFirst() {
            if character == "\"" {
                // A single one ends the quotes: the condition only begins and ends with texts.
                guard rest.first == "\"" else { return String(text) }
                rest.removeFirst()
            }
            content.append(character)
        }
        return content
    }
}
