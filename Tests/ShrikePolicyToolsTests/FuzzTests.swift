// SPDX-License-Identifier: Apache-2.0
// Broken policies: whatever the text, parser, checker, compiler and matcher end with a plan or with places in the text.

import ShrikePolicy
import ShrikePolicyCompiler
import ShrikeTestSupport
import Testing

@testable import ShrikePolicyTools

@Suite struct FuzzTests {
    private static let corpus = [
        spec(
            """
            lsmhooks:
            - hook: file_open
              args: [{index: 0, type: file}]
              selectors:
              - matchBinaries: [{operator: NotIn, values: [/usr/bin/cat, "/bin/sh"]}]
                matchArgs: [{index: 0, operator: Prefix, values: [/etc/, /var/]}]
                matchActions: [{action: Override, argError: -13}, {action: NoPost}]
              - matchPIDs: [{operator: In, values: [1, 2]}]
            """),
        spec(
            """
            kprobes:
            - call: sys_openat
              return: true
              returnArg: {index: 0, type: int}
              args:
              - {index: 0, type: int}
              - {index: 1, type: string}
              selectors:
              - matchArgs:
                - {index: 1, operator: Postfix, values: &v [.so, .ko]}
                - {index: 0, operator: InMap, values: ["3:9", "12"]}
                matchReturnArgs: [{operator: LT, values: ["0"]}]
                matchCapabilities: [{type: Effective, operator: In, values: [CAP_SYS_ADMIN]}]
                matchNamespaces: [{namespace: Net, operator: NotIn, values: [host_ns]}]
            """),
        spec(
            """
            tracepoints:
            - subsystem: sched
              event: sched_process_exec
              raw: true
              args: [{index: 2, type: linux_binprm}]
              selectors: [{matchArgs: [{index: 2, operator: NotEqual, values: ["/bin/true"]}]}]
            options: [{name: policy-mode, value: monitor}]
            """),
    ]

    private static let words = [
        "values", "- ", "  ", ": ", "\n", "&a ", "*a", "<<: ", "[", "]", "{", "}", "\"", "'", "|", ">", "#",
        "!!str ",
        "\t", "\u{0}", "\u{feff}", "é", "0x7fffffffffffffff", "-9223372036854775809", "1e400", "null", "~",
        "yes", "list:x",
        "type: auto", "operator: Mask", "0:1", ":::", "10.0.0.0/33", "fe80::/129", "CAP_NONE", "%n", "---\n",
        "...\n",
    ]

    /// A fixed budget: 1,500 texts a seed.
    @Test(arguments: [UInt64(1), 2, 3, 4]) func brokenPoliciesEndWithAPlanOrAPlace(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var plans = 0
        for round in 0..<1500 {
            var bytes = Array(Self.corpus.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 0...4, using: &random) { Self.mutate(&bytes, &random) }
            let result = PolicyLoader.load(bytes, file: "fuzz.yaml")
            let lines =
                bytes.count { $0 == 0x0A } + bytes.count { $0 == 0x0D } + bytes.count { $0 == 0x85 } + 2
            var diagnostics = result.diagnostics
            if !result.hasErrors {
                for policy in result.policies {
                    diagnostics += PolicyChecker.check(policy, kernel: nil) + FeatureSupport.check(policy)
                }
            }
            for diagnostic in diagnostics {
                let start = diagnostic.range.start
                #expect(
                    1...lines ~= start.line && start.column >= 1 && !diagnostic.message.isEmpty,
                    "seed \(seed), text \(round): \(diagnostic)")
            }
            guard !diagnostics.contains(where: { $0.severity == .error }), !result.policies.isEmpty else {
                continue
            }
            guard let world = try? PolicyWorld(result.policies) else { continue }
            plans += 1
            for hook in world.hooks {
                let event = WorldEvent(hook: hook, process: WorldProcess(name: "p", binary: "/bin/sh"))
                _ = try? world.decide(event)
            }
        }
        #expect(plans > 100, "seed \(seed): most texts do not get as far as a plan")
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        let at = Int.random(in: 0..<bytes.count, using: &random)
        let length = Int.random(in: 1...min(24, bytes.count - at), using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(at..<at + length)
        case 2: bytes.insert(contentsOf: Array((words.randomElement(using: &random) ?? "").utf8), at: at)
        case 3:
            bytes.insert(
                contentsOf: bytes[at..<at + length], at: Int.random(in: 0...bytes.count, using: &random))
        case 4: bytes.removeSubrange(at...)
        default:
            let word = Array((words.randomElement(using: &random) ?? "").utf8)
            bytes.replaceSubrange(at..<at + length, with: word)
        }
    }
}
