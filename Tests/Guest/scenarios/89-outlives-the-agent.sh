# every-kernel: yes
# Killed, the daemon leaves its policies in force; the next one takes over, and not one attempt gets through.
# timeout: 150
echo treasure >/tmp/deny-me
echo treasure >/tmp/kill-me
echo plain >/tmp/leave-me
echo treasure >/tmp/kill-quietly
file_policy deny /tmp/deny-me <<-YAML
	- action: Override
	  argError: -1
YAML
file_policy kill /tmp/kill-me <<-YAML
	- action: Sigkill
YAML
# The same for the one that tries without pause, and fills no stream.
file_policy kill-quietly /tmp/kill-quietly <<-YAML
	- action: Sigkill
	- action: NoPost
YAML
start_shriked
cp "$WORK/objects.before" "$WORK/objects.first"
start dying keep-dying /tmp/kill-quietly

kill_shriked
expect_equal 'programs on file_open after the end of the agent' "$(bpf-objects on file_open | wc -l)" 1
run denied cat /tmp/deny-me
run killed cat /tmp/kill-me
run near cat /tmp/leave-me
expect_refused denied EPERM
expect_signal killed KILL
expect_stdout near plain

start_shriked
expect_log 'took over'
# What was replaced goes a little after its last reference.
wait_until '[ "$(bpf-objects on file_open | wc -l)" = 1 ]' 'the programs of the first run are still attached'
kill -TERM "$(pid_of dying)"
await dying
case $(stdout_of dying) in
'allowed 0 killed '[1-9]*) : ;;
*) fail "not one child should live: $(stdout_of dying)" ;;
esac
run denied-again cat /tmp/deny-me
expect_refused denied-again EPERM
run killed-again cat /tmp/kill-me
expect_signal killed-again KILL
run near-again cat /tmp/leave-me
expect_stdout near-again plain
expect_event "kprobe(\"deny\") and pid == $(pid_of denied-again)" 1
expect_event "kprobe(\"kill\") and pid == $(pid_of killed-again)" 1
expect_policies near-again
stop_shriked

# Nothing of the first run either.
cp "$WORK/objects.first" "$WORK/objects.before"
expect_nothing_left
run after cat /tmp/deny-me
expect_stdout after treasure

# An orderly end leaves them only when told so.
start_shriked --keep-enforcing
end_shriked
run kept cat /tmp/deny-me
expect_refused kept EPERM
run near-kept cat /tmp/leave-me
expect_stdout near-kept plain
start_shriked
run taken cat /tmp/deny-me
expect_refused taken EPERM
stop_shriked
cp "$WORK/objects.first" "$WORK/objects.before"
expect_nothing_left
