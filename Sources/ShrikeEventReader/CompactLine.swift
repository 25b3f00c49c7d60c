// SPDX-License-Identifier: Apache-2.0
// The bytes of one compact line, while they are put together: text, numbers, colours and quotes.

/// The colours of compact lines, as SGR parameters.
enum Colour: UInt8 {
    case red = 0x31
    case green = 0x32
    case yellow = 0x33
    case blue = 0x34
    case magenta = 0x35
    case cyan = 0x36
}

/// One line that is being built.
struct CompactLine {
    /// What has been written so far.
    private(set) var bytes: [UInt8] = []

    let isColoured: Bool

    /// Whether text from events is put in quotes where that is needed. The incumbent prints it as it is.
    let quotes: Bool

    /// Bytes of escape sequences, which take no room on a terminal.
    private(set) var escapeCount = 0

    init(isColoured: Bool, quotes: Bool) {
        self.isColoured = isColoured
        self.quotes = quotes
        bytes.reserveCapacity(256)
    }

    /// Appends text of our own.
    mutating func text(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends text that comes from an event.
    mutating func value(_ text: String) {
        if quotes && !Quoting.isPlain(text) {
            Quoting.appendQuoted(text, to: &bytes)
        } else {
            bytes.append(contentsOf: text.utf8)
        }
    }

    /// Appends a number in decimal.
    mutating func number(_ value: some BinaryInteger) {
        text(String(value))
    }

    /// Appends a number in hexadecimal with its prefix.
    mutating func hexadecimal(_ value: UInt64) {
        text("0x" + String(value, radix: 16))
    }

    /// Appends what `body` appends in a colour.
    mutating func coloured(_ colour: Colour, _ body: (inout CompactLine) -> Void) {
        guard isColoured else { return body(&self) }
        escape([0x1B, 0x5B, 0x33, colour.rawValue, 0x6D])
        body(&self)
        escape([0x1B, 0x5B, 0x30, 0x6D])
    }

    /// Appends text of an event in a colour.
    mutating func value(_ text: String, _ colour: Colour) {
        coloured(colour) { $0.value(text) }
    }

    /// Takes back the space that separates a field which does not come.
    mutating func removeSpace() {
        if bytes.last == 0x20 { bytes.removeLast() }
    }

    /// How many bytes are not part of an escape sequence.
    var visibleCount: Int { bytes.count - escapeCount }

    private mutating func escape(_ sequence: [UInt8]) {
        bytes.append(contentsOf: sequence)
        escapeCount += sequence.count
    }
}
