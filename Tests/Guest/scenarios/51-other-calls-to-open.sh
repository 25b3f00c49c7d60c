# openat2, creat, a file handle and a thread end in the same kernel function.
echo treasure >/tmp/vault
echo plain >/tmp/open
file_policy named /tmp/vault <<-YAML
	- action: Override
	  argError: -1
YAML
start_shriked

for how in open openat2 creat thread handle; do
	run "bad-$how" open-file "$how" /tmp/vault
	expect_refused "bad-$how" EPERM
	expect_event "kprobe(\"named\") and pid == $(pid_of "bad-$how") and path == \"/tmp/vault\"" 1
	run "good-$how" open-file "$how" /tmp/open
	expect_status "good-$how" 0
	expect_policies "good-$how"
done
# The event names the thread that did it.
thread=$(sed -n 's/.*tid //p' "$WORK/bad-thread.out")
expect_event "pid == $(pid_of bad-thread) and .process_kprobe.process.tid == $thread" 1
[ "$thread" != "$(pid_of bad-thread)" ] || fail 'the trigger should have used a second thread'

stop_shriked
expect_equal 'the file afterwards' "$(cat /tmp/vault)" treasure
