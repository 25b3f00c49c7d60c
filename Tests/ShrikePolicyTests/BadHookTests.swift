// SPDX-License-Identifier: Apache-2.0
// Hooks that the kernel does not have. Each gives exactly the lines after the arrows.

import Testing

@Suite struct BadHookTests {
    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    static let cases = BadPolicy.parse(
        #"""
        ## hook: unknown function
        - call: security_file_opn
          syscall: false
        -> 7:11: error: this kernel has no function `security_file_opn`; did you mean `security_file_open`?

        ## hook: unknown function unlike any other
        - call: zzz
          syscall: false
        -> 7:11: error: this kernel has no function `zzz`; `ignore: {callNotFound: true}` skips what a kernel lacks

        ## hook: unknown function may be missing
        - call: zzz
          syscall: false
          ignore: {callNotFound: true}

        ## hook: plain function, syscall left out
        - call: security_file_open
        -> 7:11: error: `security_file_open` is a kernel function, not a system call (`syscall` is true unless the policy says otherwise); add `syscall: false`

        ## hook: plain function, syscall true
        - call: security_file_open
          syscall: true
        -> 7:11: error: `security_file_open` is a kernel function, not a system call; write `syscall: false`

        ## hook: unknown function, syscall left out
        - call: security_file_opn
        -> 7:11: error: this kernel has no function `security_file_opn`; did you mean `security_file_open`, with `syscall: false`?

        ## hook: system call without sys_
        - call: openat
        -> 7:11: error: `openat` is not written as a system call; write `sys_openat`

        ## hook: unknown system call
        - call: sys_opentat
        -> 7:11: error: this kernel has no system call `sys_opentat`; did you mean `sys_openat`?

        ## hook: system call as function
        - call: sys_openat
          syscall: false
        -> 7:11: error: this kernel has no function `sys_openat`; it is a system call: write `syscall: true`

        ## hook: other architecture
        - call: __ia32_sys_openat
        -> 7:11: error: this kernel has no system call `__ia32_sys_openat`; did you mean `sys_openat`?

        ## policy: undefined list
        lists:
        - {name: calls, values: [schedule]}
        kprobes:
        - call: list:call
          syscall: false
        -> 9:11: error: the list `call` is not defined; did you mean `calls`?

        ## policy: member of a list
        lists:
        - {name: calls, values: [schedule, scheduel]}
        kprobes:
        - call: list:calls
          syscall: false
        -> 7:38: error: this kernel has no function `scheduel`; did you mean `schedule`?

        ## policy: unknown LSM hook
        lsmhooks:
        - hook: file_opn
        -> 7:11: error: this kernel has no LSM hook `file_opn`; did you mean `file_open`?

        ## policy: LSM hook with prefix
        lsmhooks:
        - hook: security_file_open
        -> 7:11: error: an LSM hook is written without `security_`; write `file_open`

        ## policy: tracepoint with slash
        tracepoints:
        - subsystem: sched/sched_process_exec
          event: sched_process_exec
        -> 7:16: error: `sched/sched_process_exec` is not a single name; write the part before `/` in `subsystem`, the other in `event`

        ## policy: uprobe without place
        uprobes:
        - path: bin/a
        -> 7:5: error: a uprobe needs exactly one of `symbols`, `offsets` and `addrs`; add `symbols`
        -> 7:11: warning: a relative path is taken from the daemon's working directory; write an absolute path

        ## policy: uprobe of functions that are not there
        uprobes:
        - path: /bin/probed
          symbols: [main, mian, main+0x10, main+x]
        -> 8:21: error: `mian` of `/bin/probed` cannot be probed: it has no such place; did you mean `main`?
        -> 8:38: error: `main+x` is not a function and an offset; write `name` or `name+0x10`

        ## policy: uprobe of a file that is not there
        uprobes:
        - path: /bin/missing
          addrs: [0x10]
        -> 8:13: error: `0x10` of `/bin/missing` cannot be probed: there is no such file

        ## policy: static probe that is not there
        usdts:
        - {path: /bin/probed, provider: app, name: stert}
        -> 7:46: error: `app:stert` of `/bin/probed` cannot be probed: the file has no such probe; did you mean `app:start`?

        ## policy: arguments that a static probe has not
        usdts:
        - path: /bin/probed
          provider: app
          name: start
          args: [{index: 0, type: int}, {index: 1, type: int}, {index: 2, type: int}]
        -> 10:43: error: argument 1 of `app:start` is `8f@%xmm0`, which cannot be read; it is no integer, or not in a register or at an address in one
        -> 10:66: error: `app:start` has no argument 2: it has 2; the indexes are 0 to 1

        ## policy: uprobe with two places
        uprobes:
        - path: /bin/probed
          symbols: [main]
          offsets: [0x10]
          refCtrOffsets: [1]
          binaryDigests: ["sha256:12", "build-id:ab"]
        -> 9:5: error: a uprobe needs exactly one of `symbols`, `offsets` and `addrs`; remove all but one
        -> 9:15: error: `0x10` of `/bin/probed` cannot be probed: it has no such place; did you mean `main`?
        -> 10:5: error: `refCtrOffsets` has 1 entries for 2 places; give one for each
        -> 11:20: error: `/bin/probed` is not the file that is meant: it has none of these digests: it is `build-id:ab12`; if this is the file that is meant, write its digest
        -> 11:21: error: `sha256:12` is not a digest; write `sha256:` or `build-id:` and hexadecimal digits

        ## policy: uprobe of the file that is meant
        uprobes:
        - path: /bin/probed
          symbols: [main]
          binaryDigests: ["build-id:cd34", "build-id:AB12"]
        - path: /bin/probed
          symbols: [main]
          binaryDigests: ["sha1:0707070707070707070707070707070707070707"]

        ## policy: types of a program
        uprobes:
        - path: /bin/probed
          btfPath: types.btf
          symbols: [main]
          args:
          - {index: 0, type: int16, btfType: person, resolve: age}
          - {index: 0, btfType: person, resolve: friend}
          - {index: 0, type: string, btfType: person, resolve: age}
          - {index: 0, type: int16, btfType: person, resolve: aage}
          - {index: 0, type: int16, btfType: person, btfTypeModule: kvm, resolve: age}
        - path: /bin/probed
          symbols: [main]
          data:
          - {index: 0, type: path, source: current_task, resolve: exe}
          - {index: 0, source: pt_regs, resolve: rdi}
        - {path: /bin/probed, btfPath: /none.btf, symbols: [main], args: [{index: 0, type: int, btfType: a, resolve: b}]}
        - {path: /bin/probed, symbols: [main], args: [{index: 0, type: int, btfType: a, resolve: b}]}
        -> 8:14: warning: a relative path is taken from the daemon's working directory; write an absolute path
        -> 12:7: error: what `friend` leads to is `struct person *`, no type shows it; go on to one of its members
        -> 13:24: error: what `age` leads to is `short`, it cannot be read as `string`; write `type: int16`
        -> 14:57: error: `aage` leads nowhere: there is no such member; did you mean `age`?
        -> 15:63: error: a uprobe has the types of a program, not of a kernel module; remove `btfTypeModule`
        -> 20:7: error: a register needs a `type`; for example `type: uint64`
        -> 21:34: error: `/none.btf` has no types: there is no such file
        -> 22:92: error: `resolve` in a uprobe needs `btfType`, and `btfPath` of the hook; add `btfPath`

        ## policy: types of a static probe's program
        usdts:
        - path: /bin/probed
          provider: app
          name: start
          btfPath: /types.btf
          args: [{index: 0, type: int16, btfType: person, resolve: age}, {index: 0, type: auto, btfType: person, resolve: age}]

        ## policy: uprobe of other files
        uprobes:
        - path: /bin/probed
          symbols: [main]
          binaryDigests:
          - build-id:cd34
          - sha1:0707070707070707070707070707070707070708
        - path: /bin/probed
          symbols: [main]
          binaryDigests: ["build-id:cd34"]
          ignore: {digestVerificationFailure: true}
        - path: /bin/probed
          symbols: [main]
          binaryDigests: ["sha512:0707"]
        - path: /bin/missing
          symbols: [main]
          binaryDigests: ["build-id:cd34"]
        -> 10:5: error: `/bin/probed` is not the file that is meant: it has none of these digests: it is `build-id:ab12`, `sha1:0707070707070707070707070707070707070707`; if this is the file that is meant, write its digest
        -> 14:20: warning: the hook is left out: `/bin/probed` is not the file that is meant: it has none of these digests: it is `build-id:ab12`
        -> 18:21: error: `sha512:0707` is not a digest; write `sha256:` or `build-id:` and hexadecimal digits
        -> 20:15: error: `main` of `/bin/missing` cannot be probed: there is no such file
        -> 21:20: error: `/bin/missing` is not the file that is meant: there is no such file
        """#)
}
