# every-kernel: yes
# Override refuses the open with the error that the policy names, and the file keeps its content.
echo treasure >/tmp/vault
echo plain >/tmp/vaul
file_policy deny /tmp/vault <<-YAML
	- action: Override
	  argError: -1
YAML
start_shriked

run reader cat /tmp/vault
expect_refused reader EPERM
expect_stdout_empty reader
expect_event "kprobe(\"deny\") and pid == $(pid_of reader) and path == \"/tmp/vault\"
	and .process_kprobe.action == \"KPROBE_ACTION_OVERRIDE\"" 1

run writer sh -c 'echo gone >/tmp/vault'
expect_refused writer EPERM
run creator open-file creat /tmp/vault
expect_refused creator EPERM
expect_event "kprobe(\"deny\") and pid == $(pid_of creator)"

run near cat /tmp/vaul
expect_status near 0
expect_stdout near plain
expect_policies near

stop_shriked
expect_equal 'the file afterwards' "$(cat /tmp/vault)" treasure
