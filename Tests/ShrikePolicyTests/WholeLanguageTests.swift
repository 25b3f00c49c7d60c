// SPDX-License-Identifier: Apache-2.0
// Policies that use everything: the model holds all of it, the checker has nothing to say.

import ShrikePolicy
import Testing

@Suite struct WholeLanguageTests {
    private func load(_ text: String) throws -> TracingPolicy {
        let result = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
        #expect(result.diagnostics.map(\.description) == [])
        let policy = try #require(result.policies.first)
        #expect(PolicyChecker.check(policy, kernel: nil).map(\.description) == [])
        return policy
    }

    @Test("Defaults are those of the CRD")
    func defaults() throws {
        let spec = try load(hook("- call: sys_openat\n  selectors:\n  - {}")).spec
        let hook = try #require(spec.kprobes.first)
        #expect(hook.syscall && !hook.returns && !hook.ignoreCallNotFound)
        #expect(hook.arguments.isEmpty && hook.tags.isEmpty && hook.message == nil)
        #expect(hook.selectors.count == 1 && hook.selectors[0].actions.isEmpty)
        #expect(spec.mode == nil)
        let argument = try #require(
            load(policy("tracepoints: [{subsystem: a, event: b, args: [{index: 4}]}]")).spec.tracepoints[0]
                .arguments.first)
        #expect(argument.type.value == .auto)
        #expect(argument.sizeArgumentIndex == nil && argument.resolve == nil && argument.source == nil)
    }

    @Test("A kprobe with everything")
    func kprobe() throws {
        let spec = try load(
            policy(
                """
                lists: [{name: calls, type: syscalls, values: [sys_dup, i386/sys_dup]}]
                options: [{name: policy-mode, value: monitor}, {name: override-method, value: fmod-ret}]
                enforcers: [{calls: [sys_dup, "list:calls"]}]
                selectorsMacros:
                  host: {matchNamespaces: [{namespace: Pid, operator: In, values: [host_ns, "4026531836"]}]}
                podSelector:
                  matchLabels: {app: web}
                  matchExpressions: [{key: tier, operator: NotIn, values: [test]}, {key: a, operator: Exists}]
                containerSelector: {matchLabels: {name: main}}
                hostSelector: {}
                nodeSelector: {matchLabels: {zone: a}}
                kprobes:
                - call: sys_write
                  syscall: true
                  return: true
                  returnArg: {index: 0, type: int64}
                  returnArgAction: TrackSock
                  message: "a message"
                  tags: [tag.one, tag.two]
                  ignore: {callNotFound: true}
                  args:
                  - {index: 0, type: int, label: fd}
                  - {index: 1, type: char_buf, sizeArgIndex: 3, maxData: true}
                  - {index: 2, type: size_t}
                  - {index: 3, type: sock}
                  data: [{index: 0, type: string, source: current_task, resolve: "mm.owner.comm"}]
                  selectors:
                  - label: first
                    macros: [host]
                    matchPIDs: [{operator: NotIn, values: [0, 1], isNamespacePID: true, followForks: true}]
                    matchArgs:
                    - {index: 0, operator: InRange, values: ["0:2"]}
                    - {args: [2], operator: GT, values: ["0x10"]}
                    matchData: [{index: 0, operator: Prefix, values: [sshd]}]
                    matchReturnArgs: [{index: 0, operator: LT, values: ["0"]}]
                    matchBinaries: [{operator: In, values: [/bin/a], followChildren: true}]
                    matchParentBinaries: [{operator: NotPostfix, values: [sh]}]
                    matchNamespaceChanges: [{operator: In, values: [Pid, Mnt]}]
                    matchCapabilities: [{type: Permitted, operator: In, isNamespaceCapability: true, values: [CAP_BPF]}]
                    matchCapabilityChanges: [{operator: NotIn, values: [CAP_SYS_ADMIN]}]
                    matchWorkloads: {podSelector: {}, hostSelector: {}}
                    matchActions:
                    - {action: Post, rateLimit: 5m, rateLimitScope: process, kernelStackTrace: true, userStackTrace: true}
                    - {action: NotifyEnforcer, argError: -1, argSig: 9}
                    - {action: TrackSock, argSock: 3}
                    matchReturnActions: [{action: Sigkill}]
                """)
        ).spec
        let hook = try #require(spec.kprobes.first)
        #expect(spec.mode == .monitor)
        #expect(spec.lists[0].kind.value == .syscalls)
        #expect(spec.podSelector?.labels.map(\.value.value) == ["web"])
        #expect(spec.podSelector?.expressions.map(\.comparison.value) == [.isNotIn, .exists])
        #expect(spec.hostSelector?.isEmpty == true)
        #expect(hook.returnArgument?.type.value == .int64)
        #expect(hook.data.first?.source?.value == .currentTask)
        #expect(hook.arguments[1].sizeArgumentIndex?.value == 3)
        let selector = hook.selectors[0]
        #expect(selector.matchPIDs[0].values.map(\.value) == [0, 1])
        #expect(selector.matchArgs[1].position(in: hook) == 2)
        #expect(selector.matchCapabilities[0].set.value == .permitted)
        #expect(selector.matchWorkloads?.hostSelector?.isEmpty == true)
        #expect(selector.actions.map(\.kind.value) == [.post, .notifyEnforcer, .trackSock])
        #expect(selector.actions[0].rateLimitScope?.value == .process)
        #expect(selector.returnActions.map(\.kind.value) == [.sigkill])
        #expect(selector.macros.map(\.value) == ["host"])
    }

    @Test("All other kinds of hooks")
    func otherHooks() throws {
        let tracepoint = try load(
            policy(
                """
                lists: [{name: l, type: generated_syscalls}]
                tracepoints:
                - subsystem: raw_syscalls
                  event: sys_enter
                  args: [{index: 4, type: syscall64}]
                  selectors:
                  - matchArgs: [{index: 4, operator: InMap, values: ["list:l"]}]
                  - matchArgs: [{index: 0, operator: InMap, values: ["1"]}]
                - {subsystem: sched, event: sched_process_exec, raw: true, args: [{index: 2, type: linux_binprm}]}
                """)
        ).spec.tracepoints
        #expect(tracepoint[0].selectors.map { $0.matchArgs[0].position(in: tracepoint[0]) } == [0, 0])
        #expect(tracepoint[1].raw)
        let lsm = try load(
            policy(
                """
                lsmhooks:
                - hook: bprm_check_security
                  args: [{index: 0, type: auto, resolve: mm.owner.real_parent.comm}]
                  selectors: [{matchActions: [{action: Post, imaHash: true}, {action: Override, argError: -1}]}]
                """)
        ).spec.lsmHooks
        #expect(lsm[0].selectors[0].actions[0].imaHash)
        let uprobe = try load(
            policy(
                """
                uprobes:
                - path: /bin/a
                  offsets: [0x10, 18446744073709551615]
                  refCtrOffsets: [1, 2]
                  btfPath: /a.btf
                  binaryDigests: ["build-id:ab12"]
                  ignore: {digestVerificationFailure: true}
                  return: true
                  returnArg: {index: 0, type: int}
                  args: [{index: 0, type: int, btfType: s, resolve: "a[1].b"}]
                  data: [{index: 0, type: uint64, source: pt_regs, resolve: rax}]
                - path: /bin/a
                  symbols: [f]
                  selectors: [{matchActions: [{action: Override, argRegs: [rax=1]}]}]
                """)
        ).spec.uprobes
        #expect(uprobe[0].offsets.map(\.value) == [16, UInt64.max])
        let usdt = try load(
            policy(
                """
                usdts:
                - {path: /bin/a, provider: p, name: n, args: [{index: 0, type: int32}],
                   selectors: [{matchActions: [{action: Set, argIndex: 0, argValue: 7}]}]}
                """)
        ).spec
        #expect(usdt.usdts[0].target.value == "p:n")
        #expect(usdt.hooks.map(\.section) == [.usdts])
    }

    @Test("A returned socket is tracked without index and position")
    func socketDefaults() throws {
        let hooks = try load(
            hook(
                """
                - {call: sk_alloc, syscall: false, return: true, returnArg: {type: sock}, returnArgAction: TrackSock}
                - call: __sk_free
                  syscall: false
                  args: [{index: 0, type: sock}]
                  selectors: [{matchActions: [{action: UntrackSock}]}]
                """)
        ).spec.kprobes
        #expect(hooks[0].returnArgument?.index == 0)
        #expect(hooks[1].selectors[0].actions[0].socketPosition == nil)
    }

    @Test("What kubectl prints is a policy too")
    func kubernetesObject() throws {
        let text = """
            {"apiVersion": "cilium.io/v1alpha1", "kind": "TracingPolicyNamespaced", "metadata": {"name": "a.b-1",
             "namespace": "default", "uid": "1", "generation": 2, "managedFields": [{"f:spec": {".": {}}}],
             "creationTimestamp": null, "labels": {"a": "b"}}, "spec": {"kprobes": null}, "status": {}}
            """
        let policy = try load(text)
        #expect(policy.kind == .namespaced)
        #expect(policy.namespace?.value == "default")
    }

    @Test("Several documents are several policies")
    func documents() {
        let text = policy("loader: false") + "---\n" + policy("loader: false") + "---\n# end\n"
        let result = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
        #expect(result.diagnostics.isEmpty)
        #expect(result.policies.map(\.name.range.start.line) == [4, 11])
    }

    @Test("Codes and titles are unique")
    func codes() {
        #expect(Set(DiagnosticCode.allCases.map(\.title)).count == DiagnosticCode.allCases.count)
        #expect(DiagnosticCode.allCases.allSatisfy { $0.rawValue.hasPrefix("SHR") && $0.rawValue.count == 6 })
    }

    @Test(
        "The nearest name",
        arguments: [
            ("matchArg", "matchArgs"), ("kprobe", "kprobes"), ("matchargs", "matchArgs"),
            ("policy_mode", "policy-mode"),
            ("sycsall", "syscall"), ("zzz", nil), ("", nil), ("x", nil),
        ] as [(String, String?)])
    func suggestions(name: String, expected: String?) {
        let names = ["kprobes", "matchArgs", "matchActions", "policy-mode", "syscall"]
        #expect(Suggestion.nearest(to: name, among: names) == expected)
    }
}
