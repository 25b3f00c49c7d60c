# every-kernel: yes
# Whether a system call can be overridden is up to the kernel: Debian's 6.1 and 6.12 are built without error
# injection. There such a policy is refused when it is loaded, with its place; elsewhere it holds. Nowhere does
# it run as something weaker.
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
if kernel_before 7.0; then
	bpf-objects list >"$WORK/objects.before"
	try_shriked refused
	expect_status refused 1
	expect_one_line refused
	expect_stderr refused '^[^:]*override-call.yaml:[0-9]*:[0-9]*: error: '
	expect_nothing_left
else
	start_shriked
	run denied set-uid 1000
	expect_refused denied EPERM
	expect_event "kprobe(\"override-call\") and pid == $(pid_of denied) and .process_kprobe.action == \"KPROBE_ACTION_OVERRIDE\"" 1
	run near set-uid 1001
	expect_stdout near 'uid 1001'
	expect_policies near
fi
