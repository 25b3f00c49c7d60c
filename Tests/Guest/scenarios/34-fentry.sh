# every-kernel: yes
# The section fentries: the same events as kprobes, on the same hook as another policy's kprobe.
echo one >/tmp/entered
echo two >/tmp/entere
policy by-fentry <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "by-fentry"
	spec:
	  fentries:
	  - call: "security_file_open"
	    syscall: false
	    args:
	    - index: 0
	      type: "file"
	    selectors:
	    - matchArgs:
	      - index: 0
	        operator: "Equal"
	        values: ["/tmp/entered"]
YAML
file_policy by-kprobe /tmp/enter <<-YAML
	- action: Post
YAML
start_shriked

run reader cat /tmp/entered
expect_policies reader by-fentry by-kprobe
expect_event "kprobe(\"by-fentry\") and pid == $(pid_of reader) and path == \"/tmp/entered\"
	and .process_kprobe.function_name == \"security_file_open\"" 1

run near cat /tmp/entere
expect_policies near by-kprobe
