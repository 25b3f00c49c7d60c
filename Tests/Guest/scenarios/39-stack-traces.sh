# timeout: 240
# Stack traces of Post: of the kernel by its own names, of the process by those of its files; only for the policy
# that asks.
policy stacks <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: stacks}
	spec:
	  kprobes:
	  - call: security_path_mkdir
	    syscall: false
	    selectors:
	    - matchActions:
	      - {action: Post, kernelStackTrace: true, userStackTrace: true}
	  - call: sys_mkdir
	    selectors:
	    - matchActions:
	      - {action: Post, userStackTrace: true}
YAML
policy kernel-only <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: kernel-only}
	spec:
	  fentries:
	  - call: security_path_mkdir
	    syscall: false
	    selectors:
	    - matchActions:
	      - {action: Post, kernelStackTrace: true}
YAML
policy none <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: none}
	spec:
	  kprobes:
	  - {call: security_path_mkdir, syscall: false}
YAML
# It enforces, so it may be entered another way.
policy enforced <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: enforced}
	spec:
	  kprobes:
	  - call: security_path_rmdir
	    syscall: false
	    selectors:
	    - matchActions:
	      - {action: Override, argError: -1}
	      - {action: Post, kernelStackTrace: true}
YAML
start_shriked
# It waits when it has made the directory, so that its memory can be looked at.
start maker user-functions make /tmp/stack
names="[.process_kprobe.kernel_stack_trace[]?.symbol]"
this=".process_kprobe.policy_name == \"stacks\" and pid == $(pid_of maker)
	and .process_kprobe.function_name == \"security_path_mkdir\""
expect_event "$this" 1
expect_equal 'the innermost function' "$(event "$this" "${names}[0]")" security_path_mkdir
expect_event "$this and ($names | any(. != null and contains(\"mkdirat\"))) and ($names | index(\"do_syscall_64\")) != null
	and ([${names}[] | select(startswith(\"bpf_\"))] == []) and ([.process_kprobe.kernel_stack_trace[].address] | all(. == null))"
users="[.process_kprobe.user_stack_trace[]?.symbol]"
# The C library's mkdir(2) has no frame of its own, so the frame pointer is its caller's, and leads to the next one.
expect_event "$this and (${users}[0] | endswith(\"mkdir\")) and ($users | index(\"main\")) != null
	and ([.process_kprobe.user_stack_trace[] | select(.symbol == \"main\") | .module] == [\"/usr/bin/user-functions\"])"
expect_event ".process_kprobe.policy_name == \"stacks\" and .process_kprobe.function_name == \"__x64_sys_mkdir\"
	and pid == $(pid_of maker) and .process_kprobe.kernel_stack_trace == null
	and ($users | index(\"main\")) != null" 1
expect_event ".process_kprobe.policy_name == \"kernel-only\" and pid == $(pid_of maker)
	and ${names}[0] == \"security_path_mkdir\" and .process_kprobe.user_stack_trace == null" 1
expect_event ".process_kprobe.policy_name == \"none\" and pid == $(pid_of maker)
	and .process_kprobe.kernel_stack_trace == null and .process_kprobe.user_stack_trace == null" 1
kill "$(pid_of maker)"
await maker
run remover rmdir /tmp/stack
expect_refused remover EPERM
expect_event ".process_kprobe.policy_name == \"enforced\" and pid == $(pid_of remover)
	and ($names | index(\"do_rmdir\") // index(\"filename_rmdir\")) != null
	and ([${names}[] | select(startswith(\"bpf_\"))] == [])" 1
stop_shriked

# Addresses only for those who want them.
rm "$POLICIES"/none.yaml "$POLICIES"/enforced.yaml "$POLICIES"/kernel-only.yaml
start_shriked --expose-stack-addresses
run maker mkdir /tmp/stack-2
expect_event "kprobe(\"stacks\") and pid == $(pid_of maker) and ([.process_kprobe.kernel_stack_trace[]?.address] | length > 3)"
