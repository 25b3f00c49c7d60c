# timeout: 240
# Set: an argument of a static probe that is in memory becomes what the policy says; one in a register is refused.
program=/usr/bin/static-probes
set_policy() {
	policy "$1" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata: {name: "$1"}
		spec:
		  uprobes: []
		  usdts:
		  - path: "$program"
		    provider: "guests"
		    name: "pay"
		    args:
		    - {index: 0, type: "string"}
		    - {index: 1, type: "int"}
		    - {index: 2, type: "int"}
		    selectors:
		    - matchArgs:
		      - {index: 0, operator: "Equal", values: ["Zoe"]}
		      matchActions:
		      - {action: Set, argIndex: $2, argValue: 4000000000}
	YAML
}
set_policy register 2
try_shriked refused
expect_status refused 1
expect_stderr refused 'argument 2 of `guests:pay` is `-4@%e.*`, which `Set` cannot change'
rm "$POLICIES/register.yaml"

set_policy prices 1
start_shriked
run ana static-probes pay Ana 18
expect_stdout ana 18
run zoe static-probes pay Zoe 19
expect_stdout zoe -294967296
expect_event ".process_usdt.process.pid == $(pid_of zoe) and .process_usdt.policy_name == \"prices\"
	and .process_usdt.action == \"KPROBE_ACTION_SET\" and .process_usdt.args[0].string_arg == \"Zoe\"" 1
count_events ".process_usdt != null"
expect_equal 'events of the probe' "$count" 1
stop_shriked

# In monitor mode the event says what would have been done.
set_policy prices 1
sed -i 's/^spec:/spec:\n  options: [{name: policy-mode, value: monitor}]/' "$POLICIES/prices.yaml"
start_shriked
run mona static-probes pay Zoe 20
expect_stdout mona 20
expect_event ".process_usdt.process.pid == $(pid_of mona) and .process_usdt.action == \"KPROBE_ACTION_SET\"" 1
