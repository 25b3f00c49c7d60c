// SPDX-License-Identifier: Apache-2.0
// Filters that cannot work. Each gives exactly the lines after the arrows.

import Testing

@Suite struct BadSelectorTests {
    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    static let cases = BadPolicy.parse(
        #"""
        ## selector: undeclared argument
        matchArgs:
        - index: 1
          operator: Equal
          values: ["1"]
        -> 13:16: error: the hook's `args` do not declare an argument with index 1; declared are 0; add an entry with `index: 1` to `args`

        ## selector: position past args
        matchArgs:
        - args: [1]
          operator: Equal
          values: ["1"]
        -> 13:15: error: the hook has 1 `args`, there is no position 1; positions count from 0

        ## selector: no index
        matchArgs:
        - operator: Equal
          values: ["/a"]
        -> 13:9: warning: the filter does not say which argument it means, 0 is taken; add `index: 0`

        ## selector: bad operator
        matchArgs:
        - index: 0
          operator: GT
          values: ["1"]
        -> 14:19: error: `GT` cannot compare an argument of type `file`; its operators are `Equal`, `NotEqual`, `Prefix`, `NotPrefix`, `Postfix`, `NotPostfix`, `SubString`, `SubStringIgnCase`, `FileType`, `NotFileType`

        ## hook: type that cannot be filtered
        - call: schedule
          syscall: false
          ignore: {callNotFound: true}
          data: [{index: 0, type: cred, source: current_task, resolve: cred}]
          selectors:
          - matchData:
            - index: 0
              operator: Prefix
              values: [a]
        -> 14:19: error: an argument of type `cred` cannot be filtered; remove the filter

        ## selector: no values
        matchArgs:
        - index: 0
          operator: Prefix
        -> 14:19: error: `Prefix` has nothing to compare with; add `values`

        ## selector: empty values
        matchArgs:
        - index: 0
          operator: Prefix
          values: []
        -> 14:19: error: `Prefix` has nothing to compare with; add `values`

        ## selector: empty prefix
        matchArgs:
        - index: 0
          operator: Prefix
          values: [""]
        -> 15:18: error: the value is empty; write the text to compare with, or remove the filter

        ## selector: empty postfix
        matchArgs:
        - index: 0
          operator: Postfix
          values: ["", .so]
        -> 15:18: error: the value is empty; write the text to compare with, or remove the filter

        ## selector: empty binary
        matchBinaries:
        - operator: In
          values: [""]
        -> 14:18: error: the value is empty; write the text to compare with, or remove the filter

        ## selector: relative path
        matchArgs:
        - index: 0
          operator: Equal
          values: [etc/shadow, /etc//shadow, /a/../b, /etc/]
        -> 15:18: warning: `etc/shadow` does not start with `/` and never matches; write the resolved, absolute path as the process sees it
        -> 15:30: warning: `/etc//shadow` holds `//` and never matches; write the resolved, absolute path as the process sees it
        -> 15:44: warning: `/a/../b` holds `.` or `..` and never matches; write the resolved, absolute path as the process sees it
        -> 15:53: warning: `/etc/` ends with `/` and never matches; write the resolved, absolute path as the process sees it

        ## selector: NUL in a path
        matchArgs:
        - index: 0
          operator: Equal
          values: ["/a\0"]
        -> 15:18: error: the value holds a NUL and never matches; remove `\0`

        ## selector: followChildren with Prefix
        matchBinaries:
        - operator: Prefix
          values: [/a]
          followChildren: true
        -> 15:9: error: `followChildren` needs operator `In` or `NotIn`, not `Prefix`; write whole paths with `In`

        ## selector: namespaces
        matchNamespaces:
        - namespace: pid
          operator: In
          values: [host_ns]
        -> 13:20: error: `pid` is not a value of `namespace`; did you mean `Pid`?

        ## selector: namespace values
        matchNamespaces:
        - namespace: Pid
          operator: In
          values: [host, "4026531836"]
        -> 15:18: error: `host` is not a namespace; write `host_ns`, or the inode number of a namespace

        ## selector: capabilities
        matchCapabilities:
        - operator: In
          values: [CAP_SYS_ADMIN, CAP_SYS_ADMN, cap_dac_override]
        -> 14:33: error: `CAP_SYS_ADMN` is not a capability; did you mean `CAP_SYS_ADMIN`?

        ## selector: process ids
        matchPIDs:
        - operator: In
          values: [1, "2", 4294967296]
        -> 14:21: error: a process id must be a whole number, not a string; remove the quotes: 2
        -> 14:26: error: a process id is 4294967296, it must be from 0 to 4294967295

        ## selector: return filter without return
        matchReturnArgs:
        - index: 0
          operator: Equal
          values: ["0"]
        -> 12:7: error: `matchReturnArgs` needs `return: true` and `returnArg`; add them to the hook

        ## selector: undefined macro
        macros: [m]
        -> 12:16: error: the macro `m` is not defined; define it in `spec.selectorsMacros`

        ## policy: clashing macro
        selectorsMacros:
          m:
            matchBinaries: [{operator: In, values: [/a]}]
        kprobes:
        - call: schedule
          syscall: false
          selectors:
          - macros: [m]
            matchBinaries: [{operator: In, values: [/b]}]
        -> 13:16: error: the macro `m` has `matchBinaries`, and so has the selector; keep one of the two
        """#)
}
