# Within a policy the first selector that matches decides; what stands behind it is not looked at.
echo allowed >/tmp/data-allowed
echo secret >/tmp/data-secret
policy ordered <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "ordered"
	spec:
	  kprobes:
	  - call: "security_file_open"
	    syscall: false
	    args:
	    - index: 0
	      type: "file"
	    selectors:
	    - matchArgs:
	      - index: 0
	        operator: "Equal"
	        values:
	        - "/tmp/data-allowed"
	      matchActions:
	      - action: Post
	    - matchArgs:
	      - index: 0
	        operator: "Prefix"
	        values:
	        - "/tmp/data-"
	      matchActions:
	      - action: Sigkill
YAML
# Another policy is not bound by that.
file_policy observer /tmp/data-allowed <<-YAML
	- action: Post
YAML
start_shriked

run allowed cat /tmp/data-allowed
expect_status allowed 0
expect_stdout allowed allowed
expect_policies allowed observer ordered
expect_event "kprobe(\"ordered\") and pid == $(pid_of allowed) and .process_kprobe.action == \"KPROBE_ACTION_POST\"" 1
run secret cat /tmp/data-secret
expect_signal secret KILL
expect_policies secret ordered
