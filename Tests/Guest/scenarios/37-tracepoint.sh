# every-kernel: yes
# Tracepoints by the fields of their format: a text in the record, a text that the record points at, numbers, and
# the argument of a system call.
echo treasure >/tmp/vault
echo plain >/tmp/vaul
tracepoint_policy() {
	{
		cat <<-YAML
			apiVersion: cilium.io/v1alpha1
			kind: TracingPolicy
			metadata:
			  name: "$1"
			spec:
			  tracepoints:
			  - subsystem: "$2"
			    event: "$3"
		YAML
		sed 's/^/    /'
	} >"$POLICIES/$1.yaml"
}
tracepoint_policy exec-seen sched sched_process_exec <<-YAML
	message: "an exec"
	args:
	- index: 4
	  type: "string"
	- index: 5
	selectors:
	- matchArgs:
	  - index: 4
	    operator: "Equal"
	    values: ["/usr/bin/env"]
YAML
tracepoint_policy task-seen task task_newtask <<-YAML
	args:
	- index: 5
	- index: 7
	selectors:
	- matchArgs:
	  - index: 5
	    operator: "Equal"
	    values: ["fork-open"]
YAML
tracepoint_policy open-killed syscalls sys_enter_openat <<-YAML
	args:
	- index: 6
	  type: "string"
	- index: 7
	selectors:
	- matchArgs:
	  - index: 6
	    operator: "Equal"
	    values: ["/tmp/vault"]
	  matchActions:
	  - action: Sigkill
YAML
start_shriked

run execs env true
expect_event ".process_tracepoint.policy_name == \"exec-seen\" and pid == $(pid_of execs)
	and .process_tracepoint.subsys == \"sched\" and .process_tracepoint.event == \"sched_process_exec\"
	and .process_tracepoint.args == [{string_arg: \"/usr/bin/env\"}, {int_arg: $(pid_of execs)}]
	and .process_tracepoint.message == \"an exec\"
	and .process_tracepoint.action == \"KPROBE_ACTION_POST\"" 1
run near-exec true
expect_no_event ".process_tracepoint.policy_name == \"exec-seen\" and pid == $(pid_of near-exec)"

run forks fork-open /tmp/vaul
expect_event ".process_tracepoint.policy_name == \"task-seen\" and pid == $(pid_of forks)
	and .process_tracepoint.args == [{string_arg: \"fork-open\"}, {int_arg: 0}]"

run killed cat /tmp/vault
expect_signal killed KILL
expect_stdout_empty killed
expect_event ".process_tracepoint.policy_name == \"open-killed\" and pid == $(pid_of killed)
	and .process_tracepoint.args[0] == {string_arg: \"/tmp/vault\"}
	and .process_tracepoint.action == \"KPROBE_ACTION_SIGKILL\"" 1
run near cat /tmp/vaul
expect_stdout near plain
expect_no_event ".process_tracepoint.policy_name == \"open-killed\" and pid == $(pid_of near)"
