# every-kernel: yes
# A thread that executes takes over the process: one pid, no exit in between.
start_shriked
run threaded thread-exec /usr/bin/echo finished
expect_status threaded 0
pid=$(pid_of threaded)
thread=$(sed -n 's/.*tid //p' "$WORK/threaded.out")
expect_event "executes(\"/usr/bin/thread-exec\") and pid == $pid" 1
after="executes(\"/usr/bin/echo\") and pid == $pid"
expect_event "$after and .process_exec.process.tid == $pid and .process_exec.process.flags == \"execve\"" 1
expect_equal 'parent' "$(event "$after" .process_exec.process.parent_exec_id)" \
	"$(event "executes(\"/usr/bin/thread-exec\") and pid == $pid" .process_exec.process.exec_id)"
expect_event "ends and pid == $pid and .process_exit.process.binary == \"/usr/bin/echo\"" 1
expect_no_event "pid == $thread"
