// SPDX-License-Identifier: Apache-2.0
// What Override does to a uprobe's process, and Set to a static probe's: what the policy says, and what cannot be.

import ShrikePolicy
import Testing

@Suite struct RegisterAssignmentTests {
    @Test(
        "Written as the language has it",
        arguments: [
            ("rax=-1", "rax", RegisterAssignment.Value.number(-1)),
            ("al=0x7f", "al", .number(127)),
            ("rdi=0xffffffffffffffff", "rdi", .number(-1)),
        ])
    func numbers(text: String, register: String, value: RegisterAssignment.Value) {
        #expect(
            RegisterAssignment(text)
                == SavedRegister(register).map { RegisterAssignment($0, value) })
    }

    @Test func registersAndMemory() throws {
        let rsp = try #require(SavedRegister("rsp"))
        let rip = try #require(SavedRegister("rip"))
        #expect(RegisterAssignment("rip=(%rsp)") == RegisterAssignment(rip, .memory(rsp, plus: 0)))
        #expect(RegisterAssignment("rsp=8%rsp") == RegisterAssignment(rsp, .register(rsp, plus: 8)))
        #expect(RegisterAssignment("rsp=%rsp") == RegisterAssignment(rsp, .register(rsp, plus: 0)))
        #expect(RegisterAssignment("rip=-16(%rsp)") == RegisterAssignment(rip, .memory(rsp, plus: -16)))
        #expect(RegisterAssignment.return(3).map(\.register.member) == ["ax", "ip", "sp"])
    }

    @Test(
        "Nothing else is",
        arguments: [
            "", "rax", "rax=", "=1", "rax==1", "xmm0=1", "rax=%xmm0", "rax=(%rsp", "rax=%rsp)", "rax=(%esp)",
            "rax=(rsp)", "eflags=0", "cs=1", "rax=1%", "rax=x%rsp", "rax=18446744073709551616",
        ])
    func malformed(text: String) { #expect(RegisterAssignment(text) == nil) }
}

@Suite struct UserChangeCheckTests {
    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) { #expect(bad.findings == bad.expected) }

    @Test("A kernel whose uprobes cannot change registers")
    func oldKernel() throws {
        var kernel = FakeKernel(functions: [:], systemCalls: [:], lsmHooks: [])
        kernel.registerChangesUnavailable = "it is too old"
        let text = policy(
            """
            uprobes:
            - path: /bin/probed
              symbols: [main]
              selectors: [{matchActions: [{action: Override, argError: -1}]}]
            """)
        let loaded = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
        let findings = loaded.policies.flatMap { PolicyChecker.check($0, kernel: kernel) }
        #expect(
            findings.map(\.message) == [
                "`Override` in a uprobe is not possible on this kernel: it is too old"
            ])
    }

    static let cases = BadPolicy.parse(
        #"""
        ## policy: two ways at once
        uprobes:
        - path: /bin/probed
          symbols: [main]
          selectors:
          - matchActions:
            - {action: Override, argError: -1, argRegs: [rax=1]}
        -> 11:42: error: `argError` and `argRegs` say two different things of the same call; keep one

        ## policy: a register that is none
        uprobes:
        - path: /bin/probed
          symbols: [main]
          selectors:
          - matchActions:
            - {action: Override, argRegs: [rax=1, xmm0=1]}
        -> 11:45: error: `xmm0=1` says of no register what it becomes; write it like `rax=-1`, `rdi=%rsi`, `rsp=8%rsp` or `rip=(%rsp)`

        ## policy: a return that never comes
        uprobes:
        - path: /bin/probed
          symbols: [main]
          return: true
          returnArg: {index: 0, type: int}
          selectors:
          - matchActions:
            - {action: Override, argError: -1}
        -> 13:18: error: `Override` takes the call away from the return that the uprobe waits for; leave out `return`, or put the return into a policy for another function

        ## policy: the midst of a function
        uprobes:
        - path: /bin/probed
          symbols: [main+0x10]
          selectors:
          - matchActions:
            - {action: Override, argError: -1}
        -> 11:18: error: `Override` returns from the function, but `main+0x10` is in the midst of it; hook `main`, or write `argRegs`

        ## policy: the return of the midst of a function
        uprobes:
        - path: /bin/probed
          symbols: [main+0x10]
          return: true
          returnArg: {index: 0, type: int}
        -> 8:15: error: `main+0x10` is in the midst of a function, where nothing returns; hook `main`

        ## policy: two Overrides
        uprobes:
        - path: /bin/probed
          symbols: [main]
          selectors:
          - matchActions:
            - {action: Override, argError: -1}
            - {action: Override, argRegs: [rax=1]}
        -> 12:18: error: a selector can have one `Override`; put what registers become into one `argRegs`

        ## policy: a function that is not there
        uprobes:
        - path: /bin/probed
          symbols: [main]
          selectors:
          - matchActions:
            - {action: Override, argNewSymbol: mian}
        -> 11:42: error: `mian` of `/bin/probed` cannot be called: it has no such place; did you mean `main`?

        ## policy: Set of a register
        usdts:
        - path: /bin/probed
          provider: app
          name: start
          args: [{index: 0, type: int}]
          selectors:
          - matchActions:
            - {action: Set, argIndex: 0, argValue: 1}
        -> 13:33: error: argument 0 of `app:start` is `-4@%edi`, which `Set` cannot change; `Set` writes to an argument of 4 bytes that is in memory

        ## policy: Set of what is not there
        usdts:
        - path: /bin/probed
          provider: app
          name: start
          args: [{index: 0, type: int}]
          selectors:
          - matchActions:
            - {action: Set, argIndex: 1}
        -> 13:9: error: `Set` needs `argValue`; add `argValue`
        -> 13:33: error: `argIndex` is 1, the hook has 1 `args`; write a position in `args`, counted from 0
        """#)
}
