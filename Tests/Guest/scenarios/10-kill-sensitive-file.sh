# timeout: 180
# every-kernel: yes
# cat of a sensitive file is killed before it has read a byte; its neighbours are left alone.
policy_file /policies/examples/monitor-sensitive-files.yaml
start_shriked

run victim cat /etc/shadow
expect_signal victim KILL
expect_stdout_empty victim

pid=$(pid_of victim)
hit="kprobe(\"monitor-sensitive-files\") and pid == $pid"
expect_event "$hit" 1
expect_event "$hit"' and .process_kprobe.function_name == "security_file_open"
	and .process_kprobe.action == "KPROBE_ACTION_SIGKILL"
	and path == "/etc/shadow"
	and .process_kprobe.args[0].file_arg.permission == "-rw-r-----"
	and (.process_kprobe.args | length) == 1' 1
expect_event "$hit and .process_kprobe.process.tid == $pid
	and .process_kprobe.process.binary == \"/usr/bin/cat\"
	and .process_kprobe.process.arguments == \"/etc/shadow\"
	and .process_kprobe.process.cwd == \"$WORK\"" 1
expect_event "ends and pid == $pid and .process_exit.signal == \"SIGKILL\"" 1

# Who did it: the event names the process by the id that its exec had, and its parent likewise.
expect_equal 'exec_id of the victim' "$(event "$hit" .process_kprobe.process.exec_id)" "$(exec_id_of "$pid")"
expect_equal 'pid of the parent' "$(event "$hit" .process_kprobe.parent.pid)" $$
expect_equal 'exec_id of the parent' "$(event "$hit" .process_kprobe.parent.exec_id)" "$(exec_id_of $$)"
expect_equal 'parent_exec_id' "$(event "$hit" .process_kprobe.process.parent_exec_id)" "$(exec_id_of $$)"
expect_ancestry "$(exec_id_of "$pid")"

# A shell that was started under the policy sees its child die and goes on.
run shell sh -c 'cat /etc/shadow; echo "status $?"'
expect_status shell 0
expect_stdout shell 'status 137'
shell_hit="kprobe(\"monitor-sensitive-files\") and .process_kprobe.parent.pid == $(pid_of shell)"
expect_equal 'exec_id of the shell' "$(event "$shell_hit" .process_kprobe.parent.exec_id)" "$(exec_id_of "$(pid_of shell)")"

# The other paths of the policy.
run directory cat /etc/kubernetes/admin.conf
expect_signal directory KILL
expect_stdout_empty directory
run longer sh -c 'exec cat /etc/passwd'
expect_signal longer KILL

# One letter less, another file, and a listing that opens none of them (with -l it would read /etc/passwd).
run other cat /etc/hostname
expect_status other 0
expect_stdout other guest
run near cat /etc/shado
expect_status near 0
expect_stdout near 'not secret'
# Not -l: that reads /etc/passwd for the names of users.
run listing ls -n /etc/shadow
expect_status listing 0
for name in other near listing; do expect_no_event ".process_kprobe != null and pid == $(pid_of $name)"; done
