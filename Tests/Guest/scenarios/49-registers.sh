# source: pt_regs: registers at a function's entry, and those of a system call's caller; resolve of user memory.
policy registers <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: registers}
spec:
  kprobes:
  - call: security_task_kill
    syscall: false
    args: [{index: 2, type: int, label: signal}]
    data:
    - {index: 0, type: uint32, source: pt_regs, resolve: edx, label: edx}
    - {index: 0, type: uint8, source: pt_regs, resolve: dl}
    selectors: [{matchData: [{index: 0, operator: Equal, values: ["10"]}]}]
YAML
policy caller <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: caller}
spec:
  kprobes:
  - call: sys_kill
    syscall: true
    args: [{index: 1, type: int}]
    data: [{index: 0, type: uint64, source: pt_regs, resolve: rsi}]
    selectors: [{matchData: [{index: 0, operator: InRange, values: ["10:12"]}]}]
YAML
policy user-memory <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: user-memory}
spec:
  kprobes:
  - call: sys_writev
    syscall: true
    args:
    - {index: 1, type: uint64, resolve: "[2].iov_len", btfType: iovec, label: third}
    - {index: 1, type: string, resolve: iov_base, btfType: iovec}
    - {index: 1, type: uint32, resolve: "[1].iov_base.x", btfType: iovec}
    # Not the daemon's own: each of its events would be the next one.
    selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/kernel-objects]}]}]
YAML
try_shriked bad-path
expect_stderr bad-path "leads nowhere: .void. has no members"
sed -i /iov_base.x/d "$POLICIES/user-memory.yaml"
start_shriked

run usr1 sh -c 'trap : USR1; kill -USR1 $$'
expect_event "kprobe(\"registers\") and pid == $(pid_of usr1) and .process_kprobe.args == [{int_arg: 10, label: \"signal\"}]
	and .process_kprobe.data == [{uint_arg: 10, label: \"edx\"}, {uint_arg: 10}]" 1
expect_event "kprobe(\"caller\") and pid == $(pid_of usr1) and .process_kprobe.data == [{size_arg: \"10\"}]" 1
run winch sh -c 'kill -WINCH $$'
expect_policies winch
run vector kernel-objects writev
expect_event "kprobe(\"user-memory\") and pid == $(pid_of vector) and .process_kprobe.args[0] == {size_arg: \"5\", label: \"third\"}" 1
