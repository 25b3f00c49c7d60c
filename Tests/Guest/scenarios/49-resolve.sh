# timeout: 180
# every-kernel: yes
# resolve: values behind an argument, by the running kernel's types; and data: values that are no arguments.
# /tmp is a mount: its own root has no name.
mkdir /tmp/folder
echo treasure >/tmp/folder/vault
echo plain >/tmp/folder/vaul
echo x >/tmp/forbidden
policy members <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: members}
spec:
  kprobes:
  - call: security_file_open
    syscall: false
    args:
    - {index: 0, type: string, resolve: f_path.dentry.d_name.name, label: name}
    - {index: 0, type: string, resolve: f_path.dentry.d_parent.d_name.name, label: folder}
    - {index: 0, type: path, resolve: f_path, label: path}
    - {index: 0, type: uint32, resolve: f_cred.uid.val, label: uid}
    - {index: 0, type: int64, resolve: f_inode.i_size, label: bytes}
    selectors:
    - matchArgs:
      - {args: [0], operator: Equal, values: [vault]}
      - {args: [4], operator: Equal, values: ["9"]}
YAML
policy deny <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: deny}
spec:
  lsmhooks:
  - hook: file_open
    args: [{index: 0, type: string, resolve: f_path.dentry.d_name.name}]
    selectors:
    - matchArgs: [{index: 0, operator: Equal, values: [forbidden]}]
      matchActions: [{action: Override, argError: -13}]
YAML
policy nowhere <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: nowhere}
spec:
  kprobes:
  - call: security_file_open
    syscall: false
    args: [{index: 0, type: uint64, resolve: private_data.nothing}]
YAML
try_shriked refused
expect_stderr refused "nowhere.yaml:8:46: error: .private_data.nothing. leads nowhere: .void. has no members, so no .nothing."
rm "$POLICIES/nowhere.yaml"
has_feature bpf-lsm || rm "$POLICIES/deny.yaml"
start_shriked

run reader cat /tmp/folder/vault
expect_event "kprobe(\"members\") and pid == $(pid_of reader) and .process_kprobe.args == [
	{string_arg: \"vault\", label: \"name\"}, {string_arg: \"folder\", label: \"folder\"},
	{path_arg: {path: \"/tmp/folder/vault\", permission: \"-rw-r--r--\"}, label: \"path\"},
	{uint_arg: 0, label: \"uid\"}, {long_arg: \"9\", label: \"bytes\"}]" 1
run near cat /tmp/folder/vaul
expect_no_event "kprobe(\"members\") and pid == $(pid_of near)"
echo longer-treasure >/tmp/folder/vault
run other-size cat /tmp/folder/vault
expect_no_event "kprobe(\"members\") and pid == $(pid_of other-size)"

if has_feature bpf-lsm; then
	run denied cat /tmp/forbidden
	expect_refused denied EACCES
	run allowed cat /tmp/folder/vaul
	expect_stdout allowed plain
fi

# A hook reads four different texts at most: the others are of a daemon of their own.
stop_shriked
rm "$POLICIES"/*
policy task <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: task}
spec:
  kprobes:
  - call: security_file_open
    syscall: false
    args: [{index: 0, type: file}]
    data:
    - {index: 0, type: string, source: current_task, resolve: comm, label: comm}
    - {index: 0, type: int, source: current_task, resolve: real_parent.tgid, label: parent}
    - {index: 0, type: uint32, source: current_task, resolve: cred.euid.val}
    selectors:
    - matchData: [{index: 0, operator: Equal, values: [open-file]}]
      matchArgs: [{index: 0, operator: Prefix, values: [/tmp/]}]
YAML
start_shriked
run opener open-file open /tmp/folder/vaul
expect_event "kprobe(\"task\") and pid == $(pid_of opener) and path == \"/tmp/folder/vaul\"
	and .process_kprobe.data == [{string_arg: \"open-file\", label: \"comm\"},
		{int_arg: $$, label: \"parent\"}, {uint_arg: 0}]" 1
run copier cat /tmp/folder/vaul
expect_no_event "kprobe(\"task\") and pid == $(pid_of copier)"
