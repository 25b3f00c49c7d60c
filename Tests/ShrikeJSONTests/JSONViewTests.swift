// SPDX-License-Identifier: Apache-2.0

import ShrikeJSON
import Testing

@Suite struct JSONViewTests {
    private func strings(_ json: String) -> [String: String] {
        var members: [String: String] = [:]
        Array(json.utf8).withUnsafeBytes { bytes in
            JSONView(bytes)?.forEachMember { key, value in
                members[String(decoding: key, as: UTF8.self)] = value.string
                return true
            }
        }
        return members
    }

    @Test("Strings end where they end, at whatever place of a word", arguments: 0..<20)
    func ends(_ length: Int) {
        let plain = String(repeating: "x", count: length)
        for escape in ["", #"\""#, #"\\"#, #"\\\""#, "\u{e9}}", "\u{1}", "{[,:"] {
            let text = plain + escape
            for behind in [text, text + "y", text + plain] {
                let members = strings(#"{"a":"\#(behind)","\#(plain)b":"\#(plain)"}"#)
                let expected = behind.replacing(#"\""#, with: "\"").replacing(#"\\"#, with: #"\"#)
                #expect(members["\(plain)b"] == plain)
                #expect(escape == #"\\\""# || members["a"] == expected)
            }
        }
    }

    @Test("A string that does not end is no value", arguments: 0..<20)
    func endless(_ length: Int) {
        let plain = String(repeating: "x", count: length)
        for json in [#""\#(plain)"#, #""\#(plain)\"#, #""\#(plain)\""#, #"{"a":"\#(plain)"#] {
            #expect(Array(json.utf8).withUnsafeBytes { JSONView($0) == nil }, "\(json)")
        }
    }

    @Test("Spaces of all kinds between values")
    func spaces() {
        #expect(strings("\t{\r\n \"a\" :\n\"b\" ,\t\"c\":\"d\"\r}") == ["a": "b", "c": "d"])
    }
}
