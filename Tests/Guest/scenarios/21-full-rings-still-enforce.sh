# every-kernel: yes
# With the agent stopped and every ring full, killing and refusing go on; what was lost is counted.
echo treasure >/tmp/kill-me
echo treasure >/tmp/deny-me
echo x >/tmp/noise
file_policy kill /tmp/kill-me <<-YAML
	- action: Sigkill
YAML
file_policy deny /tmp/deny-me <<-YAML
	- action: Override
	  argError: -1
YAML
file_policy noise /tmp/noise <<-YAML
	- action: Post
YAML
# Small rings, so that a stopped agent has them full after a few thousand events.
start_shriked --rb-size 64K --rb-critical-size 64K
settle
freeze_shriked

run flood flood-open 5000 /tmp/noise
expect_stdout flood 5000
# The ring of process events and of enforcement is flooded by what it carries.
run dying flood-open 3000 /tmp/deny-me
expect_stdout dying 0

run killed cat /tmp/kill-me
run denied cat /tmp/deny-me
expect_signal killed KILL
expect_stdout_empty killed
expect_refused denied EPERM
run near cat /etc/hostname
expect_stdout near guest

kill -CONT "$shriked_pid"
settle
run after cat /tmp/kill-me
expect_signal after KILL
expect_event "kprobe(\"kill\") and pid == $(pid_of after)" 1
stop_shriked
grep -qi 'lost' "$LOG" || fail "nothing in the log says that events were lost"
