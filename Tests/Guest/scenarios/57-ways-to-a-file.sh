# timeout: 180
# every-kernel: yes
# Arguments that lead to a file: a descriptor, a program to execute, a read in flight, a file name, a dentry. A dentry
# knows no mounts: its path starts at the root of its file system, which is /tmp here.
BINARIES=/usr/bin/open-file
argument_policy fd sys_read 0 fd Equal /tmp/ways/one
argument_policy not-fd sys_read 0 fd NotPostfix /one
argument_policy dentry security_inode_unlink 1 dentry Prefix /ways/
sed -i 's,/usr/bin/open-file,/usr/bin/rm,' "$POLICIES/dentry.yaml"
policy reading <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: reading}
spec:
  kprobes:
  - call: shmem_file_read_iter
    syscall: false
    args: [{index: 0, type: kiocb}]
    selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/open-file]}]}]
  - call: do_filp_open
    syscall: false
    args: [{index: 1, type: filename}]
    selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/open-file]}]}]
YAML
# The function has another name in new kernels.
has_feature function:do_filp_open || sed -i 's/do_filp_open/do_file_open/' "$POLICIES/reading.yaml"
BINARIES='' argument_policy program security_bprm_check 0 linux_binprm Postfix /write-bytes
mkdir -p /tmp/ways
echo text >/tmp/ways/one
echo text >/tmp/ways/two
start_shriked

run one open-file open /tmp/ways/one
expect_policies one fd reading
expect_event "kprobe(\"fd\") and pid == $(pid_of one)
	and .process_kprobe.args == [{file_arg: {path: \"/tmp/ways/one\", permission: \"-rw-r--r--\"}}]"
expect_event "kprobe(\"reading\") and pid == $(pid_of one) and .process_kprobe.function_name == \"shmem_file_read_iter\"
	and .process_kprobe.args == [{file_arg: {path: \"/tmp/ways/one\", permission: \"-rw-r--r--\"}}]"
expect_event "kprobe(\"reading\") and pid == $(pid_of one) and .process_kprobe.args == [{string_arg: \"/tmp/ways/one\"}]" 1
run two open-file open /tmp/ways/two
expect_policies two not-fd reading
run program write-bytes 1
expect_policies program program
expect_event "kprobe(\"program\") and pid == $(pid_of program)
	and .process_kprobe.args[0].linux_binprm_arg.path == \"/usr/bin/write-bytes\"" 1
run removed rm /tmp/ways/two
expect_policies removed dentry
expect_event "kprobe(\"dentry\") and pid == $(pid_of removed)
	and .process_kprobe.args == [{path_arg: {path: \"/ways/two\", permission: \"-rw-r--r--\"}}]" 1
echo text >/tmp/wayside
run other rm /tmp/wayside
expect_policies other
