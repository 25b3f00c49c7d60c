// SPDX-License-Identifier: Apache-2.0
// The rules about evasion: ways round what the policy seems to stop.

extension RuleCatalog {
    static let securityText = #"""
        ## SHR650 warning enforcement on the program's own memory
        why: A system call's string, buffer or address is read again by the kernel after the check. Another thread of the attacker changes it in between (time of check, time of use), and a file has many names.
        write: Decide on the kernel's object, with an LSM hook or a `security_*` function.
        bad:
        kprobes:
        - call: sys_openat
          syscall: true
          args: [{index: 1, type: string}]
          selectors:
          - matchArgs: [{index: 1, operator: Equal, values: [/etc/shadow]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR651 info a filter on the program's own memory
        why: The name is as the program spells it: relative, through a link, or changed by another thread after the check. What should be seen can be hidden.
        write: Filter the kernel's object, with an LSM hook or a `security_*` function.
        bad:
        kprobes:
        - call: sys_mount
          syscall: true
          args: [{index: 1, type: string}]
          selectors:
          - matchArgs: [{index: 1, operator: Prefix, values: [/srv/]}]
        good:
        kprobes:
        - call: security_sb_mount
          syscall: false
          args: [{index: 1, type: path}]
          selectors:
          - matchArgs: [{index: 1, operator: Prefix, values: [/srv/]}]

        ## SHR652 warning enforcement on a descriptor number
        why: Another thread can put another file behind the number between the check and the use.
        write: Hook a function that has the `file`.
        bad:
        kprobes:
        - call: sys_ftruncate
          syscall: true
          args: [{index: 0, type: fd}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_truncate
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR653 warning Sigkill alone on a system call
        why: The signal is handled when the call returns to the program: the write, the connection, the rename has happened.
        write: Put `Override` before `Sigkill`.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Sigkill}]
        good:
        kprobes:
        - call: sys_setuid
          syscall: true
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}, {action: Sigkill}]

        ## SHR654 warning Sigkill where it has happened already
        why: The function runs after the effect: the file is open, the credentials are in force.
        write: Hook the check before it, and use `Override`.
        bad:
        kprobes:
        - call: fd_install
          syscall: false
          args: [{index: 1, type: file}]
          selectors:
          - matchArgs: [{index: 1, operator: Prefix, values: [/etc/kubernetes/]}]
            matchActions: [{action: Sigkill}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/etc/kubernetes/]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR655 warning Sigkill alone before a change
        why: The check is passed, the change is made, and only then the signal is handled: the file is gone, the packet sent.
        write: Put `Override` before `Sigkill`.
        bad:
        kprobes:
        - call: security_path_unlink
          syscall: false
          args: [{index: 0, type: path}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Sigkill}]
        good:
        kprobes:
        - call: security_path_unlink
          syscall: false
          args: [{index: 0, type: path}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}, {action: Sigkill}]

        ## SHR656 warning enforcement when the function has returned
        why: The call is over. Tetragon moreover loads a policy that enforces nowhere else in monitor mode.
        write: Move the actions to `matchActions`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          return: true
          returnArg: {index: 0, type: int}
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchReturnActions: [{action: Sigkill}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Sigkill}]

        ## SHR657 warning a negative address list of one family
        why: An address of the other family is in no block of the list, so all of them pass the filter: they are all hit, or with an exception all let through.
        write: List both families, or add a `Family` filter.
        bad:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors: [{matchArgs: [{index: 0, operator: NotDAddr, values: [127.0.0.0/8, 10.0.0.0/8]}]}]
        good:
        kprobes:
        - call: tcp_connect
          syscall: false
          args: [{index: 0, type: sock}]
          selectors: [{matchArgs: [{index: 0, operator: NotDAddr, values: [127.0.0.0/8, 10.0.0.0/8, "::1", "fc00::/7"]}]}]

        ## SHR660 warning enforcement without an event
        why: Programs fail or die, and nothing says who stopped them.
        write: Remove `NoPost`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}, {action: NoPost}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR661 warning a rate limit on enforcement
        why: The limit applies to the event only. An attacker hides later attempts behind a first harmless one.
        write: Remove `rateLimit`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}, {action: Post, rateLimit: 5m}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR662 warning enforcement that asks for the parent
        why: On Tetragon a process whose parent is unknown passes the filter. And a process can choose to be adopted by init.
        write: Decide by the process's own binary or workload.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchParentBinaries: [{operator: In, values: [/usr/sbin/nginx]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/sbin/nginx]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR663 warning enforcement that may be left out
        why: With `callNotFound: true` a kernel without the function runs the policy without this hook, and nothing is enforced there.
        write: Leave `ignore` out: then the policy is refused, and someone notices.
        bad:
        kprobes:
        - call: security_file_truncate
          syscall: false
          ignore: {callNotFound: true}
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_truncate
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR664 info an exception by path
        why: Whoever can replace the file, load a library into it, or use it as an interpreter has the exception too.
        write: Limit the exception further, by namespace or workload.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchBinaries: [{operator: NotIn, values: [/usr/bin/passwd]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchNamespaces: [{namespace: Pid, operator: NotIn, values: [host_ns]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR665 warning a signal that can be caught
        why: A program may catch, block or ignore every signal but SIGKILL and SIGSTOP.
        write: Use `Sigkill`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Signal, argSig: 15}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Sigkill}]

        ## SHR666 warning requests made by the agent
        why: Whoever triggers the hook decides when and how often a privileged agent contacts the network.
        write: Post the event, and react to it where the events arrive.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: GetUrl, argUrl: "http://example.com/hit"}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]

        ## SHR667 warning a request that is not the last action
        why: Tetragon hands only the last action of the list to user space, and then the request is not made; Shrike makes all of them.
        write: Move it to the end.
        bad:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: DnsLookup, argFqdn: example.com}, {action: Sigkill}]
        good:
        kprobes:
        - call: commit_creds
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Sigkill}, {action: DnsLookup, argFqdn: example.com}]

        ## SHR668 warning offsets into a file without its digest
        why: After the next update of the package the offset is in the middle of other code.
        write: Add `binaryDigests`, or use `symbols`.
        bad:
        uprobes:
        - path: /usr/bin/bash
          offsets: [4096]
        good:
        uprobes:
        - path: /usr/bin/bash
          symbols: [readline]

        ## SHR669 info enforcement that depends on labels of nodes
        why: Whoever may change the labels of a node can take the enforcement off it.
        write: Restrict who may write these labels.
        bad:
        nodeSelector: {matchLabels: {pool: edge}}
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

        ## SHR670 warning a path through a symbolic link
        why: The kernel resolves links before it asks. On all common distributions `/bin`, `/sbin`, `/lib` and `/var/run` are links, so no file is reported under these names.
        write: Write the resolved path.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/var/run/secrets/]}]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/run/secrets/]}]}]

        ## SHR671 warning a path through /proc/self
        why: It is a link to the process's own folder; files are reported under its number, or under their own names.
        write: Write the file's own path.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Equal, values: [/proc/self/mem]}]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs:
            - {index: 0, operator: Prefix, values: [/proc/]}
            - {index: 0, operator: Postfix, values: [/mem]}

        ## SHR672 warning a folder as prefix without slash
        why: `/etc/ssh` as a prefix also matches `/etc/ssh-old/key`: too much is enforced, or an exception is too wide.
        write: End the folder with `/`.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssh]}]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssh/]}]}]

        ## SHR673 info a prefix that matches longer names
        why: A prefix compares bytes, not components: `/srv/app` also matches `/srv/app2`.
        write: End a folder with `/`, use `Equal` for a file.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/etc/shadow]}]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]}]

        ## SHR674 info a suffix that matches longer names
        why: A suffix compares bytes, not components: `id_rsa` also matches `not_id_rsa`.
        write: Start it with `/`, or with `.` for an extension.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Postfix, values: [id_rsa]}]}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors: [{matchArgs: [{index: 0, operator: Postfix, values: [/id_rsa]}]}]

        ## SHR675 warning a whole path compared with a dentry
        why: A dentry knows its path from the mount point only. Below any mount the value never matches.
        write: Read a `path` or `file`, or compare the end with `Postfix`.
        bad:
        kprobes:
        - call: security_inode_unlink
          syscall: false
          args: [{index: 1, type: dentry}]
          selectors: [{matchArgs: [{index: 1, operator: Equal, values: [/srv/data/key]}]}]
        good:
        kprobes:
        - call: security_inode_unlink
          syscall: false
          args: [{index: 1, type: dentry}]
          selectors: [{matchArgs: [{index: 1, operator: Postfix, values: [/key]}]}]

        ## SHR676 info a check of opens that renames get round
        why: A file that is renamed or hard-linked is opened under another name, and one that is renamed into place is never opened for writing under its name.
        write: Enforce on `security_path_rename` and `security_path_link` too.
        bad:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchActions: [{action: Override, argError: -1}]
        - call: security_path_rename
          syscall: false
          args: [{index: 1, type: dentry}]
          selectors:
          - matchArgs: [{index: 1, operator: Postfix, values: [/shadow]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR677 info a check of reads and writes that mappings get round
        why: Once a file is mapped, its content is read and changed in memory, without this function.
        write: Hook `security_mmap_file` too, or refuse the open.
        bad:
        kprobes:
        - call: security_file_permission
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR678 info a check of writes that truncation gets round
        why: truncate(2) destroys the content without a write.
        write: Hook `security_path_truncate` too.
        bad:
        kprobes:
        - call: security_file_permission
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Prefix, values: [/srv/]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR679 info a check of connect that sendmsg gets round
        why: TCP Fast Open connects with sendmsg, and datagrams are sent without any connect.
        write: Hook `security_socket_sendmsg` too.
        bad:
        kprobes:
        - call: security_socket_connect
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_socket_connect
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        - call: security_socket_sendmsg
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR680 warning a system call without its twins
        why: The kernel has several calls for the same thing; a program picks one that is not hooked. io_uring needs none of them.
        write: Hook the function that all of them reach, or all of them.
        bad:
        kprobes:
        - call: sys_execve
          syscall: true
        good:
        kprobes:
        - call: sys_execve
          syscall: true
        - call: sys_execveat
          syscall: true

        ## SHR681 warning enforcement on 64-bit system calls only
        why: A program that is built for 32 bits, or only switches to them, enters through `__ia32_sys_*` and is not stopped.
        write: Add the `i386/` entries by a list, or hook a `security_*` function.
        bad:
        kprobes:
        - call: sys_setuid
          syscall: true
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]
        good:
        kprobes:
        - call: security_task_fix_setuid
          syscall: false
          selectors:
          - matchBinaries: [{operator: In, values: [/usr/bin/nmap]}]
            matchActions: [{action: Override, argError: -1}]

        ## SHR682 warning an argument that the system call does not have
        why: What is read is whatever the register holds.
        write: Remove it.
        bad:
        kprobes:
        - call: sys_finit_module
          syscall: true
          args: [{index: 4, type: int}]
        good:
        kprobes:
        - call: sys_finit_module
          syscall: true
          args: [{index: 2, type: int}]
        """#
}
