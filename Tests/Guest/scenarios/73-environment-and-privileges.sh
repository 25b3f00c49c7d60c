# With the flags for it, execs tell their environment, without secrets, and what their file gave them.
# timeout: 240
cp /usr/bin/setuid-id /tmp/setuid-id
cp /usr/bin/setuid-id /tmp/setgid-id
cp /usr/bin/setuid-id /tmp/plain-id
chmod 4755 /tmp/setuid-id
chgrp 7 /tmp/setgid-id
chmod 2755 /tmp/setgid-id
chmod 755 /tmp/plain-id
start waiting env OLD=before sleep 600
start_shriked --enable-process-environment-variables --enable-process-cred \
	--redaction-filters '{"redact":["PASSWORD=(\\S+)"]}'

# Long enough for several records.
long=$(head -c 9000 /dev/zero | tr '\0' x)
run variables env -i NAME=value PASSWORD=hunter2 "LONG=$long" LAST=1 /usr/bin/true
variables="executes(\"/usr/bin/true\") and pid == $(pid_of variables)"
wait_event "$variables" 40
expect_event "$variables" 1
expect_event "$variables and (.process_exec.process.environment_variables == [
	{Key: \"NAME\", Value: \"value\"}, {Key: \"PASSWORD\", Value: \"*****\"}, {Key: \"LONG\", Value: \"$long\"},
	{Key: \"LAST\", Value: \"1\"}])" 1
# Of env and of what it executes; the program that looks for it has it in its own arguments.
expect_no_event "pid == $(pid_of variables) and (tostring | contains(\"hunter2\"))"

# A process that is older than the daemon.
expect_event "executes(\"/usr/bin/sleep\") and pid == $(pid_of waiting) and
	(.process_exec.process.environment_variables | any(.Key == \"OLD\" and .Value == \"before\"))" 1

run raised as-user 1000 1000 /tmp/setuid-id
expect_stdout raised 'ruid=1000 euid=0'
run grouped as-user 1000 1000 /tmp/setgid-id
run plain as-user 1000 1000 /tmp/plain-id
run root /tmp/setuid-id
raised="executes(\"/tmp/setuid-id\") and pid == $(pid_of raised)"
expect_event "$raised and .process_exec.process.binary_properties ==
	{setuid: 0, privileges_changed: [\"PRIVILEGES_RAISED_EXEC_FILE_SETUID\"]}" 1
expect_event "$raised and .process_exec.process.process_credentials.uid == 1000
	and .process_exec.process.process_credentials.euid == 0" 1
expect_event "executes(\"/tmp/setgid-id\") and pid == $(pid_of grouped) and
	.process_exec.process.binary_properties ==
	{setgid: 7, privileges_changed: [\"PRIVILEGES_RAISED_EXEC_FILE_SETGID\"]}" 1
expect_event "executes(\"/tmp/plain-id\") and pid == $(pid_of plain) and .process_exec.process.binary_properties == null" 1
# Root gains nothing by a file of root's.
expect_event "executes(\"/tmp/setuid-id\") and pid == $(pid_of root) and .process_exec.process.binary_properties == null" 1
kill -9 "$(pid_of waiting)"
