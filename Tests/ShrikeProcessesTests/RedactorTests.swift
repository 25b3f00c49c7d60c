// SPDX-License-Identifier: Apache-2.0

import ShrikePattern
import ShrikeProcesses
import Testing

@Suite struct RedactorTests {
    private func redacted(
        _ patterns: [String], _ text: String, binaries: [String] = [], of binary: String = "/b"
    ) throws
        -> String
    {
        let redactor = Redactor(rules: [
            RedactionRule(
                binaries: try binaries.map { try Pattern($0) }, patterns: try patterns.map { try Pattern($0) }
            )
        ])
        return redactor.redacted(text, of: binary)
    }

    @Test(
        "what groups hold is replaced, the rest stays",
        arguments: [
            (["--password(?:\\s+|=)(\\S*)"], "-u me --password=secret -x", "-u me --password=***** -x"),
            (
                ["--password(?:\\s+|=)(\\S*)"], "--password x --password y",
                "--password ***** --password *****"
            ),
            (["--password=(\\S*)"], "--password= x", "--password=***** x"),
            (["secret"], "a secret", "a secret"), (["(a(b)c)"], "abc", "*****"),
            (["(a)(b)"], "ab", "**********"),
            (["(x)?y"], "y xy", "y *****y"), (["k=(\\w+)", "(\\*+)"], "k=v", "k=*****"),
            (["(.*)"], "", "*****"),
        ] as [([String], String, String)])
    func groups(_ patterns: [String], _ text: String, _ expected: String) throws {
        #expect(try redacted(patterns, text) == expected)
    }

    @Test("a rule is for its binaries only")
    func binaries() throws {
        #expect(
            try redacted(["-p(\\S+)"], "-pX", binaries: ["(?:^|/)mysql$"], of: "/usr/bin/mysql") == "-p*****")
        #expect(
            try redacted(["-p(\\S+)"], "-pX", binaries: ["(?:^|/)mysql$"], of: "/usr/bin/mysqld") == "-pX")
    }
}
