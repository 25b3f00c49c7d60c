# A child that only forks has its parent's executable, an id of its own, and no way around the policy.
echo treasure >/tmp/vault
echo plain >/tmp/vaul
BINARIES=/usr/bin/fork-open
file_policy forked /tmp/vault <<-YAML
	- action: Sigkill
YAML
start_shriked

run forker fork-open /tmp/vault
expect_status forker 0
child=$(cut -d' ' -f1 "$WORK/forker.out")
expect_stdout forker "$child signal 9"
hit="kprobe(\"forked\") and pid == $child"
expect_event "$hit and .process_kprobe.process.tid == $child and .process_kprobe.process.binary == \"/usr/bin/fork-open\"
	and .process_kprobe.process.arguments == \"/tmp/vault\"" 1
expect_equal 'parent of the child' "$(event "$hit" .process_kprobe.parent.exec_id)" "$(exec_id_of "$(pid_of forker)")"
[ "$(event "$hit" .process_kprobe.process.exec_id)" != "$(exec_id_of "$(pid_of forker)")" ] ||
	fail 'the child should have an exec_id of its own'
expect_event "ends and pid == $child and .process_exit.signal == \"SIGKILL\"" 1
expect_equal 'exec_id at exit' "$(event "ends and pid == $child" .process_exit.process.exec_id)" \
	"$(event "$hit" .process_kprobe.process.exec_id)"

run near fork-open /tmp/vaul
expect_stdout near "$(cut -d' ' -f1 "$WORK/near.out") exit 0"
expect_no_event "kprobe(\"forked\") and pid == $(cut -d' ' -f1 "$WORK/near.out")"
