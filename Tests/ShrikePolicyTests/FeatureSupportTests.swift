// SPDX-License-Identifier: Apache-2.0
// What this version cannot run is refused where it stands.

import ShrikePolicy
import Testing

@Suite struct FeatureSupportTests {
    /// What is refused: line, column, name.
    private func refused(_ text: String) -> [String] {
        let result = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
        #expect(result.diagnostics.filter { $0.severity == .error }.map(\.description) == [])
        return result.policies.flatMap { FeatureSupport.check($0) }.map { diagnostic in
            #expect(diagnostic.severity == .error)
            #expect(diagnostic.code == .notSupported)
            let end = " is not supported by this version of shriked"
            #expect(diagnostic.message.hasSuffix(end))
            let start = diagnostic.range.start
            return "\(start.line):\(start.column) \(diagnostic.message.dropLast(end.count))"
        }
    }

    @Test("What the engine can run is not refused")
    func supported() {
        let text = policy(
            """
            options: [{name: policy-mode, value: monitor}, {name: unknown-workloads, value: match}]
            podSelector: {matchLabels: {app: web}}
            hostSelector: {}
            lists: []
            kprobes:
            - call: security_file_open
              syscall: false
              return: false
              message: hello
              tags: [ab]
              args: [{index: 0, type: file, label: f, returnCopy: false, resolve: ""}]
              selectors:
              - label: s
                matchArgs: [{index: 0, operator: NotPostfix, values: [.so]}]
                matchBinaries: [{operator: NotIn, values: [/bin/a], followChildren: true}]
                matchParentBinaries: [{operator: NotPostfix, values: [a]}]
                matchPIDs: [{operator: In, values: [1], followForks: true, isNamespacePID: true}]
                matchNamespaces: [{namespace: Pid, operator: In, values: [host_ns]}]
                matchNamespaceChanges: [{operator: In, values: [Pid]}]
                matchCapabilities: [{operator: In, values: [CAP_BPF], isNamespaceCapability: true}]
                matchCapabilityChanges: [{operator: In, values: [CAP_BPF]}]
                matchActions: [{action: Override, argError: -1}, {action: Signal, argSig: 15}, {action: NoPost}]
              - matchActions: [{action: Post, rateLimit: 1m, rateLimitScope: global}]
            - call: sys_setuid
              return: true
              returnArg: {index: 0, type: int}
              ignore: {callNotFound: true}
              selectors:
              - matchReturnArgs: [{index: 0, operator: LT, values: ["0"]}]
                matchReturnActions: [{action: Signal, argSig: 15}]
            """)
        #expect(refused(text) == [])
    }

    @Test("Each supported type and operator is not refused")
    func supportedWords() {
        for type in [
            "int", "int32", "sint32", "uint32", "size_t", "int64", "sint64", "long", "uint64", "ulong",
        ] {
            for comparison in [
                "Equal", "NotEqual", "GT", "GreaterThan", "LT", "LessThan", "InMap", "NotInMap",
            ] {
                let text = hook(
                    "- call: f\n  args: [{index: 0, type: \(type)}]\n  selectors: "
                        + "[{matchArgs: [{index: 0, operator: \(comparison), values: [\"1\"]}]}]")
                #expect(refused(text) == [])
            }
        }
    }

    @Test(
        "Other hooks that can be run",
        arguments: [
            "fentries: [{call: a, syscall: false}]", "lsmhooks: [{hook: a, args: [{index: 0, type: file}]}]",
            "tracepoints: [{subsystem: a, event: b, args: [{index: 4}, {index: 5, type: data_loc}]}]",
            "tracepoints: [{subsystem: a, event: b, raw: true, args: [{index: 1, type: int}]}]",
            "lists: [{name: l, type: syscalls, values: [sys_read]}]\nkprobes: [{call: list:l}]",
        ])
    func supportedHooks(spec: String) { #expect(refused(policy(spec)) == []) }

    @Test("Arguments of another machine's system calls are refused, the calls are not")
    func foreignCalls() {
        let list =
            "lists: [{name: l, type: syscalls, values: [i386/sys_read, __arm64_sys_read]}]\nkprobes: [{call: list:l"
        #expect(refused(policy(list + "}]")) == [])
        #expect(
            refused(policy(list + ", args: [{index: 0, type: int}]}]")) == [
                "7:20 `args of __arm64_sys_read`"
            ])
    }

    @Test("Sections and scopes")
    func sections() {
        let text = policy(
            """
            uprobes: [{path: a, symbols: [b]}]
            loader: true
            lists: [{name: a, values: [b]}]
            enforcers: [{calls: [sys_open]}]
            options: [{name: disable-kprobe-multi, value: "1"}, {name: override-method, value: override-return},
              {name: sleepable-preload-size, value: "64"}]
            selectorsMacros: {m: {}}
            podSelector: {}
            containerSelector: {}
            hostSelector: {}
            nodeSelector: {}
            """)
        #expect(refused(text) == [])
        let namespaced =
            "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicyNamespaced\nmetadata: {name: a}\nspec: {}\n"
        #expect(refused(namespaced) == [])
    }

    @Test("Uprobes")
    func uprobes() {
        let text = policy(
            """
            uprobes:
            - path: /a
              symbols: [b]
              refCtrOffsets: [1]
              btfPath: /b
              binaryDigests: ["build-id:ab"]
              return: true
              returnArg: {index: 0, type: int}
              args: [{index: 0, type: string}, {index: 1, type: char_buf, sizeArgIndex: 3}]
              selectors:
              - matchActions: [{action: Override, argError: -1}]
              - matchActions: [{action: Sigkill}]
            """)
        #expect(refused(text) == [])
    }

    @Test("Fields of a hook and its arguments")
    func hookFields() {
        let text = hook(
            """
            - call: f
              syscall: false
              return: true
              returnArg: {index: 0, type: int}
              returnArgAction: TrackSock
              data: [{index: 0, type: int, source: current_task, resolve: pid}]
              ignore: {callNotFound: true}
              args:
              - {index: 0, type: int, resolve: a}
              - {index: 1, type: char_buf, sizeArgIndex: 3}
              - {index: 2, type: file, returnCopy: true, maxData: true, btfType: a, btfTypeModule: b}
            """)
        #expect(refused(text) == [])
    }

    @Test("Filters and actions")
    func filters() {
        let text = selector(
            """
            macros: [m]
            matchArgs:
            - {args: [0], operator: CelExpr, values: ["1"]}
            matchData: [{index: 0, operator: Equal, values: ["1"]}]
            matchReturnArgs: [{index: 0, operator: Equal, values: ["1"]}]
            matchBinaries: [{operator: Prefix, values: [/a], followChildren: true}]
            matchParentBinaries: [{operator: In, values: [/a]}]
            matchPIDs: [{operator: In, values: [1], followForks: true}]
            matchNamespaces: [{namespace: Pid, operator: In, values: [host_ns]}]
            matchNamespaceChanges: [{operator: In, values: [Pid]}]
            matchCapabilities: [{operator: In, values: [CAP_BPF]}]
            matchCapabilityChanges: [{operator: In, values: [CAP_BPF]}]
            matchWorkloads: {podSelector: {}}
            matchActions:
            - {action: Post, rateLimit: 1m, rateLimitScope: global, kernelStackTrace: true, userStackTrace: true}
            - {action: GetUrl, argUrl: a}
            - {action: Override, argRegs: [rax=1]}
            matchReturnActions: [{action: Post}, {action: TrackSock, argSock: 1}]
            """)
        #expect(refused(text) == [])
    }

    @Test("Every field of the language is either supported or refused")
    func exhaustive() {
        // Each type alone, each operator alone, each action alone.
        let types = ArgumentType.allCases.filter {
            !refused(hook("- call: f\n  args: [{index: 0, type: \($0.rawValue)}]")).isEmpty
        }
        #expect(types.count == ArgumentType.allCases.count - 48)
        let operators = Operator.allCases.filter { comparison in
            let text = "matchArgs: [{index: 0, operator: \(comparison.rawValue)}]"
            return ![.in, .notIn].contains(comparison) && !refused(selector(text)).isEmpty
        }
        #expect(operators.count == Operator.allCases.count - 2 - 36)
        let actions = ActionKind.allCases.filter {
            !refused(selector("matchActions: [{action: \($0.rawValue)}]")).isEmpty
        }
        #expect(actions.count == ActionKind.allCases.count - 12)
    }
}
