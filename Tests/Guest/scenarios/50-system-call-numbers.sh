# syscall64: the number of a system call at a tracepoint; a buffer of a tracepoint's field, as long as another field says.
policy numbers <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: numbers}
spec:
  tracepoints:
  - subsystem: raw_syscalls
    event: sys_enter
    args: [{index: 4, type: syscall64}, {index: 5}]
    selectors:
    # Not the daemon's own: each of its events would be the next one.
    - matchBinaries: [{operator: In, values: [/usr/bin/kernel-objects]}]
      matchArgs: [{index: 4, operator: Equal, values: ["20"]}]
YAML
policy written <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: written}
spec:
  options: [{name: disable-kprobe-multi, value: "1"}]
  tracepoints:
  - subsystem: syscalls
    event: sys_enter_write
    args: [{index: 6, type: char_buf, sizeArgIndex: 8}]
    selectors:
    - matchArgs: [{index: 6, operator: Equal, values: ["text\n"]}]
YAML
start_shriked
run vector kernel-objects writev
expect_event ".process_tracepoint.policy_name == \"numbers\" and pid == $(pid_of vector)
	and .process_tracepoint.args[0] == {syscall_id: {id: 20, abi: \"x64\"}}
	and (.process_tracepoint.args | length) == 7 and .process_tracepoint.args[3] == {size_arg: \"3\"}" 1
run text sh -c 'echo text >/dev/null'
expect_event ".process_tracepoint.policy_name == \"written\" and pid == $(pid_of text)
	and .process_tracepoint.args == [{bytes_arg: (\"text\n\" | @base64)}]" 1
run longer sh -c 'echo texts >/dev/null'
expect_policies longer
