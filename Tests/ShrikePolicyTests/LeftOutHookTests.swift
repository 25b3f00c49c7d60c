// SPDX-License-Identifier: Apache-2.0
// Hooks in user space whose files are not what they were.

import ShrikePolicy
import Testing

@Suite("A hook in user space") struct LeftOutHookTests {
    /// What is said of each hook: whole, and in part.
    private func leftOut(_ spec: String) throws -> [[String?]] {
        let result = PolicyLoader.load(Array(policy(spec).utf8), file: "p.yaml")
        let loaded = try #require(result.policies.first)
        return loaded.spec.hooks.map { hook in
            [hook.leftOutWhole(FakeKernel.standard)?.reason, hook.leftOut(FakeKernel.standard)?.reason]
        }
    }

    @Test("is left out when its file, or what it reads there, is no longer what it was")
    func uprobes() throws {
        #expect(
            try leftOut(
                """
                uprobes:
                - {path: /bin/probed, symbols: [main]}
                - {path: /bin/missing, symbols: [main]}
                - {path: /bin/probed, symbols: [main, mian]}
                - {path: /bin/probed, symbols: [main], binaryDigests: ["build-id:cd34"]}
                - {path: /bin/probed, symbols: [main], btfPath: /t, args: [{index: 0, btfType: person, resolve: aage}]}
                """) == [
                    [nil, nil],
                    [nil, "`main` cannot be probed: there is no such file"],
                    [nil, "`mian` cannot be probed: it has no such place"],
                    [
                        "it has none of these digests: it is `build-id:ab12`",
                        "it has none of these digests: it is `build-id:ab12`",
                    ],
                    [
                        "`aage` leads nowhere: there is no such member",
                        "`aage` leads nowhere: there is no such member",
                    ],
                ])
    }

    @Test("of a static probe is left out when the file lacks the probe; no other hook is")
    func others() throws {
        #expect(
            try leftOut("usdts: [{path: /bin/probed, provider: app, name: stert}]")
                == [[nil, "it cannot be probed: the file has no such probe"]])
        #expect(try leftOut("usdts: [{path: /bin/probed, provider: app, name: start}]") == [[nil, nil]])
        #expect(try leftOut("kprobes: [{call: zzz, syscall: false}]") == [[nil, nil]])
    }
}
