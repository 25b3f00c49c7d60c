// SPDX-License-Identifier: Apache-2.0
// Options, lists and enforcers. Each gives exactly the lines after the arrows.

import Testing

@Suite struct BadSpecTests {
    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    @Test("override-return is refused on a kernel that cannot do it")
    func overrideReturn() {
        var kernel = FakeKernel.standard
        kernel.overrideReturnUnavailable = "it is built without CONFIG_BPF_KPROBE_OVERRIDE"
        let text = policy(
            "options: [{name: override-method, value: override-return}]\nenforcers: [{calls: [sys_openat]}]")
        #expect(
            findings(text, kernel: kernel) == [
                "p.yaml:6:44: error: this kernel has no `override-return`: it is built without CONFIG_BPF_KPROBE_OVERRIDE; write `fmod-ret`, which refuses the same calls, or remove the option"
            ])
    }

    static let cases = BadPolicy.parse(
        #"""
        ## policy: unknown option
        options:
        - name: policy_mode
          value: monitor
        -> 7:11: error: there is no option `policy_mode`; did you mean `policy-mode`?

        ## policy: bad mode
        options:
        - name: policy-mode
          value: audit
        - name: policy-mode
          value: enforce
        -> 8:12: error: `audit` is not a value of the option `policy-mode`; write `enforce` or `monitor`
        -> 9:11: warning: the option `policy-mode` is given twice, the last one counts; remove one

        ## policy: bad options
        options:
        - {name: disable-kprobe-multi, value: "yes"}
        - {name: sleepable-preload-size, value: "0"}
        - {name: override-method}
        -> 7:41: error: `yes` is not a value of the option `disable-kprobe-multi`; write "true" or "false"
        -> 8:43: error: `0` is not a value of the option `sleepable-preload-size`; write a positive number
        -> 9:5: error: the option `override-method` has no value; write `override-return` or `fmod-ret`

        ## policy: override-return
        options:
        - {name: override-method, value: override-return}
        enforcers:
        - calls: [sys_openat]
        -> 7:36: warning: calls are refused by `fmod-ret`, with the effect of `override-return`; write `fmod-ret`, or remove the option

        ## policy: override-return of a function
        lists:
        - {name: a, values: [sys_openat, security_file_open]}
        options:
        - {name: override-method, value: override-return}
        enforcers:
        - calls: [list:a]
        -> 9:36: error: `override-return` cannot refuse `security_file_open`: it is for system calls; write `fmod-ret`, or remove the option

        ## policy: a size that Shrike does not need
        options:
        - {name: sleepable-preload-size, value: "16384"}

        ## policy: lists
        lists:
        - {name: a, values: [b]}
        - {name: a, type: syscalls, values: [open, i386/sys_open]}
        - {name: c, type: generated_ftrace}
        - {name: d, type: generated_syscalls, values: [x], validated: true}
        -> 8:12: error: the list `a` is defined twice; rename one
        -> 8:40: error: `open` is not written as a system call; write `sys_NAME`, or `i386/sys_NAME` for another ABI
        -> 9:5: error: a list of type `generated_ftrace` needs `pattern`; add a regular expression, for example `pattern: "^ksys_.*$"`
        -> 10:50: error: a list of type `generated_syscalls` makes its own values; remove `values`
        -> 10:54: error: `validated: true` would leave the list unchecked; remove `validated`

        ## policy: enforcers
        enforcers:
        - calls: [sys_openat, security_file_open, schedule, list:x]
        -> 7:45: error: `schedule` is not a call that can be overridden; write a `sys_*` or `security_*` function
        -> 7:55: error: the list `x` is not defined; define it in `spec.lists`
        """#)
}
