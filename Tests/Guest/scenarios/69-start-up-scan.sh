# every-kernel: yes
# Processes that run already are told first, as execs with the flag procFS, parents before children.
cd /tmp
start sleeper sleep 1000
cd "$WORK"
usleep 300000
start_shriked
pid=$(pid_of sleeper)
expect_event "executes(\"/usr/bin/sleep\") and pid == $pid" 1
expect_event "executes(\"/usr/bin/sleep\") and pid == $pid and .process_exec.process.arguments == \"1000\"
	and .process_exec.process.flags == \"procFS\" and .process_exec.process.cwd == \"/tmp\"
	and .process_exec.parent.pid == $$" 1
expect_event '.process_exec != null and pid == 1 and (.process_exec.process.flags | startswith("procFS"))' 1
expect_event ".process_exec != null and pid == $$ and (.process_exec.process.flags | startswith(\"procFS\"))" 1
expect_event 'executes("<kernel>") and pid == 0' 1
# Kernel threads are known, but not told.
expect_no_event '.process_exec != null and (.process_exec.process.binary // "" | startswith("[")) '
expect_ancestry "$(exec_id_of "$pid")"

order=$(jq -r '.process_exec | select(. != null) | .process.pid' "$EVENTS" | grep -nxE "0|1|$pid|$$" | cut -d: -f2 | tr '\n' ' ')
expect_equal 'order of the scan' "$order" "0 1 $$ $pid "

# The id given at start is the one at the end.
id=$(exec_id_of "$pid")
kill "$pid"
await sleeper
expect_event "ends and pid == $pid and .process_exit.process.exec_id == \"$id\" and .process_exit.signal == \"SIGTERM\"" 1
