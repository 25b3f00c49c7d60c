// SPDX-License-Identifier: Apache-2.0
// Tables of policies that are wrong, as text: a policy and, after arrows, what is said about it.

import Testing

/// One wrong policy.
struct BadPolicy: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let expected: [String]

    var testDescription: String { name }

    /// What is said, without the name of the file.
    var findings: [String] {
        ShrikePolicyTests.findings(text).map { String($0.dropFirst("p.yaml:".count)) }
    }

    /// Reads a table. A case starts with `## KIND: NAME`. The kinds are `file`, a whole file; `policy`,
    /// the fields of `spec`; `hook`, entries of `kprobes`; `selector`, a selector's fields. Then come
    /// the lines of the policy, then one `-> ` line for each finding.
    static func parse(_ table: String) -> [BadPolicy] {
        table.split(separator: "## ", omittingEmptySubsequences: true).map { section in
            let lines = section.split(separator: "\n", omittingEmptySubsequences: false)
            let title = lines[0].split(separator: ":", maxSplits: 1)
            var text = lines.dropFirst().filter { !$0.hasPrefix("-> ") }
            while text.last?.isEmpty == true { text.removeLast() }
            return BadPolicy(
                name: String(title[1].dropFirst()),
                text: wrap(text.joined(separator: "\n") + "\n", kind: title[0]),
                expected: lines.filter { $0.hasPrefix("-> ") }.map { String($0.dropFirst(3)) })
        }
    }

    private static func wrap(_ text: String, kind: Substring) -> String {
        switch kind {
        case "file": text
        case "policy": policy(text)
        case "hook": hook(text)
        case "selector": selector(text)
        default: fatalError("no such kind of case: \(kind)")
        }
    }
}
