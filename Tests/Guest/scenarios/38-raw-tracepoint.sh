# every-kernel: yes
# A raw tracepoint hands over what TP_PROTO names: here the number of a system call.
policy mkdir-seen <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "mkdir-seen"
	spec:
	  tracepoints:
	  - subsystem: "raw_syscalls"
	    event: "sys_enter"
	    raw: true
	    args:
	    - index: 1
	      type: "int64"
	    selectors:
	    - matchArgs:
	      - index: 1
	        operator: "Equal"
	        values: ["83"]
YAML
# What they point at is read like the parameters of functions.
policy executions <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: executions}
	spec:
	  tracepoints:
	  - subsystem: sched
	    event: sched_process_exec
	    raw: true
	    args:
	    - {index: 2, type: path, resolve: file.f_path}
	    - {index: 2, type: dentry, resolve: file.f_path.dentry}
	    - {index: 0, type: cred, resolve: cred}
	    selectors:
	    - matchArgs: [{args: [0], operator: Equal, values: [/usr/bin/mkdir]}]
YAML
start_shriked

run maker mkdir /tmp/made
expect_status maker 0
expect_event ".process_tracepoint.policy_name == \"mkdir-seen\" and pid == $(pid_of maker)
	and .process_tracepoint.subsys == \"raw_syscalls\" and .process_tracepoint.event == \"sys_enter\"
	and .process_tracepoint.args == [{long_arg: \"83\"}]" 1
expect_event ".process_tracepoint.policy_name == \"executions\" and pid == $(pid_of maker)
	and .process_tracepoint.args[0].path_arg.path == \"/usr/bin/mkdir\"
	and .process_tracepoint.args[1].path_arg.path == \"/usr/bin/mkdir\"
	and .process_tracepoint.args[2].process_credentials_arg.uid == 0" 1
run near rmdir /tmp/made
expect_status near 0
expect_no_event ".process_tracepoint != null and pid == $(pid_of near)"
