// SPDX-License-Identifier: Apache-2.0
// The rules about cost: time at the hook, memory, and events.

extension RuleCatalog {
    static let costText = #"""
        ## SHR750 warning an event for each call of a hot function
        why: A busy machine makes hundreds of thousands of them a second; events are lost, and readers drown.
        write: Add selectors, or hook something rarer.
        bad:
        kprobes:
        - call: vfs_read
          syscall: false
        good:
        kprobes:
        - call: vfs_read
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]}]

        ## SHR751 warning an event for each system call
        why: This is the hottest place of the kernel.
        write: Filter the id with `InMap`, or hook single system calls.
        bad:
        tracepoints: [{subsystem: raw_syscalls, event: sys_enter}]
        good:
        tracepoints: [{subsystem: sched, event: sched_process_exec}]

        ## SHR752 warning a hook in the scheduler or an interrupt
        why: It runs thousands of times a second on each CPU, for whoever happens to be there: the process of the event means nothing.
        write: Hook what the process asks for instead.
        bad:
        kprobes:
        - call: try_to_wake_up
          syscall: false
        good:
        kprobes:
        - call: security_task_alloc
          syscall: false

        ## SHR753 warning a hook that runs for each packet
        why: Millions a second on a busy link, and often not in the sender's process.
        write: Hook `tcp_connect` or `security_socket_*`, once for each connection.
        bad:
        kprobes:
        - call: ip_output
          syscall: false
        good:
        kprobes:
        - call: tcp_connect
          syscall: false

        ## SHR754 warning a hook in memory management
        why: It runs for each allocation or page.
        write: Hook what the process asks for instead.
        bad:
        kprobes:
        - call: handle_mm_fault
          syscall: false
        good:
        kprobes:
        - call: security_task_alloc
          syscall: false

        ## SHR755 info a hot function filtered by arguments only
        why: Arguments must be read before they are compared. A process that no selector is for leaves the hook after two loads.
        write: Add `matchBinaries` or a `podSelector`.
        bad:
        kprobes:
        - call: security_file_permission
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
        good:
        kprobes:
        - call: security_file_permission
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]

        ## SHR756 info more argument bytes than an event holds
        why: Paths, strings and buffers take up to 4096 bytes each, an event holds 9000.
        write: Read only the arguments that are needed.
        bad:
        kprobes:
        - call: sys_mount
          syscall: true
          args: [{index: 0, type: string}, {index: 1, type: string}, {index: 2, type: string}]
        good:
        kprobes:
        - call: sys_mount
          syscall: true
          args: [{index: 0, type: string}, {index: 1, type: string}]

        ## SHR757 warning whole buffers of a hot function
        why: Up to 320 KiB are copied for each call.
        write: Remove `maxData`.
        bad:
        kprobes:
        - call: vfs_write
          syscall: false
          args: [{index: 1, type: char_buf, sizeArgIndex: 3, maxData: true}]
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]}]
        good:
        kprobes:
        - call: vfs_write
          syscall: false
          args: [{index: 1, type: char_buf, sizeArgIndex: 3}]
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]}]

        ## SHR758 warning more selectors than the budget allows
        why: `--max-selectors`, or `budget: {selectors: …}` of the configuration, says so.
        write: Merge selectors.

        ## SHR759 warning more memory than the budget allows
        why: `--max-memory`, or `budget: {memory: …}` of the configuration, says so. The estimate is of the policy by itself: policies on one hook share its program.
        write: Use fewer values, or prefixes.

        ## SHR760 warning a pattern without a fixed start
        why: It matches anywhere in a name: `sys` hooks thousands of functions.
        write: Start it with `^` and the common prefix.
        bad:
        lists: [{name: k, type: generated_ftrace, pattern: sys}]
        kprobes:
        - call: "list:k"
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]}]
        good:
        lists: [{name: k, type: generated_ftrace, pattern: "^ksys_.*$"}]
        kprobes:
        - call: "list:k"
          syscall: false
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]}]

        ## SHR761 info a stack trace for each event
        why: Walking a stack costs more than all the rest of the hook.
        write: Add `rateLimit`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post, kernelStackTrace: true}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post, kernelStackTrace: true, rateLimit: 1m}]

        ## SHR762 info a hash for each event
        why: IMA reads the whole file.
        write: Add `matchArgs`.
        bad:
        lsmhooks:
        - hook: file_open
          args: [{index: 0, type: file}]
          selectors:
          - matchActions: [{action: Post, imaHash: true}]
        good:
        lsmhooks:
        - hook: file_open
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/opt/]}]
            matchActions: [{action: Post, imaHash: true}]

        ## SHR763 warning a substring search in a hot function
        why: Each call searches its whole argument.
        write: Use `Prefix` or `Postfix`, which need one look-up.
        bad:
        kprobes:
        - call: security_file_permission
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: SubString, values: [secret]}]
        good:
        kprobes:
        - call: security_file_permission
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Postfix, values: [/secret]}]

        ## SHR764 warning the descendants of init
        why: Every process descends from init.
        write: Name the programs.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, followChildren: true, values: [/usr/lib/systemd/systemd]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, followChildren: true, values: [/usr/sbin/sshd]}]

        ## SHR765 warning events from a generated list
        why: Hundreds of functions post an event for each call.
        write: Add `matchBinaries`, or list the functions by name.
        bad:
        lists: [{name: all, type: generated_syscalls}]
        kprobes:
        - call: "list:all"
          syscall: true
        good:
        lists: [{name: all, type: generated_syscalls}]
        kprobes:
        - call: "list:all"
          syscall: true
          selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]}]

        ## SHR766 warning more instructions a call than the budget allows
        why: `--max-instructions`, or `budget: {instructions: …}` of the configuration, says so. It is an estimate for a call that the policy does not match after all look-ups were made; a path of four names and a text of 20 bytes are assumed.
        write: Filter on the process or on numbers instead of texts.
        """#
}
