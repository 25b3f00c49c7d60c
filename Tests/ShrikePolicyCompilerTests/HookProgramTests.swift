// SPDX-License-Identifier: Apache-2.0

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

private let file = "args: [{index: 0, type: file}]"
private let prefix = "matchArgs: [{index: 0, operator: Prefix, values: [/etc/]}]"

/// Which program serves a plan.
@Suite struct HookProgramTests {
    private static let lsm = HookMechanism.lsm(hook: "file_open")

    private func program(
        _ hook: String, mechanism: HookMechanism = lsm, typed: Set<Int> = [0]
    ) throws -> HookProgram {
        let plan = try compile(spec("p", "kprobes:\n- {call: security_file_open, syscall: false, \(hook)}"))
        let configuration = plan.hooks[0].configuration(
            mechanism, typed: typed, hasBinaryParts: true, hookID: 1, generation: 1, binariesGeneration: 1)
        return HookProgram(configuration, mechanism)
    }

    @Test(
        "A file and what is done about it",
        arguments: [
            "matchActions: [{action: Sigkill}], \(prefix)",
            "matchActions: [{action: Override, argError: -1}], \(prefix)",
            "matchArgs: [{index: 0, operator: Postfix, values: [.key]}]",
            "\(prefix), matchBinaries: [{operator: NotIn, values: [/bin/a]}]",
            "\(prefix), matchCapabilities: [{type: Effective, operator: NotIn, values: [CAP_SYS_ADMIN]}]",
            "\(prefix), matchBinaries: [{operator: In, values: [/bin/a], followChildren: true}]",
        ]) func narrow(_ selector: String) throws
    {
        #expect(try program("\(file), selectors: [{\(selector)}]") == .file)
        #expect(try program("\(file), selectors: [{\(selector)}]", mechanism: .fentry) == .file)
    }

    @Test(
        "Whatever else a policy asks for",
        arguments: [
            "\(file), selectors: [{\(prefix), matchActions: [{action: Post, rateLimit: 1m}]}]",
            "\(file), selectors: [{\(prefix), matchActions: [{action: Post, kernelStackTrace: true}]}]",
            "\(file), selectors: [{matchNamespaceChanges: [{operator: In, values: [Mnt]}]}]",
            "\(file), selectors: [{matchArgs: [{index: 0, operator: SubString, values: [a]}]}]",
            "args: [{index: 0, type: file}, {index: 1, type: int}]",
            "args: [{index: 1, type: int}]",
            "return: true, returnArg: {index: 0, type: int}, \(file)",
        ]) func whole(_ hook: String) throws
    {
        #expect(try program(hook) == .function)
    }

    @Test("A pointer that the verifier does not know the type of, and entries that give it none")
    func otherEntries() throws {
        let hook = "\(file), selectors: [{\(prefix)}]"
        #expect(try program(hook, typed: []) == .function)
        #expect(try program(hook, mechanism: .kprobe, typed: []) == .function)
        #expect(try program(hook, mechanism: .fexit) == .function)
    }
}
