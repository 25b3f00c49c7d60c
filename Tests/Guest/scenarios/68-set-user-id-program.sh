# A set-user-id program runs as its owner: the event's uid is the effective one.
cp /usr/bin/setuid-id /tmp/setuid-id
cp /usr/bin/setuid-id /tmp/plain-id
chmod 4755 /tmp/setuid-id
chmod 755 /tmp/plain-id
start_shriked
run raised as-user 1000 1000 /tmp/setuid-id
expect_stdout raised 'ruid=1000 euid=0'
run plain as-user 1000 1000 /tmp/plain-id
expect_stdout plain 'ruid=1000 euid=1000'
expect_event "executes(\"/tmp/setuid-id\") and pid == $(pid_of raised) and .process_exec.process.uid == 0" 1
expect_event "executes(\"/tmp/plain-id\") and pid == $(pid_of plain) and .process_exec.process.uid == 1000" 1
