// SPDX-License-Identifier: Apache-2.0
// The rules about upkeep: nothing is wrong, but somebody will wonder.

extension RuleCatalog {
    static let hygieneText = #"""
        ## SHR800 info enforcement without a message
        why: Whoever sees the event, or the failing program, does not learn why.
        write: Add `message`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          message: A scanner opened a file
          tags: [scan.open]
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR801 info a hook without tags
        why: Events cannot be grouped by technique or owner.
        write: Add `tags`, for example `attack.T1003`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          tags: [file.open]

        ## SHR802 info a tag with blanks or capitals
        why: Readers that filter by tags compare exactly.
        write: Write it in lower case, with `.` or `-`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          tags: ["File Open"]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          tags: [file.open]

        ## SHR803 info one of many selectors without label
        why: Statistics and messages name selectors by label, else by number.
        write: Add `label`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/opt/a]}]
          - matchBinaries: [{operator: In, values: [/opt/b]}]
          - matchBinaries: [{operator: In, values: [/opt/c]}]
          - matchBinaries: [{operator: In, values: [/opt/d]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - label: aa
            matchBinaries: [{operator: In, values: [/opt/a]}]
          - label: bb
            matchBinaries: [{operator: In, values: [/opt/b]}]
          - label: cc
            matchBinaries: [{operator: In, values: [/opt/c]}]
          - label: dd
            matchBinaries: [{operator: In, values: [/opt/d]}]

        ## SHR804 info syscall left to its default
        why: It is true, which surprises readers; in builds of Tetragon without Kubernetes it is false.
        write: Write `syscall: true`.
        bad:
        kprobes:
        - call: sys_setuid
        good:
        kprobes:
        - call: sys_setuid
          syscall: true

        ## SHR805 info a default spelled out
        why: It has no effect.
        write: Remove it.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          return: false
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR806 warning the name of a system call on one architecture
        why: On other machines the policy is refused.
        write: Write `sys_NAME`.
        bad:
        kprobes:
        - call: __x64_sys_setuid
          syscall: true
        good:
        kprobes:
        - call: sys_setuid
          syscall: true

        ## SHR807 info an empty list
        why: It has no effect.
        write: Remove it.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: []
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR808 info Post alone
        why: It is what a selector without actions does.
        write: Remove `matchActions`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Post, rateLimit: 1m}]

        ## SHR809 info a single selector without filters
        why: It is the same as none.
        write: Remove `selectors`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors: [{matchActions: [{action: Post}]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR810 warning two selectors with one label
        why: Statistics cannot tell them apart.
        write: Give each its own.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - label: tools
            matchBinaries: [{operator: In, values: [/opt/a]}]
          - label: tools
            matchBinaries: [{operator: In, values: [/opt/b]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - label: tools
            matchBinaries: [{operator: In, values: [/opt/a]}]
          - label: others
            matchBinaries: [{operator: In, values: [/opt/b]}]

        ## SHR811 info Post beside another action
        why: The event is posted anyway. On Tetragon it would moreover report POST instead of what was done.
        write: Remove it.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}, {action: Post}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR812 warning the number of a namespace
        why: It is another namespace after each start of the machine or container.
        write: Use `host_ns`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchNamespaces: [{namespace: Pid, operator: In, values: ["4026531836"]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchNamespaces: [{namespace: Pid, operator: In, values: [host_ns]}]

        ## SHR813 info two spellings of one operator
        why: `GT` and `GreaterThan` are the same; a reader looks for a difference.
        write: Write one of them.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: GT, values: ["5"]}, {index: 0, operator: LessThan, values: ["9"]}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          args: [{index: 0, type: uint32}]
          selectors:
          - matchArgs: [{index: 0, operator: GT, values: ["5"]}, {index: 0, operator: LT, values: ["9"]}]

        ## SHR814 info enforcement in monitor mode
        why: Nothing is refused or killed; events say what would have been.
        write: Remove the option once the events have been looked at.
        bad:
        options: [{name: policy-mode, value: monitor}]
        kprobes:
        - call: security_file_open
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

        ## SHR815 info enforce mode without enforcement
        why: The option has no effect.
        write: Remove it.
        bad:
        options: [{name: policy-mode, value: enforce}]
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR816 info Signal 9
        why: It is Sigkill.
        write: Write `action: Sigkill`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Signal, argSig: 9}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Sigkill}]

        ## SHR820 warning a comment that ignores no known rule
        why: It silences nothing.
        write: Write `# shrike:ignore SHR123 reason`.
        bad:
        # shrike:ignore SHR999 because
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        kprobes:
        - call: security_file_open
          syscall: false

        ## SHR821 info a comment that gives no reason
        why: The next reader cannot tell whether it still holds.
        write: Say why the finding does not matter here.
        bad:
        # shrike:ignore SHR801
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        kprobes:
        # shrike:ignore SHR801 tagged by the collector
        - call: security_file_open
          syscall: false

        ## SHR822 info a comment with nothing to ignore
        why: The finding is gone; the comment would hide it when it comes back.
        write: Remove the comment.
        bad:
        # shrike:ignore SHR702 not for us
        kprobes:
        - call: security_file_open
          syscall: false
        good:
        kprobes:
        - call: security_file_open
          syscall: false
        """#
}
