// SPDX-License-Identifier: Apache-2.0

import ShrikeABI
import ShrikeEvents
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct BufferTests {
    private func plan(_ hook: String) throws -> PolicyPlan { try compile(spec("p", "kprobes:\n" + hook)) }

    @Test("A buffer that the function fills is read at its return, as long as its result says")
    func returnCopy() throws {
        let plan = try plan(
            "- {call: sys_read, args: [{index: 1, type: char_buf, returnCopy: true, sizeArgIndex: 3}, {index: 0, type: int}]}"
        )
        #expect(plan.hooks.map(\.target.kind) == [.functionReturn])
        #expect(plan.hooks[0].arguments[0].isResultSized && plan.hooks[0].arguments[0].sizeIndex == nil)
        #expect(plan.hooks[0].layout.policies[0].result == nil)
        let vector = try self.plan(
            "- {call: sys_readv, args: [{index: 1, type: char_iovec, returnCopy: true, sizeArgIndex: 3}]}")
        #expect(vector.hooks[0].arguments[0].isResultSized && vector.hooks[0].arguments[0].sizeIndex == 2)
    }

    @Test("Nothing is enforced by what is not known yet")
    func tooLate() throws {
        let error = #expect(throws: CompileError.self) {
            try plan(
                "- {call: sys_read, args: [{index: 1, type: char_buf, returnCopy: true}], selectors: [{matchArgs: [{index: 1, operator: Equal, values: [a]}], matchActions: [{action: Sigkill}]}]}"
            )
        }
        #expect(
            error?.diagnostics.map(\.message) == [
                "what a buffer holds at the return of `sys_read` is not known at its entry, where the hook's actions are taken"
            ])
        _ = try plan(
            "- {call: sys_read, return: true, returnArg: {index: 0, type: int}, args: [{index: 1, type: char_buf, returnCopy: true}], selectors: [{matchArgs: [{index: 1, operator: Equal, values: [a]}], matchReturnActions: [{action: Sigkill}]}]}"
        )
    }

    @Test("One buffer of a hook is reported whole")
    func large() throws {
        let large = "{index: 1, type: char_buf, maxData: true, sizeArgIndex: 3}"
        let plan = try compile(
            spec("a", "kprobes: [{call: sys_write, args: [{index: 0, type: int}, \(large)]}]"),
            spec("b", "kprobes: [{call: sys_write, args: [\(large)]}]"))
        let configuration = plan.hooks[0].configuration(
            .fentry, typed: [], hasBinaryParts: false, hookID: 1, generation: 1, binariesGeneration: 1)
        #expect(configuration.large_argument == 2)
        let error = #expect(throws: CompileError.self) {
            try compile(
                spec("a", "kprobes: [{call: sys_write, args: [\(large)]}]"),
                spec(
                    "b",
                    "kprobes: [{call: sys_write, args: [{index: 2, type: char_buf, maxData: true, sizeArgIndex: 2}]}]"
                ))
        }
        #expect(
            error?.diagnostics.map(\.message) == [
                "all policies together read more than one buffer of `__x64_sys_write` whole"
            ])
    }
}
