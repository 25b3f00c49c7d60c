// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ShrikePattern

@Suite("Regular expressions")
struct PatternTests {
    @Test(
        "matches",
        arguments: [
            ("", ""), ("", "x"), ("sh", "/bin/bash"), ("^/bin/(ba|da)?sh$", "/bin/dash"),
            ("^/bin/(ba|da)?sh$", "/bin/sh"), ("a.c", "abc"), ("a.c", "aüc"), (#"a\.c"#, "a.c"),
            ("[a-c]+$", "xxabc"), ("[^/]+$", "/x"), ("[]a]", "]"), ("[a-]", "-"), (#"[\w.-]+@"#, "a.b-c@"),
            ("a{2,3}b", "aab"), ("a{2}", "aa"), ("a{2,}", "aaaa"), ("a{,2}", "a{,2}"), ("x{", "x{"),
            ("(?i)BASH", "/bin/bash"), ("(?i:B)ash", "bash"), ("(?i)straße", "STRAßE"), ("a(?i)b|c", "aB"),
            (#"\bcat\b"#, "/bin/cat"), (#"\Bat"#, "cat"), (#"\Acat\z"#, "cat"), ("(?m)^b$", "a\nb\nc"),
            ("(?s)a.b", "a\nb"), (#"\Qa.b\E+"#, "a.bbb"), (#"\x41\x{42}\103"#, "ABC"), (#"\d+\s\D"#, "12 x"),
            ("[[:alpha:]_]+[[:^digit:]]", "ab_x"), (#"\pL+\p{Nd}"#, "ü1"), (#"\PL"#, "1"),
            ("(?P<name>a)(?<other>b)", "ab"), ("a*?b+?", "b"), ("(a|b)*c", "ababc"), ("(|a)+b", "b"),
            ("(?:a|)", ""), ("a||b", "zzz"), ("(?i)[^k]", "x"), ("\\/etc\\/passwd", "/etc/passwd"),
        ])
    func matches(pattern: String, text: String) throws {
        #expect(try Pattern(pattern).matches(text))
    }

    @Test(
        "does not match",
        arguments: [
            ("^sh", "/bin/sh"), ("a.c", "a\nc"), ("a$", "ab"), (#"a\.c"#, "abc"), ("[^a]", "a"),
            ("a{2}b", "ab"),
            ("BASH", "bash"), ("(?i:B)ASH", "bash"), (#"\bat"#, "cat"), ("^b$", "a\nb"), (#"\Qa.b"#, "axb"),
            ("(?i)[^k]", "K"), (#"(?i)\W"#, "k"), (#"\pL"#, "1"), ("a+", ""), ("[[:digit:]]", "x"),
            ("(?-s:.)", "\n"),
        ])
    func doesNotMatch(pattern: String, text: String) throws {
        #expect(try !Pattern(pattern).matches(text))
    }

    @Test(
        "what RE2 refuses is refused, with a reason",
        arguments: [
            ("(", "missing )"), (")", "unexpected )"), ("[a", "missing ]"), ("*a", "nothing to repeat"),
            ("a**", "repetition of a repetition"), ("a{1001}", "bad repetition count"),
            ("a{3,2}", "bad repetition count"), (#"a\"#, #"\ at the end"#),
            (#"(a)\1"#, "back-references are not supported (RE2)"),
            ("(?=a)", "look-around is not supported (RE2)"),
            ("(?<!a)", "look-around is not supported (RE2)"), (#"\y"#, #"unknown escape \y"#),
            ("[z-a]", "bad range in [ ]"),
            (#"\p{Greek}"#, #"\p{Greek} is not supported: only general categories are"#),
            ("(?x)a", "unknown flag x"), ("[[:foo:]]", "unknown class [:foo:]"),
        ])
    func refused(pattern: String, reason: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
        #expect(error?.reason == reason)
    }

    @Test("hostile expressions and texts cost little")
    func linearTime() throws {
        let text = String(repeating: "a", count: 20_000)
        #expect(try !Pattern("(a*)*(a|aa)+$b").matches(text))
        #expect(try !Pattern("(a?){50}a{50}b").matches(text))
        #expect(throws: PatternError.self) { try Pattern("((a{1000}){1000}){1000}") }
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 100_000)) }
    }
}
