// SPDX-License-Identifier: Apache-2.0
// Arguments that the hooked function does not have. Each gives exactly the lines after the arrows.

import Testing

@Suite struct BadArgumentTests {
    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    static let cases = BadPolicy.parse(
        #"""
        ## hook: past the prototype
        - call: security_file_open
          syscall: false
          args:
          - index: 1
            type: file
        -> 10:14: error: `security_file_open` has no parameter 1: it has 1; the only index is 0

        ## hook: past the prototype of a system call
        - call: sys_setuid
          args:
          - index: 3
            type: int
        -> 9:14: error: `sys_setuid` has no parameter 3: it has 1; the only index is 0

        ## hook: function without parameters
        - call: schedule
          syscall: false
          args:
          - index: 0
            type: int
        -> 10:14: error: `schedule` has no parameter 0: it has 0; remove the argument

        ## policy: index too large
        uprobes:
        - path: /bin/a
          symbols: [main]
          args: [{index: 5, type: int}]
        -> 9:20: error: only the parameters 0 to 4 can be read, not 5

        ## hook: file on a path
        - call: security_path_mkdir
          syscall: false
          args:
          - index: 0
            type: file
        -> 11:13: error: parameter 0 is `const struct path *`, it cannot be read as `file`; write `type: path`

        ## hook: string on a structure
        - call: security_file_open
          syscall: false
          args:
          - index: 0
            type: string
        -> 11:13: error: parameter 0 is `struct file *`, it cannot be read as `string`; write `type: file`

        ## hook: int on a pointer
        - call: security_file_open
          syscall: false
          args:
          - index: 0
            type: int
        -> 11:13: warning: parameter 0 is `struct file *`, which `int` may not show right; write `type: file`

        ## hook: uint32 on umode_t
        - call: security_path_mkdir
          syscall: false
          args:
          - index: 2
            type: uint32
        -> 11:13: warning: parameter 2 is `umode_t`, which `uint32` may not show right; write `type: uint16`

        ## hook: type left out
        - call: security_path_mkdir
          syscall: false
          args:
          - index: 1
        -> 10:7: error: an argument of a kprobe needs a `type`; write `type: dentry`

        ## hook: syscall64 on a kprobe
        - call: security_file_open
          syscall: false
          args:
          - index: 0
            type: syscall64
        -> 11:13: error: a kprobe cannot read arguments of type `syscall64`; `syscall64` is for tracepoints

        ## policy: path on a tracepoint
        tracepoints:
        - subsystem: sched
          event: sched_process_exec
          args: [{index: 4, type: path}]
        -> 9:29: error: a tracepoint cannot read arguments of type `path`; add `raw: true`, or read another field

        ## hook: buffer without size
        - call: vfs_read
          syscall: false
          args:
          - index: 1
            type: char_buf
        -> 10:7: error: `char_buf` needs `sizeArgIndex`, the parameter with the size, counted from 1; add `sizeArgIndex: N+1` where N is that parameter's index

        ## hook: size counted from 0
        - call: vfs_read
          syscall: false
          args:
          - index: 1
            type: char_buf
            sizeArgIndex: 2
        -> 12:21: error: `sizeArgIndex: 2` is the argument itself: it counts from 1; write the index of the size parameter plus one

        ## hook: source in args
        - call: security_file_open
          syscall: false
          args:
          - index: 0
            type: file
            source: current_task
        -> 12:15: error: `source` is for entries of `data`, not of `args`; move the entry into `data`

        ## hook: data without source
        - call: schedule
          syscall: false
          data:
          - index: 0
            type: int
        -> 10:7: error: a data entry needs `source`; add `source: current_task` or `source: pt_regs`

        ## hook: bad resolve path
        - call: security_file_open
          syscall: false
          args:
          - index: 0
            type: string
            resolve: f_path..dentry
        -> 12:16: error: `f_path..dentry` is not a path to a member: a name is missing; write it like `mm.owner.comm` or `[0].x`

        ## hook: return type
        - call: schedule
          syscall: false
          return: true
          returnArg: {index: 0, type: int}
        -> 10:33: error: the return value is `void`, it cannot be read as `int`
        """#)
}
