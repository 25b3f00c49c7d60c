# A stopped agent changes nothing about what is killed or refused; its events come out when it goes on.
echo treasure >/tmp/kill-me
echo treasure >/tmp/deny-me
echo plain >/tmp/leave-me
file_policy kill /tmp/kill-me <<-YAML
	- action: Sigkill
YAML
file_policy deny /tmp/deny-me <<-YAML
	- action: Override
	  argError: -1
YAML
start_shriked
settle
freeze_shriked

run killed cat /tmp/kill-me
run denied cat /tmp/deny-me
run near cat /tmp/leave-me
expect_signal killed KILL
expect_stdout_empty killed
expect_refused denied EPERM
expect_stdout near plain
count_events "pid == $(pid_of killed)"
expect_equal 'events of a stopped agent' "$count" 0

kill -CONT "$shriked_pid"
expect_event "kprobe(\"kill\") and pid == $(pid_of killed)" 1
expect_event "kprobe(\"deny\") and pid == $(pid_of denied)" 1
expect_policies near
