# every-kernel: yes
# Override and Sigkill in one list: the open is refused and the caller dies, so nothing is truncated.
echo treasure >/tmp/vault
file_policy both /tmp/vault <<-YAML
	- action: Override
	  argError: -1
	- action: Sigkill
YAML
start_shriked

run reader cat /tmp/vault
expect_signal reader KILL
expect_stdout_empty reader
# The action told is the last one of the list.
expect_event "kprobe(\"both\") and pid == $(pid_of reader) and .process_kprobe.action == \"KPROBE_ACTION_SIGKILL\"" 1
run writer open-file creat /tmp/vault
expect_signal writer KILL
expect_event "ends and pid == $(pid_of writer) and .process_exit.signal == \"SIGKILL\"" 1

run near cat /etc/hostname
expect_status near 0

stop_shriked
expect_equal 'the file afterwards' "$(cat /tmp/vault)" treasure
