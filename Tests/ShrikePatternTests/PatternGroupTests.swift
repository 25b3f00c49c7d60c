// SPDX-License-Identifier: Apache-2.0

import ShrikePattern
import Testing

@Suite("Places of groups")
struct PatternGroupTests {
    private func found(_ pattern: String, _ text: String) throws -> String {
        let scalars = Array(text.unicodeScalars)
        let cut = { (range: Range<Int>) in String(String.UnicodeScalarView(scalars[range])) }
        return try Pattern(pattern).allMatches(in: scalars).map { match in
            ([cut(match.range)] + match.groups.map { $0.map(cut) ?? "-" }).joined(separator: ":")
        }.joined(separator: " ")
    }

    @Test(
        "as RE2 finds them",
        arguments: [
            ("a(b)c", "xabcabc", "abc:b abc:b"), ("(a|ab)(c|bcd)", "abcd", "abcd:a:bcd"),
            ("(a+)(b?)", "aab", "aab:aa:b"), ("(a+?)(a*)", "aaa", "aaa:a:aa"),
            ("(?U)(a+)(a*?)", "aaa", "aaa:a:aa"),
            ("(?:x)(y)?", "xyx", "xy:y x:-"), ("(?P<name>b*)", "abb", ": bb:bb"), ("a*", "baac", " aa "),
            ("^(a)", "aa", "a:a"), (#"(\w+)\b"#, "ab cd", "ab:ab cd:cd"), ("((a)|b)+", "ab", "ab:b:a"),
            ("(a*)*", "aa", "aa:aa"), ("(é+)", "aéé", "éé:éé"), ("x", "", ""),
        ] as [(String, String, String)])
    func groups(_ pattern: String, _ text: String, _ expected: String) throws {
        #expect(try found(pattern, text) == expected)
    }

    @Test("time is linear where a backtracking engine would not end")
    func linear() throws {
        #expect(try found("(a*)*(a*)*b", String(repeating: "a", count: 2_000)).isEmpty)
    }
}
