# every-kernel: yes
# An LSM hook that kills, one that only tells, and one in monitor mode.
skip_unless bpf-lsm 6.1
for name in kill tell both; do echo "$name" >"/tmp/$name"; done
lsm_policy() {
	policy "$1" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata:
		  name: "$1"
		spec:
		  options:
		  - name: policy-mode
		    value: "$3"
		  lsmhooks:
		  - hook: "file_open"
		    message: "opened a file"
		    tags: ["guard", "files"]
		    args:
		    - index: 0
		      type: "file"
		      label: "opened"
		    selectors:
		    - matchArgs:
		      - index: 0
		        operator: "Equal"
		        values: ["$2", "/tmp/both"]
		      matchBinaries:
		      - operator: "In"
		        values: ["/usr/bin/cat"]
		      matchActions:
		      - action: Sigkill
	YAML
}
lsm_policy lsm-kill /tmp/kill enforce
lsm_policy lsm-tell /tmp/tell monitor
start_shriked

run killed cat /tmp/kill
expect_signal killed KILL
expect_event ".process_lsm.policy_name == \"lsm-kill\" and pid == $(pid_of killed)
	and .process_lsm.function_name == \"file_open\"
	and .process_lsm.message == \"opened a file\" and .process_lsm.tags == [\"guard\", \"files\"]
	and .process_lsm.args[0].label == \"opened\" and .process_lsm.args[0].file_arg.path == \"/tmp/kill\"
	and .process_lsm.action == \"KPROBE_ACTION_SIGKILL\" and (.process_lsm | has(\"return_action\") | not)" 1

run told cat /tmp/tell
expect_stdout told tell
expect_event ".process_lsm.policy_name == \"lsm-tell\" and pid == $(pid_of told)
	and .process_lsm.action == \"KPROBE_ACTION_SIGKILL\"" 1

run other-binary head -n 1 /tmp/kill
expect_stdout other-binary kill
expect_no_event ".process_lsm != null and pid == $(pid_of other-binary)"

run both cat /tmp/both
expect_signal both KILL
expect_event ".process_lsm != null and pid == $(pid_of both)" 2
