# timeout: 240
# every-kernel: yes
# User space functions: by symbol, by file offset and by address; in a program and in a shared library; a text as
# argument; what is not named is left alone.
libc=/usr/lib/x86_64-linux-gnu/libc.so.6
program=/usr/bin/user-functions
policy greetings <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "greetings"
	spec:
	  uprobes:
	  - path: "$program"
	    message: "somebody is greeted"
	    tags: ["observability.probe"]
	    symbols: ["greet", "farewell"]
	    args:
	    - index: 0
	      type: "string"
	    selectors:
	    - matchArgs:
	      - index: 0
	        operator: "Prefix"
	        values: ["A"]
	    - matchArgs:
	      - index: 0
	        operator: "Equal"
	        values: ["Zoe"]
	      matchActions:
	      - action: Sigkill
YAML
# A shared library, which has no other symbols than those that it is linked by.
policy library <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "library"
	spec:
	  uprobes:
	  - path: "$libc"
	    symbols: ["execvp"]
	    selectors:
	    - matchBinaries:
	      - operator: "In"
	        values: ["/usr/bin/env"]
YAML
start_shriked

run ana user-functions greet Ana
expect_stdout ana 'hello Ana'
expect_event ".process_uprobe.policy_name == \"greetings\" and pid == $(pid_of ana)
	and .process_uprobe.path == \"$program\" and .process_uprobe.symbol == \"greet\"
	and .process_uprobe.message == \"somebody is greeted\" and .process_uprobe.tags == [\"observability.probe\"]
	and .process_uprobe.args == [{string_arg: \"Ana\"}] and .process_uprobe.action == \"KPROBE_ACTION_POST\"
	and .process_uprobe.process.binary == \"$program\" and .process_uprobe.parent.pid == $$" 1
run bye user-functions farewell Anton
expect_event ".process_uprobe.symbol == \"farewell\" and pid == $(pid_of bye)" 1
run bea user-functions greet Bea
expect_stdout bea 'hello Bea'
run zoe user-functions farewell Zoe
expect_signal zoe KILL
expect_event ".process_uprobe.action == \"KPROBE_ACTION_SIGKILL\" and pid == $(pid_of zoe)" 1

# What a process has in its registers is no way into the kernel's memory.
run kernel user-functions kernel 0xffffffff81000000
expect_no_event ".process_uprobe != null and pid == $(pid_of kernel) and .process_uprobe.args[0].string_arg != null"

run env env true
expect_status env 0
expect_event ".process_uprobe.policy_name == \"library\" and pid == $(pid_of env)
	and .process_uprobe.path == \"$libc\" and .process_uprobe.symbol == \"execvp\"
	and .process_uprobe.args == null" 1
run timeout timeout 5 true
expect_status timeout 0
expect_no_event ".process_uprobe.policy_name == \"library\" and pid == $(pid_of timeout)"
count_events ".process_uprobe != null and pid == $(pid_of bea)"
expect_equal 'events of who is not named' "$count" 0
