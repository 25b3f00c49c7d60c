// SPDX-License-Identifier: Apache-2.0
// Documents that are not policies, unknown fields, wrong types. Each gives exactly the lines after the arrows.

import Testing

@Suite struct BadStructureTests {
    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    static let cases = BadPolicy.parse(
        #"""
        ## file: other kind
        apiVersion: v1
        kind: Pod
        metadata: {name: a}
        spec: {}
        -> 2:7: error: `Pod` is not a kind of policy; the kinds are `TracingPolicy` and `TracingPolicyNamespaced`

        ## file: misspelt kind
        apiVersion: cilium.io/v1alpha1
        kind: Tracingpolicy
        metadata: {name: a}
        spec: {}
        -> 2:7: error: `Tracingpolicy` is not a kind of policy; did you mean `TracingPolicy`?

        ## file: other version
        apiVersion: cilium.io/v1
        kind: TracingPolicy
        metadata: {name: a}
        spec: {}
        -> 1:13: error: `cilium.io/v1` is not an API version of policies; write `cilium.io/v1alpha1`

        ## file: no metadata
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        spec: {}
        -> 1:1: error: the policy needs `metadata`; add `metadata` with a `name`

        ## file: no spec
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: a}
        -> 1:1: error: the policy needs `spec`; add `spec`; an empty one is `spec: {}`

        ## file: bad name
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: My_Policy}
        spec: {}
        -> 3:18: error: `My_Policy` is not a name for a policy; use lower case letters, digits, `-` and `.`, with a letter or digit at both ends, at most 253 characters

        ## file: name is a number
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: 17}
        spec: {}
        -> 3:18: error: expected a string, got a number; write it quoted: "17"

        ## file: namespace of a cluster policy
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: a, namespace: b}
        spec: {}
        -> 3:32: warning: a TracingPolicy is not limited to a namespace: `namespace` has no effect; use kind `TracingPolicyNamespaced`, or remove it

        ## policy: unknown field of the spec
        kprobe: []
        -> 6:3: error: the spec has no field `kprobe`; did you mean `kprobes`?

        ## file: unknown field of the policy
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: test}
        spec: {}
        sepc: {}
        -> 5:1: error: the policy has no field `sepc`; did you mean `spec`?

        ## hook: field in the wrong place
        - call: sys_openat
          matchArgs: []
        -> 8:5: error: a kprobe has no field `matchArgs`; `matchArgs` belongs in a selector; check the indentation

        ## selector: removed field
        matchActions:
        - action: FollowFD
          argFd: 0
        -> 13:17: error: `FollowFD` is not a value of `action`; hook a `security_file_*` function and filter an argument of type `file`
        -> 14:9: error: the field `argFd` was removed from the language; hook a `security_file_*` function and filter an argument of type `file`

        ## policy: two hook sections
        tracepoints:
        - subsystem: a
          event: b
        kprobes:
        - call: sys_openat
        -> 9:3: error: a policy has one kind of hook: `kprobes` cannot stand beside `tracepoints`; put `kprobes` into a policy of its own

        ## policy: hooks are not a list
        kprobes:
          call: sys_openat
        -> 7:5: error: `kprobes` must be a list, not a mapping; start each item with `- `

        ## policy: hook is a text
        kprobes:
        - sys_openat
        -> 7:5: error: expected a kprobe (a mapping of fields), got a string

        ## hook: call missing
        - syscall: false
        -> 7:5: error: a kprobe needs `call`; add `call` with a kernel function or a system call, for example `call: sys_openat`

        ## hook: call empty
        - call: ""
        -> 7:11: error: `call` of a kprobe is empty; write a value

        ## hook: call null
        - call:
          syscall: false
        -> 7:5: error: a kprobe needs `call`; add `call` with a kernel function or a system call, for example `call: sys_openat`

        ## hook: boolean in quotes
        - call: sys_openat
          syscall: "true"
        -> 8:14: error: expected true or false, got a string; remove the quotes: true

        ## hook: boolean is a word
        - call: sys_openat
          syscall: maybe
        -> 8:14: error: expected true or false, got a string

        ## hook: index in quotes
        - call: sys_openat
          args:
          - index: "0"
            type: int
        -> 9:14: error: `index` must be a whole number, not a string; remove the quotes: 0

        ## hook: index negative
        - call: sys_openat
          args:
          - index: -1
            type: int
        -> 9:14: error: `index` is -1, it must be from 0 to 2147483647

        ## hook: index missing
        - call: sys_openat
          args:
          - type: int
        -> 9:7: error: an argument needs `index`; add `index: 0` for the first parameter

        ## hook: unknown type
        - call: sys_openat
          args:
          - index: 0
            type: unit32
        -> 10:13: error: `unit32` is not a value of `type`; did you mean `uint32`?

        ## selector: number as value
        matchArgs:
        - index: 0
          operator: Equal
          values:
          - 3
          - yes
          - ok
          - ~
          - [a]
        -> 16:11: error: expected a string, got a number; write it quoted: "3"
        -> 17:11: error: expected a string, got a boolean; write it quoted: "yes"
        -> 19:11: error: expected a string, got nothing; write a text; the empty one is ""
        -> 20:11: error: expected a string, got a list

        ## selector: operator in another case
        matchArgs:
        - index: 0
          operator: prefix
          values: ["/a"]
        -> 14:19: error: `prefix` is not a value of `operator`; did you mean `Prefix`?

        ## selector: operator of the documentation
        matchArgs:
        - index: 0
          operator: SubStringIgnoreCase
          values: ["a"]
        -> 14:19: error: `SubStringIgnoreCase` is not a value of `operator`; write `SubStringIgnCase`

        ## selector: operator unknown
        matchArgs:
        - index: 0
          operator: Contains
          values: ["a"]
        -> 14:19: error: `Contains` is not a value of `operator`; write `SubString`

        ## selector: operator missing
        matchArgs:
        - index: 0
          values: ["a"]
        -> 13:9: error: an argument filter needs `operator`; add `operator`, for example `operator: Equal`

        ## selector: In on an argument
        matchArgs:
        - index: 0
          operator: In
          values: ["/a"]
        -> 14:19: error: `In` is not a value of `operator`; write `Equal`

        ## selector: Equal on a binary
        matchBinaries:
        - operator: Equal
          values: ["/a"]
        -> 13:19: error: `Equal` is not a value of `operator`; write `In`

        ## selector: action in another case
        matchActions:
        - action: SigKill
        -> 13:17: error: `SigKill` is not a value of `action`; did you mean `Sigkill`?

        ## selector: too many actions
        matchActions: [{action: Post}, {action: Post}, {action: Post}, {action: Post}]
        -> 12:70: error: `matchActions` of a selector has 4 entries, the limit is 3; merge entries or split the policy

        ## selector: two binary filters
        matchBinaries:
        - {operator: In, values: [/a]}
        - {operator: In, values: [/b]}
        -> 14:9: error: `matchBinaries` of a selector has 2 entries, the limit is 1; merge entries or split the policy

        ## selector: binary filter without values
        matchBinaries:
        - operator: In
        -> 13:9: error: a binary filter needs `values`; add `values` with at least one entry

        ## hook: too many arguments
        - call: sys_openat
          args: [{index: 0, type: int}, {index: 1, type: string}, {index: 2, type: int}, {index: 3, type: int}, {index: 0, type: int}, {index: 1, type: int}]
        -> 8:130: error: `args` of a kprobe has 6 entries, the limit is 5; merge entries or split the policy

        ## hook: return without returnArg
        - call: sys_openat
          return: true
        -> 8:5: error: `return: true` needs `returnArg`; add `returnArg` with `index: 0` and a `type`, for example `int`

        ## hook: returnArg without return
        - call: sys_openat
          returnArg: {index: 0, type: int64}
        -> 8:5: warning: `returnArg` has no effect without `return: true`; add `return: true`, or remove it

        ## hook: message too short
        - call: sys_openat
          message: x
          tags: [y, ok, ""]
        -> 8:14: error: the message has fewer than two bytes; lengthen or remove it
        -> 9:12: error: a tag has fewer than two bytes; lengthen or remove it
        -> 9:19: error: a tag has fewer than two bytes; lengthen or remove it

        ## selector: empty filter
        matchArgs:
        matchBinaries: []
        -> 12:7: warning: `matchArgs` is empty and has no effect; remove it, or add entries below it
        -> 13:7: warning: `matchBinaries` is empty and has no effect; remove it, or add entries below it

        ## policy: label selector
        podSelector:
          matchLabels: {app: "a b", n: 3}
          matchExpressions:
          - {key: a, operator: In}
          - {key: a, operator: Exists, values: [b]}
          - {key: a, operator: in, values: [b]}
        -> 7:24: error: `a b` is not the value of a label; use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends
        -> 7:34: error: expected a string, got a number; write it quoted: "3"
        -> 9:26: error: `In` needs `values`; add `values`
        -> 10:26: error: `Exists` takes no `values`; remove `values`
        -> 11:26: error: `in` is not a value of `operator`; did you mean `In`?

        ## policy: host selector
        hostSelector:
          matchLabels: {a: b}
        -> 7:5: error: `hostSelector` selects all host processes or none; write `hostSelector: {}`, or remove it

        ## file: namespaced
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicyNamespaced
        metadata: {name: a, namespace: b}
        spec:
          hostSelector: {}
          uprobes:
          - {path: /bin/a, symbols: [main]}
        -> 5:3: error: a TracingPolicyNamespaced cannot have `hostSelector`; use kind `TracingPolicy`
        -> 6:3: error: a TracingPolicyNamespaced cannot have `uprobes`; use kind `TracingPolicy`
        """#)
}
