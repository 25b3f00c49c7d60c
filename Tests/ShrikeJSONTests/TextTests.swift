// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ShrikeJSON
import ShrikeTestSupport
import Testing

private func escaped(_ bytes: [UInt8]) -> String {
    var buffer = ByteBuffer(capacity: 1)
    bytes.withUnsafeBytes { buffer.append(escaping: $0) }
    return String(decoding: buffer.bytes, as: UTF8.self)
}

@Suite struct TextTests {
    @Test(
        "Text is escaped as the protobuf JSON encoders do it",
        arguments: [
            ("plain <html> & 'text' \u{7f}", "plain <html> & 'text' \u{7f}"),
            ("say \"x\" \\ y", #"say \"x\" \\ y"#),
            ("\u{8}\t\n\u{c}\r", #"\b\t\n\f\r"#),
            ("\u{0}\u{1}\u{b}\u{1f}", #"\u0000\u0001\u000b\u001f"#),
            ("ünï çode \u{2028} 日本 \u{1F426}", "ünï çode \u{2028} 日本 \u{1F426}"),
            ("0123456789abcde\"0123456789abcdef", "0123456789abcde\\\"0123456789abcdef"),
        ])
    func escapes(_ text: String, _ expected: String) {
        #expect(escaped(Array(text.utf8)) == expected)
    }

    @Test(
        "Each run of bytes that are not UTF-8 becomes one replacement character",
        arguments: [
            ([0x61, 0xff, 0xfe, 0x62], "a\u{FFFD}b"),
            ([0xc3], "\u{FFFD}"),
            ([0xc3, 0x28], "\u{FFFD}("),
            ([0xed, 0xa0, 0x80], "\u{FFFD}"),  // a surrogate
            ([0xc0, 0xaf], "\u{FFFD}"),  // an overlong slash
            ([0xf4, 0x90, 0x80, 0x80], "\u{FFFD}"),  // above U+10FFFF
            ([0xff, 0xc3, 0xa9, 0xff], "\u{FFFD}é\u{FFFD}"),
            ([0xe2, 0x82, 0x0a], "\u{FFFD}\\n"),
        ] as [([UInt8], String)])
    func replaces(_ bytes: [UInt8], _ expected: String) {
        #expect(escaped(bytes) == expected)
    }

    @Test("Any bytes make a valid JSON string")
    func anyBytes() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                // Half of them from the troublesome range.
                Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : UInt8(ascii: "x")
            }
            guard case .string(let text) = try StrictJSON(Array("\"\(escaped(bytes))\"".utf8)) else {
                Issue.record("not a string")
                return
            }
            if let valid = String(validating: bytes, as: UTF8.self) { #expect(text == valid) }
        }
    }
}

@Suite struct NumberTests {
    @Test("Integers of all sizes", arguments: [0, 9, 10, 99, 100, 4_294_967_295, UInt64.max])
    func decimal(_ value: UInt64) {
        var buffer = ByteBuffer()
        buffer.append(decimal: value)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == String(value))
    }

    @Test("Integers around each power of ten, and others")
    func decimalLengths() {
        var random = SystemRandomNumberGenerator()
        var values: [UInt64] = (0..<2_000).map { _ in
            UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
        }
        var power: UInt64 = 1
        for _ in 0..<20 {
            values += [power - 1, power, power + 1]
            power &*= 10
        }
        for value in values {
            var buffer = ByteBuffer()
            buffer.append(decimal: value)
            #expect(String(decoding: buffer.bytes, as: UTF8.self) == String(value))
        }
    }

    @Test("64-bit integers are strings")
    func quoted() {
        var buffer = ByteBuffer()
        buffer.append(quoted: Int64.min)
        buffer.append(quoted: UInt64.max)
        #expect(
            String(decoding: buffer.bytes, as: UTF8.self) == #""-9223372036854775808""18446744073709551615""#)
    }

    @Test(
        "Base64 with padding",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"),
            ("shrike-node-1:3711508000123:2251", "c2hyaWtlLW5vZGUtMTozNzExNTA4MDAwMTIzOjIyNTE="),
            ("\u{fb}\u{ff}\u{3e}\u{3f}", "w7vDvz4/"),
        ])
    func base64(_ text: String, _ expected: String) {
        var buffer = ByteBuffer()
        Array(text.utf8).withUnsafeBytes { buffer.append(base64: $0) }
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
    }

    @Test("Base64 of every byte, at every place in a group")
    func base64OfAllBytes() {
        for before in 0..<3 {
            let bytes = [UInt8](repeating: 0xa5, count: before) + Array(0...255)
            var buffer = ByteBuffer()
            bytes.withUnsafeBytes { buffer.append(base64: $0) }
            #expect(String(decoding: buffer.bytes, as: UTF8.self) == Data(bytes).base64EncodedString())
        }
    }

    @Test(
        "Timestamps have 0, 3, 6 or 9 fractional digits",
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (1_000_000, "1970-01-01T00:00:00.001Z"),
            (120_000_000, "1970-01-01T00:00:00.120Z"),
            (300_000, "1970-01-01T00:00:00.000300Z"),
            (1_768_028_511_508_000_544, "2026-01-10T07:01:51.508000544Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
            (4_107_542_399_000_000_001, "2100-02-28T23:59:59.000000001Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (Int64.max, "2262-04-11T23:47:16.854775807Z"),
            (Int64.min, "1677-09-21T00:12:43.145224192Z"),
        ] as [(Int64, String)])
    func timestamps(_ time: Int64, _ expected: String) {
        var buffer = ByteBuffer()
        var writer = TimestampWriter()
        writer.append(time, to: &buffer)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
    }

    @Test("One writer tells of any times one after the other")
    func timestampsInARow() {
        let times: [(Int64, String)] = [
            (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000000001Z"),
            (1, "1970-01-01T00:00:00.000000001Z"), (999_999_999, "1970-01-01T00:00:00.999999999Z"),
            (1_000_000_000, "1970-01-01T00:00:01Z"), (1_020_000_000, "1970-01-01T00:00:01.020Z"),
            (1_000_030_000, "1970-01-01T00:00:01.000030Z"), (1_000_000_000, "1970-01-01T00:00:01Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"), (0, "1970-01-01T00:00:00Z"),
        ]
        var writer = TimestampWriter()
        for (time, expected) in times {
            var buffer = ByteBuffer()
            writer.append(time, to: &buffer)
            #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
        }
    }
}
