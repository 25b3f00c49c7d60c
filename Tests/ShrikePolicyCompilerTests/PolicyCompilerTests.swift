// SPDX-License-Identifier: Apache-2.0
// Plans of small policies, looked at in full.

import ShrikeABI
import ShrikeEvents
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct PolicyCompilerTests {
    @Test func policiesOnOneFunctionShareOnePlan() throws {
        let texts = (0..<50).map {
            policy(
                "p\($0)", args: fileArgument,
                selectors: "    - matchArgs: [{index: 0, operator: Prefix, values: [/p\($0)/]}]")
        }
        let policies = texts.flatMap { PolicyLoader.load(Array($0.utf8), file: "p.yaml").policies }
        let plan = try PolicyCompiler.compile(policies)
        #expect(plan.hooks.count == 1)
        let hook = try #require(plan.hooks.first)
        #expect(hook.arguments.count == 1)
        #expect(hook.wordCount == 1)
        #expect(hook.selectors.count == 50)
        let lookup = KernelLookup(plan: hook)
        #expect(lookup.alive(text: "/p7/x", argument: 0) == SelectorSet(of: [7], wordCount: 1))
        #expect(lookup.alive(text: "/p50/x", argument: 0).isEmpty)
    }

    @Test func firstSelectorOfEachPolicyEndsAtItsPolicysEnd() throws {
        let plan = try compile(
            policy(
                "a", args: fileArgument,
                selectors:
                    "    - matchArgs: [{index: 0, operator: Prefix, values: [/a]}]\n    - matchActions: [{action: NoPost}]"
            ),
            policy(
                "b", args: fileArgument,
                selectors: "    - matchActions: [{action: Sigkill}, {action: Override, argError: -1}]"))
        let selectors = try #require(plan.hooks.first).selectors
        #expect(selectors.map(\.policyEnd) == [2, 2, 3])
        #expect(selectors.map(\.isPosted) == [true, false, true])
        #expect(selectors.map(\.signal) == [0, 0, 9])
        #expect(selectors.map(\.overrideError) == [nil, nil, -1])
    }

    @Test func monitorModeReportsWithoutEnforcing() throws {
        let text =
            policy("m", args: fileArgument, selectors: "    - matchActions: [{action: Sigkill}]")
            + "\n  options:\n  - {name: policy-mode, value: monitor}\n"
        let hook = try #require(try compile(text).hooks.first)
        #expect(!hook.enforces)
        #expect(
            hook.layout.selectors == [SelectorEventLayout(policy: 0, actions: [.sigkill], mode: .monitor)])
    }

    @Test func hookWithoutSelectorsMatchesEverything() throws {
        let text = """
            apiVersion: cilium.io/v1alpha1
            kind: TracingPolicy
            metadata: {name: all}
            spec:
              kprobes:
              - {call: security_file_open, syscall: false, args: [{index: 0, type: file}]}
            """
        let hook = try #require(try compile(text).hooks.first)
        #expect(hook.selectors.count == 1)
        #expect(hook.selectors[0].isPosted)
        #expect(hook.everyone.contains(0))
    }

    @Test func argumentsAreReadOnceAndHandedOutAsDeclared() throws {
        let plan = try compile(
            policy(
                "a", call: "security_file_permission",
                args: "    - {index: 0, type: file}\n    - {index: 1, type: int, label: mask}",
                selectors: "    - {}"),
            policy(
                "b", call: "security_file_permission",
                args: "    - {index: 1, type: int}\n    - {index: 1, type: uint32}", selectors: "    - {}"))
        let hook = try #require(plan.hooks.first)
        #expect(hook.layout.slots.map(\.type) == [.file, .int32, .uint32])
        #expect(hook.layout.policies[0].arguments.map(\.slot) == [0, 1])
        #expect(hook.layout.policies[0].arguments.map(\.label) == [nil, "mask"])
        #expect(hook.layout.policies[1].arguments.map(\.slot) == [1, 2])
    }

    @Test func binariesChooseCandidates() throws {
        let plan = try compile(
            policy(
                "in", args: fileArgument,
                selectors: "    - matchBinaries: [{operator: In, values: [/bin/cat, /bin/ls]}]"),
            policy(
                "notin", args: fileArgument,
                selectors: "    - matchBinaries: [{operator: NotIn, values: [/bin/cat]}]"),
            policy("any", args: fileArgument, selectors: "    - {}"))
        let candidates = try #require(plan.hooks.first?.candidates[.start])
        #expect(plan.binaries.paths == ["/bin/cat", "/bin/ls"])
        func alive(_ binaryClass: UInt32) -> [Int] {
            (0..<3).filter { candidates[Int(binaryClass)].contains($0) }
        }
        #expect(alive(plan.binaries.binaryClass(of: 0)) == [0, 2])
        #expect(alive(plan.binaries.binaryClass(of: 1)) == [0, 1, 2])
        #expect(alive(SHRIKE_BINARY_OTHER.rawValue) == [1, 2])
        #expect(alive(SHRIKE_BINARY_UNKNOWN.rawValue) == [1, 2])
        #expect(alive(SHRIKE_BINARY_KERNEL_THREAD.rawValue) == [2])
    }

    @Test func longValuesAreChained() throws {
        let long = "/" + String(repeating: "a", count: 600)
        let plan = try compile(
            policy(
                "e", args: fileArgument,
                selectors: "    - matchArgs: [{index: 0, operator: Equal, values: [\(long)]}]"),
            policy(
                "p", args: fileArgument,
                selectors: "    - matchArgs: [{index: 0, operator: Prefix, values: [\(long)]}]"),
            policy(
                "n", args: fileArgument,
                selectors: "    - matchArgs: [{index: 0, operator: NotPrefix, values: [\(long.prefix(300))]}]"
            ))
        let hook = try #require(plan.hooks.first)
        #expect(hook.isChained)
        let lookup = KernelLookup(plan: hook)
        func alive(_ text: String) -> [Int] {
            (0..<3).filter { lookup.alive(text: text, argument: 0).contains($0) }
        }
        #expect(alive(long) == [0, 1])
        #expect(alive(long + "b") == [1])
        #expect(alive(String(long.prefix(601 - 1))) == [])
        #expect(alive(String(long.prefix(299))) == [2])
        #expect(alive(String(long.prefix(299)) + "b") == [2])
        #expect(alive("/x") == [2])
    }

    @Test(arguments: [
        (
            "- matchBinaries: [{operator: In, values: [/\(String(repeating: "b", count: 255))]}]",
            "12:47", "a path in `matchBinaries` holds at most 255 bytes, this one has 256"
        ),
        (
            "- matchArgs: [{index: 0, operator: Postfix, values: [\(String(repeating: "p", count: 249))]}]",
            "12:58", "a Postfix value holds at most 248 bytes, this one has 249"
        ),
    ])
    func whatTheKernelSideCannotDoIsRefused(_ selector: String, _ place: String, _ message: String) {
        let text = policy("limit", args: fileArgument, selectors: "    \(selector)")
        let policies = PolicyLoader.load(Array(text.utf8), file: "limit.yaml").policies
        #expect {
            try PolicyCompiler.compile(policies)
        } throws: { error in
            let finding = (error as? CompileError)?.diagnostics.first
            return finding?.message == message
                && finding?.description.hasPrefix("limit.yaml:\(place): ") == true
        }
    }

    @Test func lsmHookIsAHookOfItsOwn() throws {
        let plan = try compile(
            spec("lsm", "lsmhooks: [{hook: file_open, args: [{index: 0, type: file, label: f}]}]"),
            policy("k", args: fileArgument, selectors: "    - {}"))
        #expect(plan.hooks.map(\.target.kind) == [.lsm, .function])
        let hook = plan.hooks[0]
        #expect(hook.target == HookTarget(.lsm, symbol: "file_open"))
        #expect(hook.layout.kind == .lsm)
        #expect(hook.layout.functionName == "file_open")
        #expect(hook.layout.policies[0].arguments.map(\.label) == ["f"])
    }

    @Test func fentriesShareTheHookOfKprobes() throws {
        let plan = try compile(
            spec(
                "f", "fentries: [{call: security_file_open, syscall: false, args: [{index: 0, type: file}]}]"),
            policy("k", args: fileArgument, selectors: "    - {}"))
        #expect(plan.hooks.count == 1)
        #expect(plan.hooks[0].layout.policies.map(\.name) == ["f", "k"])
        #expect(plan.hooks[0].layout.kind == .kprobe)
    }

    /// A hook that sees the return; its selectors are given.
    private func returning(_ selectors: String, options: String = "") -> String {
        spec(
            "r",
            """
            \(options)
            kprobes:
            - call: security_file_permission
              syscall: false
              return: true
              returnArg: {index: 0, type: int}
              args: [{index: 0, type: file}, {index: 1, type: int}]
              selectors:
            \(selectors)
            """)
    }

    @Test func aHookThatOnlySeesTheReturnHasNoEntry() throws {
        let hook = try #require(
            try compile(returning("  - matchReturnArgs: [{index: 0, operator: Equal, values: ['-13']}]"))
                .hooks.first)
        #expect(hook.target == HookTarget(.functionReturn, symbol: "security_file_permission"))
        #expect(hook.arguments.map(\.source) == [.parameter(0), .parameter(1), .result])
        #expect(hook.selectors.map(\.isPosted) == [true])
        #expect(!hook.enforces)
        #expect(hook.layout.policies[0].arguments.map(\.slot) == [0, 1])
        #expect(hook.layout.policies[0].result == PolicyArgumentLayout(slot: 2, type: .int32))
        let lookup = KernelLookup(plan: hook)
        #expect(!lookup.alive(value: -13, argument: 2).isEmpty)
        #expect(lookup.alive(value: 0, argument: 2).isEmpty)
    }

    @Test func whatAHookWithReturnEnforcesHappensAtItsEntryWithoutAnEvent() throws {
        let plan = try compile(
            returning(
                """
                  - matchArgs: [{index: 1, operator: Equal, values: ['4']}]
                    matchReturnArgs: [{index: 0, operator: Equal, values: ['-1']}]
                    matchActions: [{action: Override, argError: -1}]
                    matchReturnActions: [{action: Signal, argSig: 15}]
                  - matchReturnActions: [{action: NoPost}]
                """))
        #expect(plan.hooks.map(\.target.kind) == [.function, .functionReturn])
        let entry = plan.hooks[0]
        #expect(entry.arguments.map(\.source) == [.parameter(1)], "nothing is read that no filter asks for")
        #expect(entry.selectors.map(\.isPosted) == [false, false])
        #expect(entry.selectors.map(\.overrideError) == [-1, nil])
        #expect(entry.selectors.map(\.returnSignal) == [0, 0])
        #expect(entry.layout.policies[0].arguments.isEmpty)
        let exit = plan.hooks[1]
        #expect(exit.selectors.map(\.isPosted) == [true, false])
        #expect(exit.selectors.map(\.overrideError) == [-1, nil])
        #expect(exit.selectors.map(\.returnSignal) == [15, 0])
        #expect(exit.layout.selectors[0].returnActions == [.signal(15)])
    }

    @Test func monitorModeHasNoEntryAndSendsNoSignal() throws {
        let plan = try compile(
            returning(
                "  - {matchActions: [{action: Sigkill}], matchReturnActions: [{action: Sigkill}]}",
                options: "options: [{name: policy-mode, value: monitor}]"))
        #expect(plan.hooks.map(\.target.kind) == [.functionReturn])
        #expect(plan.hooks[0].selectors.map(\.returnSignal) == [0])
        #expect(!plan.hooks[0].enforces)
    }

    @Test func listsAreOneHookForEachMember() throws {
        let plan = try compile(
            spec("l", "lists: [{name: l, values: [a, b]}]\nkprobes: [{call: list:l, syscall: false}]"))
        #expect(plan.hooks.map(\.target.symbol) == ["a", "b"])
        #expect(plan.hooks.map(\.layout.functionName) == ["a", "b"])
    }

    /// A kernel that knows one tracepoint.
    private struct OneTracepoint: KernelFacts {
        func function(named name: String) -> FunctionPrototype? { nil }
        func similarFunctions(to name: String) -> [String] { [] }
        func hasLSMHook(_ name: String) -> Bool { false }
        func tracepoint(_ subsystem: String, _ event: String) -> TracepointFormat? {
            TracepointFormat(
                parsing: """
                    field:int common_pid;\toffset:4;\tsize:4;\tsigned:1;
                    field:short score;\toffset:8;\tsize:2;\tsigned:1;
                    field:char comm[16];\toffset:10;\tsize:16;\tsigned:0;
                    field:__data_loc char[] file;\toffset:28;\tsize:4;\tsigned:0;
                    field:const char * name;\toffset:32;\tsize:8;\tsigned:0;
                    """)
        }
    }

    @Test func tracepointFieldsAreReadWhereTheFormatSays() throws {
        let text = spec(
            "t",
            """
            tracepoints:
            - subsystem: sched
              event: sched_x
              args: [{index: 1, label: l}, {index: 2}, {index: 3, type: data_loc}, {index: 4}]
              selectors: [{matchArgs: [{index: 1, operator: LT, values: ['0']}]}]
            """)
        let policies = PolicyLoader.load(Array(text.utf8), file: "t.yaml").policies
        let hook = try #require(try PolicyCompiler.compile(policies, kernel: OneTracepoint()).hooks.first)
        #expect(hook.target == HookTarget(.tracepoint, symbol: "sched/sched_x"))
        #expect(hook.layout.kind == .tracepoint(subsystem: "sched", event: "sched_x"))
        #expect(
            hook.arguments.map(\.source) == [
                .field(offset: 8, bytes: 2, isSigned: true), .fieldText(offset: 10, bytes: 16),
                .dataLocation(offset: 28), .field(offset: 32, bytes: 8, isSigned: false),
            ])
        #expect(hook.layout.slots.map(\.type) == [.int32, .string, .string, .string])
        #expect(hook.layout.policies[0].arguments.map(\.label) == [nil, nil, nil, nil])
        let lookup = KernelLookup(plan: hook)
        #expect(!lookup.alive(value: -1, argument: 0).isEmpty)
        #expect(lookup.alive(value: 0, argument: 0).isEmpty)
    }

    @Test func rawTracepointReadsParameters() throws {
        let text = spec(
            "t",
            "tracepoints: [{subsystem: raw_syscalls, event: sys_enter, raw: true, args: [{index: 1, type: int64}]}]"
        )
        let hook = try #require(try compile(text).hooks.first)
        #expect(hook.target == HookTarget(.rawTracepoint, symbol: "raw_syscalls/sys_enter"))
        #expect(hook.arguments.map(\.source) == [.parameter(1)])
    }

    @Test func eachPlaceOfAUserProbeIsAHook() throws {
        let text = spec(
            "u",
            "uprobes: [{path: /bin/a, symbols: [f, g+0x10, f], args: [{index: 2, type: string, label: x}]}]")
        let plan = try compile(text)
        #expect(plan.hooks.map(\.target.symbol) == ["/bin/a:f", "/bin/a:g+0x10"])
        #expect(plan.hooks.map(\.target.userProbe?.name) == [.symbol("f", plus: 0), .symbol("g", plus: 16)])
        #expect(
            plan.hooks[1].layout.kind == .uprobe(UserProbeEventPlace(path: "/bin/a", symbol: "g+0x10")))
        #expect(plan.hooks[0].arguments.map(\.source) == [.parameter(2)])
        #expect(plan.hooks[0].layout.policies[0].arguments.map(\.label) == [nil])
        let counters = spec("c", "uprobes: [{path: /bin/a, offsets: [64], refCtrOffsets: [8]}]")
        let probe = try #require(try compile(counters).hooks.first)
        #expect(
            probe.layout.kind
                == .uprobe(UserProbeEventPlace(path: "/bin/a", offset: 64, referenceCounterOffset: 8)))
    }

    @Test func aStaticProbeIsAHookAtEachOfItsPlaces() throws {
        let text = spec(
            "s",
            "usdts: [{path: /bin/a, provider: app, name: start, args: [{index: 1, type: int, label: x}]}]")
        let kernel = ProbedKernel(places: [
            StaticProbePlace(
                place: FilePlace(offset: 64, device: 1, inode: 2), referenceCounterOffset: 8,
                arguments: [
                    StaticArgument(text: "8@$1", bytes: 8, isSigned: false, location: .constant(1)),
                    StaticArgument(text: "-4@%edi", bytes: 4, isSigned: true, location: .register(7)),
                ]),
            StaticProbePlace(
                place: FilePlace(offset: 96, device: 1, inode: 2), referenceCounterOffset: 8,
                arguments: [
                    StaticArgument(text: "8@$1", bytes: 8, isSigned: false, location: .constant(1)),
                    StaticArgument(
                        text: "-4@-8(%rbp,%rcx,4)", bytes: 4, isSigned: true,
                        location: .memory(base: 5, index: 1, shift: 2, offset: -8)),
                ]),
        ])
        let plan = try PolicyCompiler.compile(
            PolicyLoader.load(Array(text.utf8), file: "s.yaml").policies, kernel: kernel)
        #expect(plan.hooks.map(\.target.userProbe?.place?.offset) == [64, 96])
        #expect(
            plan.hooks.allSatisfy { $0.layout.kind == .usdt(path: "/bin/a", provider: "app", name: "start") })
        #expect(
            plan.hooks.map { $0.layout.policies[0].arguments[0].label } == ["-4@%edi", "-4@-8(%rbp,%rcx,4)"])
        let configuration = plan.hooks[1].configuration(
            .userProbe, typed: [], hasBinaryParts: false, hookID: 1, generation: 1, binariesGeneration: 1)
        let argument = configuration.arguments.0
        #expect(UInt32(argument.source) == SHRIKE_SOURCE_USER_MEMORY.rawValue)
        #expect(argument.base_register == 5)
        #expect(argument.index_register == 1)
        #expect(argument.index_shift == 2)
        #expect(argument.operand == -8)
        #expect(argument.field_bytes == 4)
        #expect(argument.field_is_signed == 1)
    }

    /// A machine with one static probe.
    private struct ProbedKernel: KernelFacts {
        var places: [StaticProbePlace]
        func function(named name: String) -> FunctionPrototype? { nil }
        func similarFunctions(to name: String) -> [String] { [] }
        func hasLSMHook(_ name: String) -> Bool { false }
        func staticProbe(
            _ provider: String, _ name: String, inFile path: String
        ) -> Result<[StaticProbePlace], FilePlaceProblem>? { .success(places) }
    }

    @Test func tooManySelectorsOnOneHookAreRefused() {
        let one = PolicyLoader.load(
            Array(
                policy("many", args: fileArgument, selectors: String(repeating: "    - {}\n", count: 64)).utf8
            ),
            file: "many.yaml"
        ).policies
        let policies = Array(repeating: one, count: 33).flatMap { $0 }
        #expect {
            try PolicyCompiler.compile(policies)
        } throws: { error in
            (error as? CompileError)?.diagnostics.first?.message
                == "all policies together have more than 2048 selectors on `security_file_open`"
        }
    }
}

extension SelectorSet {
    init(of bits: [Int], wordCount: Int) {
        self.init(wordCount: wordCount)
        for bit in bits { insert(bit) }
    }
}
