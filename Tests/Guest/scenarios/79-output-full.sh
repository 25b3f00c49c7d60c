# An output that takes no byte more: the daemon lives and enforces on, and says once that lines are lost.
CHECK_STREAM=no
echo treasure >/tmp/vault
file_policy guard /tmp/vault <<-YAML
	- action: Sigkill
YAML
SHRIKED_STDOUT=/dev/full
start_shriked
for i in 1 2 3 4 5; do run "noise-$i" true; done
usleep 500000

kill -0 "$shriked_pid" || fail "the daemon ended when its output was full: $(tail -n 1 "$LOG")"
run victim cat /tmp/vault
expect_signal victim KILL
run near cat /etc/hostname
expect_stdout near guest
stop_shriked
[ "$(wc -l <"$LOG")" -lt 20 ] || fail "the log is flooded: $(wc -l <"$LOG") lines"
