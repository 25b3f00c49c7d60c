# What an exec and an exit tell about an ordinary process.
start_shriked
cd /usr
run plain /usr/bin/echo one 'two three' 'say "hi"' ''
expect_status plain 0
pid=$(pid_of plain)
exec="executes(\"/usr/bin/echo\") and pid == $pid"
expect_event "$exec" 1
expect_event "$exec and .process_exec.process.arguments == \"one \\\"two three\\\" \\\"say \\\"hi\\\"\\\" \"
	and .process_exec.process.cwd == \"/usr\"
	and .process_exec.process.flags == \"execve clone\"
	and .process_exec.process.uid == 0
	and .process_exec.process.auid == 4294967295
	and .process_exec.process.tid == $pid
	and .process_exec.process.in_init_tree == false
	and .process_exec.parent.pid == $$
	and .process_exec.process.parent_exec_id == .process_exec.parent.exec_id"
expect_equal 'exec_id of the parent' "$(event "$exec" .process_exec.parent.exec_id)" "$(exec_id_of $$)"

# exec_id is base64 of node:ktime:pid.
id=$(event "$exec" .process_exec.process.exec_id)
expect_equal 'node and pid of exec_id' "$(echo "$id" | base64 -d | sed 's/:[0-9]*:/ /')" "guest $pid"
started=$(event "$exec" .process_exec.process.start_time)
echo "$started" | grep -Eq '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{3,9})?Z$' || fail "start_time is '$started'"

exit="ends and pid == $pid"
expect_event "$exit" 1
expect_event "$exit and .process_exit.process.exec_id == \"$id\" and .process_exit.signal == null
	and .process_exit.status == null and .process_exit.parent.pid == $$ and .process_exit.time != null" 1

# The root directory as working directory is a flag.
cd /
run root /usr/bin/true
expect_event "executes(\"/usr/bin/true\") and pid == $(pid_of root) and .process_exec.process.flags == \"execve rootcwd clone\"
	and .process_exec.process.cwd == \"/\" and .process_exec.process.arguments == null" 1
