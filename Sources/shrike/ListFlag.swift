// SPDX-License-Identifier: Apache-2.0
// Flags that take lists: repeatable, and each with values separated by commas.

/// Splits the values of list flags.
enum ListFlag {
    /// All values, in order. A value with commas of its own is put in double quotes: `"a{1,2}",b`. Inside
    /// quotes two double quotes are one.
    static func values(_ occurrences: [String]) -> [String] {
        occurrences.flatMap(split)
    }

    private static func split(_ text: String) -> [String] {
        var values: [String] = []
        var value = ""
        var isQuoted = false
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"":
                value.append("\"")
                rest.removeFirst()
            case "\"" where isQuoted || value.isEmpty: isQuoted.toggle()
            case "," where !isQuoted:
                values.append(value)
                value = ""
            default: value.append(character)
            }
        }
        values.append(value)
        return values
    }
}
