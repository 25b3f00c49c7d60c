# timeout: 240
# A static probe of user space: at both of its places, with a semaphore that the kernel counts; arguments from
# registers, from memory and as numbers; others are left alone.
program=/usr/bin/static-probes
policy visits <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: visits}
	spec:
	  usdts:
	  - path: "$program"
	    provider: "guests"
	    name: "visit"
	    message: "a visit"
	    args:
	    - {index: 0, type: "string"}
	    - {index: 1, type: "int"}
	    - {index: 2, type: "int16"}
	    selectors:
	    - matchArgs:
	      - {index: 1, operator: "GT", values: ["17"]}
	      - {index: 2, operator: "Equal", values: ["-7"]}
	    - matchArgs:
	      - {index: 0, operator: "Equal", values: ["Zoe"]}
	      matchActions:
	      - action: Sigkill
YAML
run before static-probes listens
expect_stdout before no
start_shriked
run during static-probes listens
expect_stdout during yes

run ana static-probes visit Ana 18
run bea static-probes visit-again Bea 19
run cleo static-probes visit-again Cleo 17
run dora static-probes leave Dora 20
run zoe static-probes visit-again Zoe -3
expect_stdout ana Ana
expect_signal zoe KILL
this=".process_usdt.path == \"$program\" and .process_usdt.provider == \"guests\" and .process_usdt.name == \"visit\"
	and .process_usdt.policy_name == \"visits\""
expect_event "$this and .process_usdt.process.pid == $(pid_of ana) and .process_usdt.message == \"a visit\"
	and [.process_usdt.args[] | del(.label)] == [{string_arg: \"Ana\"}, {int_arg: 18}, {int_arg: -7}]
	and (.process_usdt.args[2].label | startswith(\"-2@\")) and .process_usdt.action == \"KPROBE_ACTION_POST\"" 1
expect_event "$this and .process_usdt.process.pid == $(pid_of bea)
	and [.process_usdt.args[] | del(.label)] == [{string_arg: \"Bea\"}, {int_arg: 19}, {int_arg: -7}]
	and (.process_usdt.args[1].label | endswith(\",4)\"))"
expect_event "$this and .process_usdt.process.pid == $(pid_of zoe) and .process_usdt.args[1].int_arg == -3
	and .process_usdt.action == \"KPROBE_ACTION_SIGKILL\""
count_events ".process_usdt != null"
expect_equal 'events of the probe' "$count" 3
stop_shriked
run after static-probes listens
expect_stdout after no
