// SPDX-License-Identifier: Apache-2.0
// The rules about whom enforcement would hit that nobody meant. Policies in monitor mode are not judged.

extension RuleCatalog {
    static let blastRadiusText = #"""
        ## SHR700 warning enforcement without any filter
        why: Every process that reaches the hook is stopped: init, the container runtime, the kubelet, your shell.
        write: Add `matchBinaries`, `matchArgs` or a `podSelector`.
        bad:
        kprobes:
        - call: security_sb_mount
          syscall: false
          selectors:
          - matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_sb_mount
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR701 warning enforcement on everything that every program does
        why: No program gets past its first milliseconds: the machine is dead, and cannot be logged into to undo it.
        write: Add `matchBinaries`, `matchArgs` or a `podSelector`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchActions: [{action: Sigkill}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR702 warning init would be stopped
        why: When process 1 of the machine or of a container fails, all of it goes down.
        write: Be sure that the machine survives it; try it with `policy-mode: monitor`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/lib/systemd/systemd]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR703 warning the container runtime would be stopped
        why: No container can be started, stopped or entered any more.
        write: Be sure that the machine survives it; try it with `policy-mode: monitor`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/containerd]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR704 warning a part of Kubernetes would be stopped
        why: The node goes NotReady, and its pods are moved to the next node with the same policy.
        write: Be sure that the machine survives it; try it with `policy-mode: monitor`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/kubelet]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR705 warning the way to log in would be stopped
        why: Nobody can get in to undo it.
        write: Be sure that the machine survives it; try it with `policy-mode: monitor`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/sbin/sshd]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR706 warning the security agent would be stopped
        why: A policy that stops the agent takes its own reporting away.
        write: Be sure that the machine survives it; try it with `policy-mode: monitor`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/tetragon]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR707 warning a basic service would be stopped
        why: Logging, devices, names or the shell fail, and much with them.
        write: Be sure that the machine survives it; try it with `policy-mode: monitor`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/lib/systemd/systemd-journald]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR708 warning a folder of binaries that covers nearly all programs
        why: The filter looks like a limit and is none.
        write: Name the programs.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: Prefix, values: [/usr/bin/]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: Prefix, values: [/opt/app/]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR709 warning process 1 of the host would be stopped
        why: Init is the parent of all; with `followForks` everything is covered.
        write: Remove it, or add `isNamespacePID: true`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchPIDs: [{operator: In, values: [1]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchPIDs: [{operator: In, isNamespacePID: true, values: [1]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR710 warning an allow list is all that limits enforcement
        why: Everything that is not listed is hit, on the host and in every container: also what nobody thought of.
        write: Add `matchArgs` or a `podSelector`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: NotIn, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR711 warning enforcement on local connections
        why: Most programs talk to something on 127.0.0.1; these connections are hit too.
        write: Add `127.0.0.0/8` and `::1` to the list.
        bad:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors:
          - matchArgs: [{index: 0, operator: NotDAddr, values: [10.0.0.0/8, "fc00::/7"]}]
            matchActions: [{action: Sigkill}]
        good:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors:
          - matchArgs: [{index: 0, operator: NotDAddr, values: [127.0.0.0/8, 10.0.0.0/8, "::1"]}]
            matchActions: [{action: Sigkill}]

        ## SHR712 warning enforcement on a generated list
        why: The list holds hundreds of functions, and others after each kernel update.
        write: List the functions by name.
        bad:
        lists: [{name: all, type: generated_syscalls}]
        kprobes:
        - call: "list:all"
          syscall: true
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        lists: [{name: some, type: syscalls, values: [sys_mount]}]
        kprobes:
        - call: "list:some"
          syscall: true
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR713 warning enforcement on all processes of the host
        why: That is where init, sshd, the container runtime and the kubelet run.
        write: Add `matchBinaries` or `matchArgs`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchNamespaces: [{namespace: Pid, operator: In, values: [host_ns]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchNamespaces: [{namespace: Pid, operator: NotIn, values: [host_ns]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR714 warning enforcement on a file that nearly every program opens
        why: Every program that turns a user id into a name reads /etc/passwd; every program loads the C library.
        write: Add `matchBinaries`, or filter for writing.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/passwd]}]
            matchActions: [{action: Sigkill}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR715 warning enforcement on a folder that nearly every program uses
        why: Programs, libraries, devices and settings are there: nothing starts any more.
        write: Name the files, or add `matchBinaries`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/usr/]}]
            matchActions: [{action: Sigkill}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR716 warning enforcement on the tokens of service accounts
        why: Every program that talks to the Kubernetes API reads its token there: operators, DNS, networking.
        write: Add `matchBinaries` with the programs that may not.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/run/secrets/kubernetes.io/]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}]
        """#
}
