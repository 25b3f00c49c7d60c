// SPDX-License-Identifier: Apache-2.0
// What policies say in words, and what changes between two of them.

import ShrikeLint
import ShrikePolicy
import Testing

@testable import ShrikePolicyTools

@Suite struct PolicyWordsTests {
    private func text(_ values: String, _ action: String = "{action: Sigkill}", _ binaries: String = "")
        -> String
    {
        spec(
            """
            lsmhooks:
            - hook: file_open
              args: [{index: 0, type: file}]
              selectors:
              - matchArgs: [{index: 0, operator: Equal, values: [\(values)]}]
                matchActions: [\(action)]
            \(binaries)
            """, name: "secrets")
    }

    private func difference(_ old: String, _ new: String) throws -> String {
        PolicyDifference(old: try policies(old), new: try policies(new)).text
    }

    @Test func eachSelectorIsOneSentence() throws {
        let policy = try #require(
            try policies(text("/etc/shadow, /etc/gshadow", "{action: Override, argError: -1}")).first)
        #expect(
            PolicyWords.explanation(of: policy) == """
                TracingPolicy secrets

                At the LSM hook file_open, the first of these that applies:
                  0. denies the call (error -1) and posts an event when argument 0 is `/etc/shadow` or `/etc/gshadow`

                """)
    }

    @Test func valuesThatComeAndGoAreTold() throws {
        #expect(
            try difference(text("/a, /b"), text("/b, /c")) == """
                secrets:
                  now also kills the process and posts an event when argument 0 is `/c`, at the LSM hook file_open
                  no longer kills the process and posts an event when argument 0 is `/a`, at the LSM hook file_open

                """)
    }

    @Test func theOrderOfValuesMeansNothing() throws {
        let difference = PolicyDifference(
            old: try policies(text("/a, /b")), new: try policies(text("/b, /a")))
        #expect(difference.text.contains("order") == false)
        #expect(difference.isEmpty)
    }

    @Test func anotherActionIsAChange() throws {
        #expect(
            try difference(text("/a, /b"), text("/a, /b", "{action: Post}"))
                .contains("now also posts an event when argument 0 is `/a`"))
    }
}

@Suite struct PolicyGeneratorTests {
    @Test func whatIsGeneratedLoadsAndDoesWhatWasAsked() throws {
        var intent = PolicyIntent()
        intent.deniedOpens = ["/etc/shadow", "/etc/ssh/"]
        intent.deniedWrites = ["/etc/passwd"]
        intent.deniedPrograms = ["/usr/bin/nc"]
        intent.watchedOpens = ["/root/"]
        intent.watchesExecutions = true
        intent.watchedSystemCalls = ["mount", "sys_ptrace"]
        intent.exceptedBinaries = ["/usr/bin/backup"]
        for kills in [false, true] {
            intent.kills = kills
            let world = try PolicyWorld(try policies(intent.yaml))
            #expect(
                world.hooks.map(\.description).sorted() == [
                    "lsm/bprm_check_security", "lsm/file_open", "lsm/file_permission", "syscall/mount",
                    "syscall/ptrace",
                ])
        }
    }

    @Test func whatMustNotBeReadIsNotMappedEither() throws {
        var intent = PolicyIntent()
        intent.deniedReads = ["/etc/shadow"]
        intent.binaries = ["/usr/bin/cat"]
        #expect(!intent.isEmpty)
        let world = try PolicyWorld(try policies(intent.yaml))
        #expect(world.hooks.map(\.description).sorted() == ["lsm/file_permission", "lsm/mmap_file"])
        #expect(intent.yaml.contains(#"{index: 1, operator: Mask, values: ["4"]}"#))
    }

    @Test("Each class of system calls loads on every supported kernel", arguments: SystemCallClass.allCases)
    func classes(of calls: SystemCallClass) throws {
        var intent = PolicyIntent()
        intent.watchedClasses = [calls, calls]
        let world = try PolicyWorld(try policies(intent.yaml))
        #expect(world.hooks.count == calls.names.count)
        let kernels = KnownKernel.all.filter { $0.label != "5.10" }
        let report = Linter(kernels: kernels).lint([LintInput(file: "p.yaml", bytes: Array(intent.yaml.utf8))]
        )
        #expect(!report.findings.contains { $0.severity == .error }, "\(report.findings.map(\.message))")
    }

    @Test func onlySomeBinariesAreMeant() throws {
        var intent = PolicyIntent()
        intent.watchesExecutions = true
        intent.binaries = ["/usr/sbin/sshd"]
        let policy = try #require(try policies(intent.yaml).first)
        #expect(
            PolicyWords.explanation(of: policy).contains("posts an event when the binary is `/usr/sbin/sshd`")
        )
    }

    @Test func aPlanIsRenderedWithItsTables() throws {
        var intent = PolicyIntent()
        intent.deniedOpens = ["/etc/shadow"]
        let text = try PolicyRendering.text(of: try policies(intent.yaml))
        #expect(text.hasPrefix("lsm/file_open\n  policies: generated; 1 selectors in 1 words\n"))
        #expect(text.contains("table text_values: 1 entries of 20 + 16 bytes"))
    }
}
