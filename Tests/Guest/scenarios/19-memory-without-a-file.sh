# every-kernel: yes
# A hook's file may be none, as it is of anonymous memory at mmap_file: that is not a file that a policy names, and harms
# nobody.
skip_unless bpf-lsm 5.7
policy mapped <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: mapped}
spec:
  lsmhooks:
  - hook: mmap_file
    args: [{index: 0, type: file}]
    selectors:
    - matchArgs: [{index: 0, operator: Prefix, values: [/usr/lib/x86_64-linux-gnu/libc.]}]
YAML
policy unmapped <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: unmapped}
spec:
  lsmhooks:
  - hook: mmap_file
    args: [{index: 0, type: file}]
    selectors:
    - matchArgs: [{index: 0, operator: NotPostfix, values: [.so, .so.6]}]
      matchBinaries: [{operator: In, values: [/usr/bin/timeout]}]
YAML
start_shriked

# Its C library is mapped, and so is memory without a file.
run dynamic timeout 5 true
expect_status dynamic 0
expect_event ".process_lsm.policy_name == \"mapped\" and pid == $(pid_of dynamic)"
# What has no path matches no filter, negated or not; the program and the loader do.
expect_event ".process_lsm.policy_name == \"unmapped\" and pid == $(pid_of dynamic)
	and .process_lsm.args[0].file_arg.path == \"/usr/bin/timeout\""
expect_no_event ".process_lsm.policy_name == \"unmapped\" and (.process_lsm.args[0].file_arg.path // \"\") == \"\""
# A static program maps memory and no library.
run static true
expect_no_event ".process_lsm.policy_name == \"mapped\" and pid == $(pid_of static)"
