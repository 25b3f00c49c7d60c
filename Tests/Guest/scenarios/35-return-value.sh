# every-kernel: yes
# The value that a function returns: filtered, reported with the arguments in one event, and what was enforced
# at the function's entry is reported there too.
echo there >/tmp/ret-there
echo treasure >/tmp/vault
echo plain >/tmp/vaul
policy failed-opens <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "failed-opens"
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
	      label: "name"
	    selectors:
	    - matchArgs:
	      - index: 1
	        operator: "Prefix"
	        values: ["/tmp/ret-"]
	      matchReturnArgs:
	      - index: 0
	        operator: "Equal"
	        values: ["-2"]
YAML
policy denied-opens <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "denied-opens"
	spec:
	  kprobes:
	  - call: "security_file_open"
	    syscall: false
	    return: true
	    returnArg:
	      index: 0
	      type: "int"
	    args:
	    - index: 0
	      type: "file"
	    selectors:
	    - matchArgs:
	      - index: 0
	        operator: "Equal"
	        values: ["/tmp/vault"]
	      matchActions:
	      - action: Override
	        argError: -13
	    - matchArgs:
	      - index: 0
	        operator: "Equal"
	        values: ["/tmp/vaul"]
YAML
start_shriked

run missing cat /tmp/ret-missing
expect_event "kprobe(\"failed-opens\") and pid == $(pid_of missing)
	and .process_kprobe.function_name == \"__x64_sys_openat\"
	and .process_kprobe.args == [{string_arg: \"/tmp/ret-missing\", label: \"name\"}]
	and .process_kprobe.return == {int_arg: -2}
	and .process_kprobe.action == \"KPROBE_ACTION_POST\"
	and .process_kprobe.return_action == \"KPROBE_ACTION_POST\"" 1
run there cat /tmp/ret-there
expect_stdout there there
expect_no_event "kprobe(\"failed-opens\") and pid == $(pid_of there)"
run elsewhere cat /tmp/re-missing
expect_no_event "kprobe(\"failed-opens\") and pid == $(pid_of elsewhere)"

run denied cat /tmp/vault
expect_refused denied EACCES
expect_event "kprobe(\"denied-opens\") and pid == $(pid_of denied) and path == \"/tmp/vault\"
	and .process_kprobe.return == {int_arg: -13}
	and .process_kprobe.action == \"KPROBE_ACTION_OVERRIDE\"" 1
expect_event "kprobe(\"denied-opens\") and pid == $(pid_of denied)" 1
run allowed cat /tmp/vaul
expect_stdout allowed plain
expect_event "kprobe(\"denied-opens\") and pid == $(pid_of allowed) and path == \"/tmp/vaul\"
	and .process_kprobe.return == {int_arg: 0}
	and .process_kprobe.action == \"KPROBE_ACTION_POST\"" 1
