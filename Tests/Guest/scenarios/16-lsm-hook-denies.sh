# every-kernel: yes
# The same refusal written as an LSM hook, with another error.
skip_unless bpf-lsm 6.1
echo treasure >/tmp/vault
echo plain >/tmp/vaul
policy lsm-deny <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "lsm-deny"
	spec:
	  lsmhooks:
	  - hook: "file_open"
	    args:
	    - index: 0
	      type: "file"
	    selectors:
	    - matchArgs:
	      - index: 0
	        operator: "Equal"
	        values:
	        - "/tmp/vault"
	      matchActions:
	      - action: Override
	        argError: -13
YAML
start_shriked

run reader cat /tmp/vault
expect_refused reader EACCES
expect_stdout_empty reader
expect_event ".process_lsm.policy_name == \"lsm-deny\" and pid == $(pid_of reader)
	and .process_lsm.function_name == \"file_open\"
	and .process_lsm.args[0].file_arg.path == \"/tmp/vault\"
	and .process_lsm.action == \"KPROBE_ACTION_OVERRIDE\"" 1

run near cat /tmp/vaul
expect_stdout near plain
expect_no_event ".process_lsm != null and pid == $(pid_of near)"
