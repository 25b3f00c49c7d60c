# A signal is refused by its number, with the sender named, before it reaches its target.
policy no-usr1 <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "no-usr1"
	spec:
	  kprobes:
	  - call: "security_task_kill"
	    syscall: false
	    args:
	    - index: 2
	      type: "int"
	    selectors:
	    - matchArgs:
	      - index: 2
	        operator: "Equal"
	        values:
	        - "10"
	      matchActions:
	      - action: Override
	        argError: -1
YAML
start_shriked
start target sh -c 'trap "echo usr1" USR1; trap "echo usr2; exit 0" USR2; while :; do usleep 10000; done'
usleep 300000

run forbidden sh -c "kill -USR1 $(pid_of target)"
expect_refused forbidden EPERM
expect_event "kprobe(\"no-usr1\") and pid == $(pid_of forbidden) and .process_kprobe.args == [{int_arg: 10}]
	and .process_kprobe.action == \"KPROBE_ACTION_OVERRIDE\"" 1
run allowed sh -c "kill -USR2 $(pid_of target)"
expect_status allowed 0
await target
expect_status target 0
expect_stdout target usr2
expect_policies allowed
