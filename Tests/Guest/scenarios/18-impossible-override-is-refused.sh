# A system call cannot be overridden on kernels without error injection, which Debian's are: such a policy
# is refused when it is loaded, with its place, and never runs as something weaker.
policy override-call <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "override-call"
	spec:
	  kprobes:
	  - call: "sys_setuid"
	    syscall: true
	    args:
	    - index: 0
	      type: "uint32"
	    selectors:
	    - matchArgs:
	      - index: 0
	        operator: "Equal"
	        values:
	        - "1000"
	      matchActions:
	      - action: Override
	        argError: -1
YAML
if [ -e /sys/kernel/debug/error_injection/list ]; then
	start_shriked
	run denied set-uid 1000
	expect_refused denied EPERM
	run near set-uid 1001
	expect_stdout near 'uid 1001'
else
	bpf-objects list >"$WORK/objects.before"
	try_shriked refused
	expect_status refused 1
	expect_one_line refused
	expect_stderr refused '^[^:]*override-call.yaml:[0-9]*:[0-9]*: error: '
	expect_nothing_left
fi
