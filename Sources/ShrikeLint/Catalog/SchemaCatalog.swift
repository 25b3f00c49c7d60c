// SPDX-License-Identifier: Apache-2.0
// The rules about the text and its structure: what the loader refuses, or reads otherwise than meant.

extension RuleCatalog {
    static let schemaText = #"""
        ## SHR001 error the file cannot be read
        why: Nothing in it is checked or loaded.
        write: Check the path and its permissions.

        ## SHR002 error the file is too large
        why: A limit keeps a hostile file from taking the memory of the daemon.
        write: Split it.

        ## SHR003 error the text is not UTF-8
        why: YAML is Unicode; other bytes would match nothing.
        write: Save the file as UTF-8.

        ## SHR004 error the text holds a control character
        why: YAML does not allow them, and they can disguise what a file says.
        write: Remove it.

        ## SHR005 error the text is not YAML
        why: Nothing behind the error can be read.
        write: Follow the message; most often it is the indentation.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {kprobes: [}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR006 error the document is nested too deeply
        why: A limit keeps a hostile file from exhausting the parser.
        write: Close brackets; a policy needs about twelve levels.

        ## SHR007 error the document is too large once its aliases are expanded
        why: Nested aliases grow exponentially (a YAML bomb).
        write: Do not nest aliases.

        ## SHR008 error a key occurs twice in a mapping
        why: One of the two would be dropped without a word.
        write: Remove one.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}
        spec: {}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR009 error an alias has no anchor before it
        why: There is nothing that it could stand for.
        write: Define the anchor above, or quote the text.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: *missing
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR010 error a YAML tag is not supported
        why: The value would not be what the tag says.
        write: Remove it, or quote text that starts with `!`.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: !ref {}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR011 error a mapping key is not a string
        why: No field has such a name.
        write: Put text that starts with `{` or `[` in quotes.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}
        ? [a]
        : b
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR012 error the file holds no policy
        why: An empty file protects nothing.
        write: Add a policy, or delete the file.
        bad:
        #!file
        # nothing
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR101 error a field is not part of the language
        why: The Kubernetes API drops unknown fields without a word: a misspelt filter is gone, and the selector matches more.
        write: Write the field that was meant.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          arg: []
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR102 error a field has the wrong type
        why: It cannot be read as what it should be. Numbers in `values` are strings in this language.
        write: Quote numbers in `values`; remove quotes around numbers elsewhere.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [0]}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: ["0"]}]

        ## SHR103 error a required field is missing
        why: Without it the policy has no meaning.
        write: Add it.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        metadata: {name: example}
        spec: {}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR104 error a value is not one of the allowed words
        why: Words are compared exactly, capitals included.
        write: Write the word that was meant.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: SigKill}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Sigkill}]

        ## SHR105 error a number is out of range
        why: It does not fit what it stands for.
        write: Write a number of the range.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: -1, type: file}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR106 error apiVersion is not that of policies
        why: Another version may have other fields.
        write: Write `cilium.io/v1alpha1`.
        bad:
        #!file
        apiVersion: cilium.io/v1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR107 error kind is not that of a policy
        why: Nothing else is loaded as a policy.
        write: Write `TracingPolicy` or `TracingPolicyNamespaced`.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicies
        metadata: {name: example}
        spec: {}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR108 error metadata.name is not a DNS subdomain
        why: Kubernetes refuses such names.
        write: Use lower case letters, digits, `-` and `.`.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: My_Policy}
        spec: {}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR109 error a policy has more than one kind of hook
        why: A policy is attached by one mechanism.
        write: Make a policy of each kind.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
        lsmhooks:
        - hook: file_open
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR110 error a list has too many entries
        why: Limits keep the work at each hook bounded.
        write: Merge entries, or split the policy.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post}, {action: NoPost}, {action: Sigkill}, {action: Post}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Sigkill}]

        ## SHR111 error a feature was removed from the language
        why: The names are known from older policies; nothing carries them out today.
        write: Follow the help: most have a successor.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: FollowFD}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post}]

        ## SHR112 error return: true has no returnArg
        why: There would be no value to report.
        write: Add `returnArg` with index 0 and a type.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          return: true
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          return: true
          returnArg: {index: 0, type: int}

        ## SHR113 error fields exclude each other
        why: Only one of them could have an effect.
        write: Keep one.
        bad:
        uprobes:
        - path: /usr/bin/bash
          symbols: [main]
          selectors:
          - matchActions: [{action: Override, argNewSymbol: a, argNewAddr: 1}]
        good:
        uprobes:
        - path: /usr/bin/bash
          symbols: [main]
          selectors:
          - matchActions: [{action: Override, argNewSymbol: a}]

        ## SHR114 error a field is not allowed in a namespaced policy
        why: It would reach beyond the namespace.
        write: Use kind `TracingPolicy`.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicyNamespaced
        metadata: {name: example}
        spec: {hostSelector: {}}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicyNamespaced
        metadata: {name: example}
        spec: {}

        ## SHR115 error a message or tag is too short
        why: The language wants at least two bytes.
        write: Lengthen or remove it.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          message: x
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          message: A file was opened

        ## SHR116 warning a message or tag is cut
        why: Events carry at most 256 bytes of message and 128 of a tag.
        write: Shorten it.

        ## SHR117 warning a filter is empty and has no effect
        why: It reads as a condition and is none.
        write: Add values, or remove it.

        ## SHR118 error an option does not exist
        why: A misspelt `policy-mode: monitor` would enforce.
        write: Write the option that was meant.
        bad:
        options: [{name: policy_mode, value: monitor}]
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        options: [{name: policy-mode, value: monitor}]
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR119 error an option has a bad value
        why: It cannot be followed.
        write: Write one of its values.
        bad:
        options: [{name: policy-mode, value: audit}]
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        options: [{name: policy-mode, value: monitor}]
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR120 warning an option is given twice
        why: The last one counts.
        write: Remove one.
        bad:
        options: [{name: policy-mode, value: monitor}, {name: policy-mode, value: enforce}]
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        options: [{name: policy-mode, value: monitor}]
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR121 error hostSelector is neither absent nor {}
        why: It selects all host processes or none.
        write: Write `hostSelector: {}`.
        bad:
        hostSelector: {matchLabels: {a: b}}
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        hostSelector: {}
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR122 error a label selector is malformed
        why: Kubernetes would refuse it, or it would never match.
        write: Follow the message.
        bad:
        podSelector: {matchLabels: {app: "-web-"}}
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        podSelector: {matchLabels: {app: web}}
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR123 error two policies have the same name
        why: One of them would take the place of the other.
        write: Rename one.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}
        ---
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR124 warning a field has no effect without return: true
        why: The return is not hooked.
        write: Add `return: true`, or remove it.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          returnArg: {index: 0, type: int}
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          return: true
          returnArg: {index: 0, type: int}

        ## SHR125 warning a cluster-wide policy names a namespace
        why: A TracingPolicy applies everywhere, whatever its namespace says.
        write: Use kind `TracingPolicyNamespaced`, or remove it.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example, namespace: shop}
        spec: {}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: example}
        spec: {}

        ## SHR302 error an argument index is too large
        why: Only the first five parameters are in registers that a program may read.
        write: Read a register with `data`.
        bad:
        uprobes:
        - path: /usr/bin/bash
          symbols: [main]
          args: [{index: 5, type: int}]
        good:
        uprobes:
        - path: /usr/bin/bash
          symbols: [main]
          args: [{index: 4, type: int}]

        ## SHR305 error an argument type is not possible on this kind of hook
        why: Nothing would be read. Kprobes need a `type`, since the default `auto` is for tracepoints.
        write: Write a type of the hook.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR306 error a buffer's size argument is missing or wrong
        why: `sizeArgIndex` counts from 1; without it nothing is read.
        write: Write the index of the size parameter plus one.
        bad:
        kprobes:
        - call: vfs_write
          syscall: false
          args: [{index: 1, type: char_buf}]
        good:
        kprobes:
        - call: vfs_write
          syscall: false
          args: [{index: 1, type: char_buf, sizeArgIndex: 3}]

        ## SHR307 error source is missing or misplaced
        why: `source` says where a `data` entry comes from; arguments have none.
        write: Move the entry into `data`, or add `source`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file, source: current_task}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR308 warning an argument flag has no effect
        why: It belongs to another type.
        write: Remove it.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file, maxData: true}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR309 error a resolve path is malformed
        why: No member has such a path.
        write: Write it like `mm.owner.comm`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: string, resolve: f_path..dentry}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: string, resolve: f_path.dentry.d_name.name}]

        ## SHR401 error a filter refers to an undeclared argument
        why: There is nothing to compare.
        write: Declare the argument in `args`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 1, operator: Equal, values: [/etc/shadow]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]

        ## SHR402 error an operator cannot be applied to this type
        why: Tetragon accepts some of these, which then never or always match.
        write: Use an operator of the type.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: GT, values: ["1"]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]

        ## SHR403 error a filter has no values
        why: It would match nothing, or everything.
        write: Add `values`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]

        ## SHR404 error a value is empty
        why: It would match nothing, or everything.
        write: Write the text to compare with.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [""]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]

        ## SHR405 error a value is not an integer or range
        why: It cannot be compared with a number.
        write: Write `10`, `0x1f` or, for ranges, `1:9`.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [root]}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: ["0"]}]

        ## SHR406 error a value does not fit its type
        why: It could never match.
        write: Write a number of the range, or declare a wider type.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: ["4294967296"]}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: ["0"]}]

        ## SHR407 error a range ends before it starts
        why: It is empty, so it never matches.
        write: Swap the ends.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: InRange, values: ["9:1"]}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: InRange, values: ["1:9"]}]

        ## SHR408 error a value is too long
        why: The kernel side compares at most 4096 bytes.
        write: Compare only the start, with `Prefix`.

        ## SHR409 error a value holds a NUL that never matches
        why: Paths and strings end before it.
        write: Remove `\0`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: ["/etc/shadow\0"]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]

        ## SHR410 error an operator takes no values
        why: They would be ignored.
        write: Remove `values`.
        bad:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors:
          - matchArgs: [{index: 0, operator: DPortPriv, values: ["1"]}]
        good:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors:
          - matchArgs: [{index: 0, operator: DPortPriv}]

        ## SHR411 error a value is not a network value of its operator
        why: It could never match.
        write: Write an address, a port, or a known name.
        bad:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors:
          - matchArgs: [{index: 0, operator: DAddr, values: [localhost]}]
        good:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors:
          - matchArgs: [{index: 0, operator: DAddr, values: [127.0.0.1]}]

        ## SHR412 error a value is not one of the known names
        why: It could never match.
        write: Write the name that was meant.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchCapabilities: [{operator: In, values: [CAP_SYS_ADMINS]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchCapabilities: [{operator: In, values: [CAP_SYS_ADMIN]}]

        ## SHR413 warning a filter does not say which argument it means
        why: It filters argument 0, which may not be what was meant.
        write: Add `index`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{operator: Equal, values: [/etc/shadow]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]

        ## SHR414 error a filter is not possible on this kind of hook
        why: It would be ignored, and the selector would match more.
        write: Remove it, or use another kind of hook.
        bad:
        lsmhooks:
        - hook: file_open
          selectors:
          - matchReturnArgs: [{index: 0, operator: Equal, values: ["0"]}]
        good:
        lsmhooks:
        - hook: file_open
          args: [{index: 0, type: file}]

        ## SHR415 error a macro is undefined or clashes
        why: Its filters would be missing.
        write: Define it, and give each filter once.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - macros: [shells]
        good:
        selectorsMacros:
          shells: {matchBinaries: [{operator: In, values: [/usr/bin/bash]}]}
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - macros: [shells]

        ## SHR416 warning a path can never match
        why: The kernel reports resolved, absolute paths: no `..`, no `//`, no slash at the end.
        write: Write the path as the kernel reports it.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/../etc/shadow]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]

        ## SHR417 error followChildren needs In or NotIn
        why: Descendants are known by the whole path of their ancestor.
        write: Write whole paths with `In`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: Prefix, followChildren: true, values: [/opt/app/]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, followChildren: true, values: [/opt/app/run]}]

        ## SHR418 error a CEL expression is not possible here
        why: Only kprobes and uprobes evaluate expressions.
        write: Use another operator.
        bad:
        lsmhooks:
        - hook: file_open
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: CelExpr, values: ["true"]}]
        good:
        lsmhooks:
        - hook: file_open
          args: [{index: 0, type: file}]

        ## SHR501 error an action is not possible on this kind of hook
        why: Tetragon accepts some of these and does nothing, though the event says otherwise.
        write: Use a hook that can do it.
        bad:
        tracepoints:
        - subsystem: sched
          event: sched_process_exec
          selectors:
          - matchActions: [{action: Override, argError: -1}]
        good:
        lsmhooks:
        - hook: file_open
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR503 error argError is not an error number
        why: A call returns 0 or a negative errno.
        write: Write -1 (EPERM) or -13 (EACCES).
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: 13}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -13}]

        ## SHR504 error Override without an error
        why: A program that returns 0 lets the call go on. Tetragon makes the caller believe that it succeeded, where the kernel allows that.
        write: Add `argError: -1`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR505 error argSig is not a signal
        why: Nothing would be sent.
        write: Write a number from 1 to 64.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Signal, argSig: 99}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Signal, argSig: 9}]

        ## SHR506 warning a parameter belongs to another action
        why: It is ignored.
        write: Remove it, or write the action that was meant.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Sigkill, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR507 error a rate limit is malformed
        why: It cannot be followed.
        write: Write `30s`, `5m` or `1h`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post, rateLimit: 1d}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post, rateLimit: 24h}]

        ## SHR508 error an action lacks a parameter
        why: It would do nothing.
        write: Add the parameter.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: GetUrl}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post}]

        ## SHR509 error what an action asks for is no page and no domain name
        why: Nobody would answer.
        write: Write `http://` or `https://`, a host and a path; or a domain name without them.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: GetUrl, argUrl: example.com/hit}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: GetUrl, argUrl: "https://example.com/hit"}]

        ## SHR901 error this version of shriked cannot do it
        why: The language has it, the engine does not yet; the policy is refused where it is loaded, never weakened.
        write: Use what is supported, or wait for the version that does it. `--any-version` leaves these findings out.
        bad:
        lists:
        - {name: calls, type: syscalls, values: [arm64/sys_openat]}
        kprobes:
        - call: "list:calls"
          args: [{index: 0, type: int}]
        good:
        lists:
        - {name: calls, type: syscalls, values: [arm64/sys_openat]}
        kprobes:
        - call: "list:calls"
        """#
}
