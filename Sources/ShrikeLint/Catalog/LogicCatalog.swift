// SPDX-License-Identifier: Apache-2.0
// The rules about meaning: the policy loads, and does something else than it seems to say.

extension RuleCatalog {
    static let logicText = #"""
        ## SHR600 warning a selector behind one that always matches
        why: Of a hook's selectors the first that matches decides. A selector without filters matches everything, so what stands behind it is dead.
        write: Put the selector without filters last.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchActions: [{action: Post}]
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
          - matchActions: [{action: Post}]

        ## SHR601 warning a selector with the same filters as one before it
        why: The first of the two always decides; the actions of the second never run.
        write: Put all actions into the first selector.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
            matchActions: [{action: NoPost}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
            matchActions: [{action: NoPost}]

        ## SHR602 warning a selector that a wider one before it shadows
        why: The earlier selector has a part of the filters of the later one, so it matches whatever the later one would.
        write: Put the narrower selector first.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssl/]}]
          - matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssl/]}]
            matchBinaries: [{operator: In, values: [/usr/bin/curl]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssl/]}]
            matchBinaries: [{operator: In, values: [/usr/bin/curl]}]
          - matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssl/]}]

        ## SHR610 warning a policy without hooks
        why: It loads and does nothing, which looks like protection.
        write: Add a hook, or delete the policy.
        bad:
        options: [{name: policy-mode, value: monitor}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false

        ## SHR611 warning an exception behind the selector that enforces
        why: The enforcing selector matches first, so the exception never applies and the programs that it names are stopped.
        write: Put exceptions first.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchActions: [{action: Override, argError: -1}]
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
            matchActions: [{action: NoPost}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
            matchActions: [{action: NoPost}]
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR613 warning a function hooked twice in one policy
        why: The first-match rule holds within one hook only: a call that matches selectors of both is reported twice. Tetragon refuses it with kprobe.multi.
        write: Put all selectors under one hook.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
        - call: commit_creds
          syscall: false
        good:
        kprobes:
        - call: commit_creds
          syscall: false

        ## SHR614 warning NoPost beside Post
        why: NoPost wins, so the event that Post asks for is never sent.
        write: Keep one of the two.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
            matchActions: [{action: Post}, {action: NoPost}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
            matchActions: [{action: NoPost}]

        ## SHR615 warning an action given twice
        why: The second does nothing more; perhaps another one was meant.
        write: Remove one.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}, {action: Override, argError: -13}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -13}]

        ## SHR616 warning a hook that only suppresses events
        why: Nothing is posted for what the selector matches, and nothing for the rest.
        write: Add a selector for what shall be reported.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
            matchActions: [{action: NoPost}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/passwd]}]
            matchActions: [{action: NoPost}]
          - matchActions: [{action: Post}]

        ## SHR617 warning a list that nothing refers to
        why: Dead text, or a hook that was meant to use it.
        write: Use it as `list:NAME`, or remove it.
        bad:
        lists: [{name: writers, type: syscalls, values: [sys_write]}]
        kprobes:
        - call: sys_write
          syscall: true
        good:
        lists: [{name: writers, type: syscalls, values: [sys_write]}]
        kprobes:
        - call: "list:writers"
          syscall: true

        ## SHR618 warning a macro that no selector uses
        why: Dead text, or a selector that lacks the filters of the macro and so matches more.
        write: Name it in `macros`, or remove it.
        bad:
        selectorsMacros:
          shells:
            matchBinaries: [{operator: In, values: [/usr/bin/bash]}]
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchActions: [{action: Post}]}]
        good:
        selectorsMacros:
          shells:
            matchBinaries: [{operator: In, values: [/usr/bin/bash]}]
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{macros: [shells], matchActions: [{action: Post}]}]

        ## SHR619 warning two policies with the same hook and selectors
        why: Each call is matched and reported twice, and a change of one leaves the other as it was.
        write: Remove one of the two.
        bad:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: one}
        spec: {kprobes: [{call: commit_creds, syscall: false}]}
        ---
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: two}
        spec: {kprobes: [{call: commit_creds, syscall: false}]}
        good:
        #!file
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: {name: one}
        spec: {kprobes: [{call: commit_creds, syscall: false}]}

        ## SHR620 warning a value listed twice
        why: It has no effect; often the second should have been another one.
        write: Remove it.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/su, /usr/bin/su]}]}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/su]}]}]

        ## SHR621 warning a value that a shorter one covers
        why: What starts (or ends) with the longer text starts (or ends) with the shorter one too, so the longer has no effect.
        write: Remove the longer one, unless the shorter is a mistake.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssl/, /etc/ssl/private/]}]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssl/private/]}]}]

        ## SHR622 warning a filter that always matches
        why: It reads as a condition and is none.
        write: Remove it, or write what was meant.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/]}]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]}]

        ## SHR623 warning a comparison that never holds
        why: The selector never matches, whatever happens, and nothing says so at run time.
        write: Check the operator and the type of the argument.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors: [{matchArgs: [{index: 0, operator: LT, values: ["0"]}]}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors: [{matchArgs: [{index: 0, operator: LT, values: ["1000"]}]}]

        ## SHR624 info a tag given twice
        why: It has no effect.
        write: Remove one.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          tags: [creds, creds]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          tags: [creds]

        ## SHR625 warning a limit with several values
        why: GT and LT hold if they hold for any value, so of several limits only the weakest counts.
        write: Keep one value, or use InRange.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors: [{matchArgs: [{index: 0, operator: GT, values: ["10", "1000"]}]}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors: [{matchArgs: [{index: 0, operator: GT, values: ["10"]}]}]

        ## SHR626 info Mask with several bits
        why: Mask matches if any bit of the value is set in the argument, not if all are.
        write: For all of them write one Mask filter for each bit.
        bad:
        kprobes:
        - call: security_mmap_file
          syscall: false
          args: [{index: 1, type: uint64}]
          selectors: [{matchArgs: [{index: 1, operator: Mask, values: ["6"]}]}]
        good:
        kprobes:
        - call: security_mmap_file
          syscall: false
          args: [{index: 1, type: uint64}]
          selectors:
          - matchArgs:
            - {index: 1, operator: Mask, values: ["2"]}
            - {index: 1, operator: Mask, values: ["4"]}

        ## SHR627 warning a range inside another one
        why: It has no effect.
        write: Remove the smaller one.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors: [{matchArgs: [{index: 0, operator: InRange, values: ["0:999", "10:20"]}]}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors: [{matchArgs: [{index: 0, operator: InRange, values: ["0:999"]}]}]

        ## SHR628 warning an address block inside another one
        why: It has no effect.
        write: Remove the smaller block.
        bad:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors: [{matchArgs: [{index: 0, operator: DAddr, values: [10.0.0.0/8, 10.1.0.0/16]}]}]
        good:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors: [{matchArgs: [{index: 0, operator: DAddr, values: [10.0.0.0/8]}]}]

        ## SHR629 info an address block with bits behind its prefix
        why: They are ignored; perhaps the address or the length is a slip.
        write: Write the first address of the block.
        bad:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors: [{matchArgs: [{index: 0, operator: DAddr, values: [10.0.0.1/8]}]}]
        good:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors: [{matchArgs: [{index: 0, operator: DAddr, values: [10.0.0.0/8]}]}]

        ## SHR630 warning a fixed process id
        why: Process ids are given out anew; after the next start the number is another process.
        write: Filter by binary or workload.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchPIDs: [{operator: In, values: [1234]}]}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/su]}]}]

        ## SHR631 warning the process id 0 on the host
        why: No process has it; only as a namespace id it means "in the host's pid namespace".
        write: Add `isNamespacePID: true`.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchPIDs: [{operator: In, values: [0]}]}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchPIDs: [{operator: In, isNamespacePID: true, values: [0]}]}]

        ## SHR632 warning NotIn of namespace ids with followForks
        why: On Tetragon processes of the host have the namespace id 0, and this filter fails for them, though NotIn should pass.
        write: Add a second selector for the host.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchPIDs: [{operator: NotIn, isNamespacePID: true, followForks: true, values: [1]}]}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchPIDs: [{operator: NotIn, isNamespacePID: true, values: [1]}]}]

        ## SHR633 warning a script as binary
        why: The executable of a script is its interpreter, so the name of the script never matches.
        write: Match the interpreter.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/opt/backup.sh]}]}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/bash]}]}]

        ## SHR634 warning a binary that is a symbolic link
        why: The kernel reports the file that is executed, not the link that leads to it, so the link's name never matches.
        write: List the files that the link stands for on your machines.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/sh]}]}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/dash, /usr/bin/bash]}]}]

        ## SHR640 warning number filters that exclude each other
        why: All filters of a selector must hold. No number passes these, so the selector never matches.
        write: Put alternatives into the `values` of one filter, or into two selectors.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs:
            - {index: 0, operator: Equal, values: ["0"]}
            - {index: 0, operator: Equal, values: ["1000"]}
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs:
            - {index: 0, operator: Equal, values: ["0", "1000"]}

        ## SHR641 warning text filters that exclude each other
        why: All filters of a selector must hold. No text passes these, so the selector never matches.
        write: Put alternatives into the `values` of one filter, or into two selectors.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs:
            - {index: 0, operator: Prefix, values: [/etc/ssl/]}
            - {index: 0, operator: Equal, values: [/srv/key]}
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs:
            - {index: 0, operator: Prefix, values: [/etc/ssl/]}
            - {index: 0, operator: Postfix, values: [.key]}

        ## SHR642 warning a value that another filter excludes
        why: The value can never pass the other filter of its argument, so it has no effect.
        write: Remove it, or correct the other filter.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs:
            - {index: 0, operator: Prefix, values: [/etc/ssl/, /srv/]}
            - {index: 0, operator: NotPrefix, values: [/srv/]}
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs:
            - {index: 0, operator: Prefix, values: [/etc/ssl/]}

        ## SHR643 info the same negative operator twice
        why: Two filters do what one with both lists does, at twice the cost.
        write: Put all values into one filter.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs:
            - {index: 0, operator: NotPrefix, values: [/usr/lib/]}
            - {index: 0, operator: NotPrefix, values: [/usr/share/]}
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs:
            - {index: 0, operator: NotPrefix, values: [/usr/lib/, /usr/share/]}

        ## SHR644 warning namespace filters that exclude each other
        why: All filters of a selector must hold, so the selector never matches.
        write: Keep one of them.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchNamespaces:
            - {namespace: Pid, operator: In, values: [host_ns]}
            - {namespace: Pid, operator: NotIn, values: [host_ns]}
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchNamespaces:
            - {namespace: Pid, operator: NotIn, values: [host_ns]}

        ## SHR645 warning process id filters that exclude each other
        why: All filters of a selector must hold, so the selector never matches.
        write: Keep one of them.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchPIDs:
            - {operator: In, values: [1]}
            - {operator: NotIn, values: [1]}
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchPIDs:
            - {operator: NotIn, values: [1]}

        ## SHR646 info several matchPIDs entries
        why: Shrike ANDs them. Tetragon evaluates the first only and then misreads the rest of the selector.
        write: Merge the entries if the policy must run there too.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchPIDs:
            - {operator: NotIn, values: [1]}
            - {operator: NotIn, isNamespacePID: true, values: [1]}
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchPIDs:
            - {operator: NotIn, isNamespacePID: true, values: [1]}
        """#
}
