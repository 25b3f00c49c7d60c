// SPDX-License-Identifier: Apache-2.0

import ShrikeABI
import Testing

@testable import ShrikePolicyCompiler

@Suite struct EnforcerTests {
    private func policy(_ name: String, _ call: String, _ action: String, options: String = "[]") -> String {
        spec(
            name,
            """
            options: \(options)
            lists: [{name: calls, type: syscalls, values: [sys_openat, i386/sys_open]}]
            enforcers: [{calls: ["\(call)"]}]
            tracepoints:
            - subsystem: raw_syscalls
              event: sys_enter
              args: [{index: 4, type: syscall64}]
              selectors:
              - matchArgs: [{index: 4, operator: InMap, values: ["list:calls"]}]
                matchActions: [\(action)]
            """)
    }

    @Test("A note names its policy's enforcer; a call that is an enforcer's only has no selectors")
    func notes() throws {
        let plan = try compile(
            policy("a", "list:calls", "{action: NotifyEnforcer, argSig: 9}"),
            policy("b", "security_file_open", "{action: NotifyEnforcer, argError: -13}"))
        let hooks = Dictionary(uniqueKeysWithValues: plan.hooks.map { ($0.target.symbol, $0) })
        #expect(
            hooks.keys.sorted() == [
                "__ia32_sys_open", "__x64_sys_openat", "raw_syscalls/sys_enter", "security_file_open",
            ])
        let open = try #require(hooks["security_file_open"])
        #expect(open.enforcers == 0b10 && open.refuses && open.enforces)
        #expect(open.selectors.isEmpty && open.wordCount == 0)
        let call = try #require(hooks["__x64_sys_openat"])
        #expect(call.enforcers == 0b01 && !call.refuses && call.enforces && call.target.isSyscall)
        let notifier = try #require(hooks["raw_syscalls/sys_enter"])
        #expect(
            notifier.selectors.map(\.note) == [
                PlannedNote(enforcer: 0, error: 0, signal: 9),
                PlannedNote(enforcer: 1, error: -13, signal: 0),
            ])
        #expect(notifier.enforcers == 0 && notifier.leavesNotes)
        let bytes = MapBytes.value(notifier.selectors[1])
        #expect(bytes.count == MemoryLayout<shrike_selector_config>.size)
        #expect(bytes[2] & SHRIKE_SELECTOR_NOTIFY.rawValue != 0)
        #expect(Array(bytes[17...20]) == [1, 0xF3, 0xFF, 0])
    }

    @Test("A list stands for the numbers of its calls, of 32-bit programs' too")
    func lists() throws {
        let plan = try compile(policy("a", "security_file_open", "{action: NotifyEnforcer, argSig: 9}"))
        let starts = plan.hooks.first { $0.target.kind != .function }?.intervals.map(\.start)
        let zero = UInt64(1) << 63
        #expect(starts == [0, zero + 257, zero + 258, zero + 0x8000_0005, zero + 0x8000_0006])
    }

    @Test("In monitor mode nothing is left, and no call obeys")
    func monitor() throws {
        let plan = try compile(
            policy(
                "a", "security_file_open", "{action: NotifyEnforcer, argSig: 9}",
                options: "[{name: policy-mode, value: monitor}]"))
        #expect(plan.hooks.map(\.target.symbol) == ["raw_syscalls/sys_enter"])
        #expect(plan.hooks[0].selectors.map(\.note) == [nil])
    }

    @Test("A hooked function may be an enforcer's call as well, and one that forgets notes")
    func both() throws {
        let plan = try compile(
            policy("a", "security_file_open", "{action: NotifyEnforcer, argSig: 9}"),
            spec(
                "b",
                """
                kprobes:
                - call: security_file_open
                  syscall: false
                  selectors: [{matchActions: [{action: CleanupEnforcerNotification}]}]
                """))
        let open = try #require(plan.hooks.first { $0.target.symbol == "security_file_open" })
        #expect(open.enforcers == 1 && open.selectors.map(\.forgetsNote) == [true])
    }
}
