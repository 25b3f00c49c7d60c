# every-kernel: yes
# A `security_` function without an LSM hook of its name is entered by fmod_ret, which refuses and kills as well.
for name in forbidden fatal allowed; do cp /usr/bin/write-bytes /tmp/$name; done
policy execution <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: execution}
spec:
  kprobes:
  - call: security_bprm_check
    syscall: false
    args: [{index: 0, type: linux_binprm}]
    selectors:
    - matchArgs: [{index: 0, operator: Equal, values: [/tmp/forbidden]}]
      matchActions: [{action: Override, argError: -1}]
    - matchArgs: [{index: 0, operator: Equal, values: [/tmp/fatal]}]
      matchActions: [{action: Sigkill}]
YAML
start_shriked
grep -q 'mechanism=modifyReturn' "$LOG" || fail "entered otherwise: $(head -n 1 "$LOG")"

run forbidden sh -c '/tmp/forbidden 3'
expect_status forbidden 126
expect_stdout_empty forbidden
run fatal sh -c '/tmp/fatal 3; echo "status $?"'
expect_stdout fatal 'status 137'
run allowed /tmp/allowed 3
expect_status allowed 0
expect_event 'kprobe("execution") and .process_kprobe.action == "KPROBE_ACTION_OVERRIDE"
	and .process_kprobe.args[0].linux_binprm_arg.path == "/tmp/forbidden"' 1
expect_event 'kprobe("execution") and .process_kprobe.action == "KPROBE_ACTION_SIGKILL"
	and .process_kprobe.args[0].linux_binprm_arg.path == "/tmp/fatal"' 1
expect_no_event ".process_kprobe != null and pid == $(pid_of allowed)"

# With the agent stopped it is the same.
freeze_shriked
run stopped sh -c '/tmp/forbidden 3'
expect_status stopped 126
kill -CONT "$shriked_pid"
