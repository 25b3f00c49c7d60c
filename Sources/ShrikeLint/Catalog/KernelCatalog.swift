// SPDX-License-Identifier: Apache-2.0
// The rules about kernels: whether they have what the policy hooks, with these parameters.

extension RuleCatalog {
    static let kernelText = #"""
        ## SHR201 error this kernel has no such function
        why: The policy is refused on such a kernel. Functions are renamed, inlined and removed between versions.
        write: Hook an LSM hook or a `security_*` function, which change least; `ignore: {callNotFound: true}` skips what a kernel lacks.
        bad:
        kprobes:
        - call: security_file_opened
          syscall: false
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR202 error a plain function is hooked as a system call
        why: `syscall` is true unless the policy says otherwise, and then another symbol is meant and arguments are read from saved registers.
        write: Add `syscall: false`.
        bad:
        kprobes:
        - call: security_file_open
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR203 error a system call is written without sys_
        why: No symbol has such a name.
        write: Write `sys_NAME`.
        bad:
        kprobes:
        - call: openat
          syscall: true
        good:
        kprobes:
        - call: sys_openat
          syscall: true

        ## SHR204 warning a system call of another architecture
        why: On this machine the function does not exist, or only 32-bit programs reach it.
        write: Write the name without prefix.
        bad:
        kprobes:
        - call: __arm64_sys_setuid
          syscall: true
          ignore: {callNotFound: true}
        good:
        kprobes:
        - call: sys_setuid
          syscall: true

        ## SHR205 error this kernel has no such LSM hook
        why: The policy is refused there.
        write: Write a hook that the kernels have.
        bad:
        lsmhooks: [{hook: file_opened}]
        good:
        lsmhooks: [{hook: file_open}]

        ## SHR206 error an LSM hook is written with a prefix
        why: The prefix is added when the hook is looked up.
        write: Write `file_open`.
        bad:
        lsmhooks: [{hook: security_file_open}]
        good:
        lsmhooks: [{hook: file_open}]

        ## SHR207 error a list is not defined
        why: There is nothing to hook.
        write: Define it in `spec.lists`.
        bad:
        kprobes:
        - call: "list:writers"
          syscall: true
        good:
        lists: [{name: writers, type: syscalls, values: [sys_write]}]
        kprobes:
        - call: "list:writers"
          syscall: true

        ## SHR208 error a list is malformed
        why: Its members cannot be hooked.
        write: Follow the message.
        bad:
        lists: [{name: writers, type: syscalls, values: [write]}]
        kprobes:
        - call: "list:writers"
          syscall: true
        good:
        lists: [{name: writers, type: syscalls, values: [sys_write]}]
        kprobes:
        - call: "list:writers"
          syscall: true

        ## SHR209 error an enforcer is malformed
        why: Its calls cannot be overridden.
        write: Name `sys_*` or `security_*` functions.
        bad:
        enforcers: [{calls: [vfs_read]}]
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        enforcers: [{calls: [sys_read]}]
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR210 error a system call's entry is hooked as a plain function
        why: Its one parameter is the saved registers, so every declared argument is read wrongly.
        write: Write `syscall: true`.
        bad:
        kprobes:
        - call: __x64_sys_close
          syscall: false
          args: [{index: 0, type: int}]
        good:
        kprobes:
        - call: sys_close
          syscall: true
          args: [{index: 0, type: int}]

        ## SHR211 error a uprobe or usdt is malformed
        why: There is no place to attach to.
        write: Give an absolute path and exactly one of `symbols`, `offsets`, `addrs`.
        bad:
        uprobes: [{path: /usr/bin/bash}]
        good:
        uprobes: [{path: /usr/bin/bash, symbols: [readline]}]

        ## SHR212 error a tracepoint is malformed
        why: The folder and the event are two names.
        write: Write `subsystem: sched` and `event: sched_switch`.
        bad:
        tracepoints: [{subsystem: sched/x, event: sched_process_exec}]
        good:
        tracepoints: [{subsystem: sched, event: sched_process_exec}]

        ## SHR213 error policies reach a limit of a hook together
        why: One program serves all policies on a hook, and has room for a fixed number of selectors and different arguments.
        write: Merge policies, or move some to another hook.

        ## SHR214 error the kernel lets nothing attach to the function
        why: It is marked `notrace` or on the list of functions that must not be probed.
        write: Hook a function that calls it.

        ## SHR215 error Override cannot do this
        why: The mechanism that refuses this call cannot return what the policy asks for, or not together with the other policies on the hook.
        write: Follow the message. It is found where all policies of a node are put together, so only `shriked` reports it.

        ## SHR216 error the kernel has no such tracepoint
        why: The policy is refused on such a kernel. What modules may bring SHR233 speaks of.
        write: Write an event of `/sys/kernel/tracing/events`.

        ## SHR230 warning a compiler's copy of a function
        why: Names with `.isra.0` or `.constprop.0` exist in one build of one kernel, with parameters of their own.
        write: Hook the function that calls it, or an LSM hook.
        bad:
        kprobes:
        - call: vfs_read.isra.0
          syscall: false
          ignore: {callNotFound: true}
        good:
        kprobes:
        - call: vfs_read
          syscall: false

        ## SHR231 warning a parameter that is not the same on all kernels
        why: The index means another value on another kernel; filters compare the wrong thing there.
        write: Make one policy for each version, or hook something that did not change.
        bad:
        kprobes:
        - call: security_inode_setattr
          syscall: false
          args: [{index: 0, type: nop}, {index: 1, type: dentry}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR232 error Override of a function that returns nothing
        why: There is no return value that could refuse the operation.
        write: Hook the check that comes before it.
        bad:
        kprobes:
        - call: security_bprm_committed_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_bprm_check
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR233 warning a trace event that kernels lack
        why: An error with `--kernel live`, when that kernel does not list it. The policy is refused on such a kernel, unless a module brings the event.
        write: Write an event that all kernels have.
        bad:
        tracepoints: [{subsystem: sched, event: sched_process_execute}]
        good:
        tracepoints: [{subsystem: sched, event: sched_process_exec}]

        ## SHR234 warning a function that kernels let nobody trace
        why: It runs at boot only, and its memory is used for something else by now, or the kernel's own tracing runs through it. The policy is refused when it is attached.
        write: Hook the function that calls it, or one that it calls.
        bad:
        kprobes:
        - call: security_init
          syscall: false
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR301 error an argument index is past the function's parameters
        why: What is read is whatever the register holds.
        write: Write an index of the prototype.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 1, type: int}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR303 error an argument type cannot be read from this parameter
        why: The kernel's memory would be taken for something else, and filters would miss.
        write: Write the type that the parameter has.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: path}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR304 warning an argument type does not fit its parameter
        why: The value may be shown wrongly: another width, another sign, a pointer as number.
        write: Write the type that the parameter has.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: int}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]

        ## SHR502 error Override is not possible on this function
        why: Only functions made for refusal can be overridden without breaking the kernel.
        write: Hook a system call, a `security_*` function or an LSM hook.
        bad:
        kprobes:
        - call: vfs_read
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        """#
}
