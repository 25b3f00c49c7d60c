# timeout: 240
# every-kernel: yes
# Override in user space: a result without the function, a call that goes elsewhere, registers as a policy says; refused
# where the kernel lets no uprobe change registers.
program=/usr/bin/user-functions
policy guests <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: guests}
	spec:
	  uprobes:
	  - path: "$program"
	    symbols: ["is_welcome"]
	    args:
	    - {index: 0, type: "string"}
	    selectors:
	    - matchArgs:
	      - {index: 0, operator: "Equal", values: ["Eve"]}
	      matchActions:
	      - {action: Override, argError: 0}
	    - matchArgs:
	      - {index: 0, operator: "Equal", values: ["Mallory"]}
	      matchActions:
	      - {action: Override, argError: -7}
	    - matchArgs:
	      - {index: 0, operator: "Equal", values: ["Oscar"]}
	      matchActions:
	      - {action: Override, argNewSymbol: "is_nobody"}
YAML
policy sums <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: sums}
	spec:
	  uprobes:
	  - path: "$program"
	    symbols: ["add"]
	    args:
	    - {index: 0, type: "int"}
	    - {index: 1, type: "int64"}
	    selectors:
	    - matchArgs:
	      - {index: 0, operator: "Equal", values: ["5"]}
	      matchActions:
	      - {action: Override, argRegs: ["rsi=100%rsi", "edi=%esi", "rip=0%rip"]}
	    - matchArgs:
	      - {index: 0, operator: "Equal", values: ["6"]}
	      matchActions:
	      - {action: Override, argRegs: ["rax=(%rax)", "rsi=(%rax)"]}
YAML
if [ "$(shrike probe | grep uprobe_regs_change)" != 'uprobe_regs_change: true' ]; then
	kernel_before 6.18 || fail 'kernels have it since 6.18'
	try_shriked refused
	expect_status refused 1
	expect_stderr refused 'is not possible on this kernel: uprobes can change registers since Linux 6.18'
	exit 0
fi
start_shriked
this=".process_uprobe.policy_name == \"guests\" and .process_uprobe.symbol == \"is_welcome\""

run ana user-functions enter Ana
expect_stdout ana 'come in'
run eve user-functions enter Eve
expect_stdout eve 'stay out'
run mallory user-functions enter Mallory
expect_stdout mallory 'come in'
run oscar user-functions enter Oscar
expect_stdout oscar 'stay out'
for name in eve mallory oscar; do
	expect_event "$this and pid == $(pid_of "$name") and .process_uprobe.action == \"KPROBE_ACTION_OVERRIDE\"" 1
done
expect_no_event ".process_uprobe != null and pid == $(pid_of ana)"

# In order: the second sees what the first has changed.
run five user-functions add 5 1
expect_stdout five 202
expect_event "pid == $(pid_of five) and .process_uprobe.args == [{int_arg: 5}, {long_arg: \"1\"}]
	and .process_uprobe.action == \"KPROBE_ACTION_OVERRIDE\"" 1
run four user-functions add 4 1
expect_stdout four 5

# What lies at an address that is none cannot be had: the call goes on as it is, all of it, and the event says so.
run six user-functions add 6 1
expect_status six 0
expect_stdout six 7
expect_event "pid == $(pid_of six) and .process_uprobe.action == \"KPROBE_ACTION_POST\"" 1
