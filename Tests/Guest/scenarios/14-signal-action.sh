# Signal sends the number that the policy names: a default action ends the caller, a handler runs.
for name in term usr1 none; do echo "$name text" >"/tmp/for-$name"; done
file_policy send-term /tmp/for-term <<-YAML
	- action: Signal
	  argSig: 15
YAML
file_policy send-usr1 /tmp/for-usr1 <<-YAML
	- action: Signal
	  argSig: 10
YAML
start_shriked

run ended cat /tmp/for-term
expect_signal ended TERM
expect_stdout_empty ended
expect_event "kprobe(\"send-term\") and pid == $(pid_of ended) and .process_kprobe.action == \"KPROBE_ACTION_SIGNAL\"" 1
expect_event "ends and pid == $(pid_of ended) and .process_exit.signal == \"SIGTERM\"" 1

run handled sh -c 'trap "echo caught" USR1; : </tmp/for-usr1; echo after'
expect_status handled 0
expect_stdout handled "caught
after"
expect_policies handled send-usr1

run untouched sh -c 'trap "echo caught" USR1 TERM; : </tmp/for-none; echo after'
expect_status untouched 0
expect_stdout untouched after
expect_policies untouched
