# every-kernel: yes
# A function with more parameters than a trampoline can hold on some kernels is entered by a kprobe there, with the
# same meaning.
# timeout: 120
policy mapped <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "mapped"
	spec:
	  kprobes:
	  - call: "do_mmap"
	    syscall: false
	    args:
	    - index: 0
	      type: "file"
	    - index: 2
	      type: "uint64"
	    selectors:
	    - matchArgs:
	      - index: 0
	        operator: "Equal"
	        values: ["/usr/bin/cat"]
	      - index: 2
	        operator: "GT"
	        values: ["0"]
YAML
start_shriked
if kernel_before 6.6; then
	grep -q 'hook.mechanism=kprobe hook.refusal=' "$LOG" ||
		fail "do_mmap should be entered by a kprobe, and the reason told: $(grep hook.symbol "$LOG")"
fi

run cat cat /dev/null
expect_event "kprobe(\"mapped\") and pid == $(pid_of cat) and path == \"/usr/bin/cat\"
	and .process_kprobe.function_name == \"do_mmap\"
	and (.process_kprobe.args[1].size_arg | tonumber) > 0"
run near head /dev/null
expect_no_event ".process_kprobe != null and pid == $(pid_of near)"
