# every-kernel: yes
# matchReturnActions: done when the function returns, by the selector whose return filter matches; matchActions
# are done at its entry by the first selector whose other filters match.
echo there >/tmp/act-there
policy act <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "act"
	spec:
	  kprobes:
	  - call: "sys_openat"
	    return: true
	    returnArg:
	      index: 0
	      type: "int"
	    args:
	    - index: 1
	      type: "string"
	    selectors:
	    - matchArgs:
	      - index: 1
	        operator: "Prefix"
	        values: ["/tmp/act-"]
	      matchReturnArgs:
	      - index: 0
	        operator: "Equal"
	        values: ["-2"]
	      matchReturnActions:
	      - action: Signal
	        argSig: 15
	    - matchArgs:
	      - index: 1
	        operator: "Prefix"
	        values: ["/tmp/act-"]
	      matchReturnArgs:
	      - index: 0
	        operator: "GT"
	        values: ["-1"]
	      matchReturnActions:
	      - action: Post
	    - matchArgs:
	      - index: 1
	        operator: "Equal"
	        values: ["/tmp/kill-at-entry"]
	      matchActions:
	      - action: Sigkill
YAML
start_shriked

run missing cat /tmp/act-missing
expect_signal missing TERM
expect_event "kprobe(\"act\") and pid == $(pid_of missing) and .process_kprobe.return == {int_arg: -2}
	and .process_kprobe.action == \"KPROBE_ACTION_POST\"
	and .process_kprobe.return_action == \"KPROBE_ACTION_SIGNAL\"" 1

run there cat /tmp/act-there
expect_stdout there there
expect_event "kprobe(\"act\") and pid == $(pid_of there) and .process_kprobe.return.int_arg > 0
	and .process_kprobe.return_action == \"KPROBE_ACTION_POST\"" 1

run killed cat /tmp/kill-at-entry
expect_signal killed KILL
expect_event "kprobe(\"act\") and pid == $(pid_of killed) and .process_kprobe.return == {int_arg: -2}
	and .process_kprobe.action == \"KPROBE_ACTION_SIGKILL\"
	and .process_kprobe.return_action == \"KPROBE_ACTION_POST\"" 1
