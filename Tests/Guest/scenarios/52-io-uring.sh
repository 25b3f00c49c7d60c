# every-kernel: yes
# io_uring opens files without an open system call, if need be from a worker thread of the kernel.
skip_unless io-uring 6.1
echo treasure >/tmp/vault
echo treasure >/tmp/deadly
echo plain >/tmp/open
file_policy refused /tmp/vault <<-YAML
	- action: Override
	  argError: -1
YAML
file_policy killed /tmp/deadly <<-YAML
	- action: Sigkill
YAML
start_shriked

for how in io-uring io-uring-worker; do
	run "bad-$how" open-file "$how" /tmp/vault
	expect_refused "bad-$how" EPERM
	expect_stdout_empty "bad-$how"
	expect_event "kprobe(\"refused\") and pid == $(pid_of "bad-$how") and path == \"/tmp/vault\"
		and .process_kprobe.process.binary == \"/usr/bin/open-file\""
	run "dead-$how" open-file "$how" /tmp/deadly
	expect_signal "dead-$how" KILL
	expect_stdout_empty "dead-$how"
	expect_event "kprobe(\"killed\") and pid == $(pid_of "dead-$how")"
	run "good-$how" open-file "$how" /tmp/open
	expect_stdout "good-$how" plain
	expect_policies "good-$how"
done
