// SPDX-License-Identifier: Apache-2.0
// How text that comes from events is printed. Names and arguments are chosen by whoever is watched: what
// could steer a terminal, or pass for a field of the line, is quoted.

/// Quotes text as Go's `strconv.Quote` does, which is the form that readers of compact lines know.
enum Quoting {
    /// Whether the text can be printed as it is: no space, and nothing that does not print.
    static func isPlain(_ text: String) -> Bool {
        var isASCII = true
        for byte in text.utf8 {
            if byte <= 0x20 || byte == 0x7F { return false }
            if byte >= 0x80 { isASCII = false }
        }
        return isASCII || text.unicodeScalars.allSatisfy(isPrintable)
    }

    /// Appends the text in double quotes.
    static func appendQuoted(_ text: String, to output: inout [UInt8]) {
        output.append(0x22)
        for scalar in text.unicodeScalars { appendEscaped(scalar, to: &output) }
        output.append(0x22)
    }

    private static func appendEscaped(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        if scalar == "\"" || scalar == "\\" {
            output.append(0x5C)
            output.append(UInt8(truncatingIfNeeded: scalar.value))
        } else if scalar.value >= 0x20 && scalar.value < 0x7F {
            output.append(UInt8(truncatingIfNeeded: scalar.value))
        } else if isPrintable(scalar) {
            output.append(contentsOf: String(scalar).utf8)
        } else if let letter = shortEscape(scalar) {
            output.append(0x5C)
            output.append(letter)
        } else if scalar.value < 0x80 {
            append("\\x", scalar.value, digits: 2, to: &output)
        } else if scalar.value < 0x10000 {
            append("\\u", scalar.value, digits: 4, to: &output)
        } else {
            append("\\U", scalar.value, digits: 8, to: &output)
        }
    }

    private static func shortEscape(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x07: UInt8(ascii: "a")
        case 0x08: UInt8(ascii: "b")
        case 0x0C: UInt8(ascii: "f")
        case 0x0A: UInt8(ascii: "n")
        case 0x0D: UInt8(ascii: "r")
        case 0x09: UInt8(ascii: "t")
        case 0x0B: UInt8(ascii: "v")
        default: nil
        }
    }

    private static func append(
        _ prefix: StaticString, _ value: UInt32, digits: Int, to output: inout [UInt8]
    ) {
        prefix.withUTF8Buffer { output.append(contentsOf: $0) }
        for digit in (0..<digits).reversed() {
            let nibble = UInt8(truncatingIfNeeded: (value >> (4 * UInt32(digit))) & 0xF)
            output.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
        }
    }

    /// Letters, marks, numbers, punctuation and symbols; of the spaces none.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value > 0x20 && scalar.value < 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            return false
        default: return true
        }
    }
}
