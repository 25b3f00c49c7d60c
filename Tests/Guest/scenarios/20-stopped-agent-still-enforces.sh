# every-kernel: yes
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
# A thread that does not block SIGTERM (bit 14) dies of it with the whole process, while the main thread, which waits
# for the signal, is on its way: right after a stop for example.
for thread in /proc/"$shriked_pid"/task/*; do
	[ "${thread##*/}" != "$shriked_pid" ] || continue
	blocked=$(awk '/^SigBlk:/ { print $2 }' "$thread/status")
	[ $((0x$blocked & 0x4000)) != 0 ] || fail "the thread $(cat "$thread/comm") does not block SIGTERM"
done
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
