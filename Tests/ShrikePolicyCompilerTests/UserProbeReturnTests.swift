// SPDX-License-Identifier: Apache-2.0
// Plans of user space functions' returns, and of what policies change in the processes that come by.

import ShrikeABI
import ShrikeEvents
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct UserProbeReturnTests {
    /// A machine with functions in `/bin/a`, by name, and one static probe.
    private struct ProbedKernel: KernelFacts {
        var functions: [String: UInt64] = ["f": 0x100, "g": 0x180]
        func function(named name: String) -> FunctionPrototype? { nil }
        func similarFunctions(to name: String) -> [String] { [] }
        func hasLSMHook(_ name: String) -> Bool { false }
        func place(_ name: UserPlaceName, inFile path: String) -> Result<FilePlace, FilePlaceProblem>? {
            guard case .symbol(let symbol, let plus) = name, let offset = functions[symbol] else {
                return nil
            }
            return .success(FilePlace(offset: offset + plus, device: 1, inode: 2))
        }
        func staticProbe(
            _ provider: String, _ name: String, inFile path: String
        ) -> Result<[StaticProbePlace], FilePlaceProblem>? {
            let memory = StaticArgument.Location.memory(base: 5, index: nil, shift: 0, offset: -8)
            return .success([
                StaticProbePlace(
                    place: FilePlace(offset: 64, device: 1, inode: 2), referenceCounterOffset: 0,
                    arguments: [
                        StaticArgument(text: "8@$1", bytes: 8, isSigned: false, location: .constant(1)),
                        StaticArgument(text: "-4@-8(%rbp)", bytes: 4, isSigned: true, location: memory),
                    ])
            ])
        }
    }

    private func compile(_ specs: String...) throws -> PolicyPlan {
        let policies = specs.enumerated().flatMap { number, text in
            PolicyLoader.load(Array(spec("p\(number)", text).utf8), file: "p.yaml").policies
        }
        return try PolicyCompiler.compile(policies, kernel: ProbedKernel())
    }

    private func probe(_ selectors: String, more: String = "") -> String {
        """
        uprobes:
        - path: /bin/a
          symbols: [f]
          args: [{index: 0, type: string}, {index: 1, type: int}]
        \(more)  selectors:
        \(selectors)
        """
    }

    private let returns = "  return: true\n  returnArg: {index: 0, type: int}\n"

    @Test func aHookThatOnlySeesTheReturnHasNoEntry() throws {
        let hook = try #require(
            try compile(
                probe("  - matchReturnArgs: [{index: 0, operator: Equal, values: ['3']}]", more: returns)
            )
            .hooks.first)
        #expect(hook.target.kind == .userReturn)
        #expect(hook.arguments.map(\.source) == [.parameter(0), .parameter(1), .result])
        #expect(hook.layout.policies[0].result == PolicyArgumentLayout(slot: 2, type: .int32))
        let configuration = hook.configuration(
            .userReturn, typed: [], hasBinaryParts: false, hookID: 1, generation: 1, binariesGeneration: 1)
        #expect(configuration.entry == SHRIKE_ENTRY_USER_RETURN.rawValue)
        #expect(configuration.flags & SHRIKE_HOOK_ON_RETURN.rawValue != 0)
        #expect(configuration.flags & SHRIKE_HOOK_REPORTS_ENTRY.rawValue == 0)
    }

    @Test func whatItEnforcesHappensAtTheEntryWithoutAnEvent() throws {
        let plan = try compile(
            probe(
                """
                  - matchArgs: [{index: 1, operator: Equal, values: ['4']}]
                    matchActions: [{action: Sigkill}]
                    matchReturnActions: [{action: Signal, argSig: 15}]
                """, more: returns))
        #expect(plan.hooks.map(\.target.kind) == [.userProbe, .userReturn])
        #expect(plan.hooks[0].arguments.map(\.source) == [.parameter(1)])
        #expect(plan.hooks[0].selectors.map(\.signal) == [9])
        #expect(plan.hooks[0].selectors.map(\.isPosted) == [false])
        #expect(plan.hooks[1].selectors.map(\.returnSignal) == [15])
        #expect(plan.hooks[1].selectors.map(\.isPosted) == [true])
    }

    @Test func aBufferThatAFunctionFillsIsReadWhenItReturns() throws {
        let text = """
            uprobes:
            - path: /bin/a
              symbols: [f]
              args: [{index: 0, type: char_buf, returnCopy: true}]
            """
        let hook = try #require(try compile(text).hooks.first)
        #expect(hook.target.kind == .userReturn)
        #expect(hook.arguments.map(\.isResultSized) == [true])
    }

    @Test func anOverrideReturnsFromTheFunction() throws {
        let hook = try #require(
            try compile(probe("  - matchActions: [{action: Override, argError: 5}]")).hooks.first)
        #expect(
            hook.selectors[0].changes == RegisterAssignment.return(5).map { PlannedChange.register($0) })
        let configuration = hook.configuration(
            .userProbe, typed: [], hasBinaryParts: false, hookID: 1, generation: 1, binariesGeneration: 1)
        #expect(configuration.flags & SHRIKE_HOOK_CHANGES_REGISTERS.rawValue != 0)
        #expect(configuration.flags & SHRIKE_HOOK_CHANGES_MEMORY.rawValue == 0)
        let table = try #require(
            hook.tables(BinaryTable(policies: [])).first { $0.name == "selector_changes" })
        #expect(table.count == 1)
        #expect(table.entry(0).key == [0, 0, 0, 0])
        #expect(table.entry(0).value.count == MemoryLayout<shrike_changes>.size)
        // 3 changes; ax (word 10) becomes the number 5.
        #expect(table.entry(0).value.prefix(12) == [3, 0, 0, 0, 0, 0, 0, 0, 1, 10, 8, 0])
        #expect(table.entry(0).value[16] == 5)
    }

    @Test func aNewPlaceIsCountedFromTheProbe() throws {
        let hook = try #require(
            try compile(probe("  - matchActions: [{action: Override, argNewSymbol: g}]")).hooks.first)
        #expect(
            hook.selectors[0].changes == RegisterAssignment.jump(0x80).map { PlannedChange.register($0) })
    }

    @Test func monitorModeChangesNothing() throws {
        let text =
            probe("  - matchActions: [{action: Override, argError: 5}]")
            + "\noptions: [{name: policy-mode, value: monitor}]"
        let hook = try #require(try compile(text).hooks.first)
        #expect(hook.selectors[0].changes.isEmpty)
        #expect(!hook.tables(BinaryTable(policies: [])).contains { $0.name == "selector_changes" })
    }

    @Test func twoPoliciesChangeACallInOneWay() throws {
        let first = probe("  - matchActions: [{action: Override, argError: 5}]")
        _ = try compile(first, first)
        #expect {
            try compile(first, probe("  - matchActions: [{action: Override, argError: 6}]"))
        } throws: { error in
            (error as? CompileError)?.diagnostics.map(\.message)
                == ["another policy changes a call of `/bin/a:f` in another way"]
        }
    }

    @Test func aCallIsNotOverriddenWhereItsReturnIsWaitedFor() throws {
        let override = probe("  - matchActions: [{action: Override, argError: 5}]")
        let waiting =
            "uprobes: [{path: /bin/a, symbols: [NAME], return: true, returnArg: {index: 0, type: int}}]"
        _ = try compile(override, waiting.replacing("NAME", with: "g"))
        #expect {
            try compile(override, waiting.replacing("NAME", with: "f"))
        } throws: { error in
            (error as? CompileError)?.diagnostics.map(\.message)
                == ["a policy overrides calls of `/bin/a:f` and another waits for their return"]
        }
    }

    @Test func aSetWritesToAnArgumentInMemory() throws {
        let text = """
            usdts:
            - path: /bin/a
              provider: app
              name: start
              args: [{index: 1, type: int}]
              selectors:
              - matchActions: [{action: Set, argIndex: 0, argValue: 7}]
            """
        let hook = try #require(try compile(text).hooks.first)
        #expect(hook.selectors[0].changes == [.argument(0, 7)])
        #expect(hook.layout.selectors[0].actions == [.set])
        let configuration = hook.configuration(
            .userProbe, typed: [], hasBinaryParts: false, hookID: 1, generation: 1, binariesGeneration: 1)
        #expect(configuration.flags & SHRIKE_HOOK_CHANGES_MEMORY.rawValue != 0)
        #expect(configuration.flags & SHRIKE_HOOK_CHANGES_REGISTERS.rawValue == 0)
    }
}
