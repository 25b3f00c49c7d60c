// SPDX-License-Identifier: Apache-2.0
// Flags that may be followed by `=true` or `=false`, as the incumbent's.

internal import ArgumentParser

/// The value of such a flag.
///
/// Any text is one: where the parser of arguments cannot read the value of a flag that may go without, it takes the flag
/// for one without. `check` refuses what is neither.
struct TrueOrFalse: ExpressibleByArgument, CustomStringConvertible {
    private let text: String

    static let yes = TrueOrFalse(argument: "true")

    /// As Go's flags have them.
    private static let meanings = [
        "true": true, "TRUE": true, "True": true, "t": true, "T": true, "1": true,
        "false": false, "FALSE": false, "False": false, "f": false, "F": false, "0": false,
    ]

    init(argument: String) { text = argument }

    /// As the help shows it.
    var description: String { text }

    /// False for a text that `check` refuses.
    var isTrue: Bool { Self.meanings[text] ?? false }

    /// - Throws: a usage error that names the flag.
    func check(_ flag: String) throws {
        guard Self.meanings[text] != nil else {
            throw ValidationError("\(flag) takes true or false, not '\(text)'")
        }
    }
}
