# With --keep-enforcing an orderly end leaves enforcement in place, binaries included, until it is cleared.
echo treasure >/tmp/vault
BINARIES=/usr/bin/cat file_policy keep-out /tmp/vault <<-YAML
	- action: Override
	  argError: -1
YAML
start_shriked --keep-enforcing
run first cat /tmp/vault
expect_refused first EPERM
kill -TERM "$shriked_pid"
wait "$shriked_pid" || fail 'the daemon should end well'
shriked_pid=

# A process that starts now is known by its binary all the same.
run later cat /tmp/vault
expect_refused later EPERM
run other head -n 1 /tmp/vault
expect_status other 0
run clear shrike policy clear
expect_status clear 0
expect_nothing_left
run free cat /tmp/vault
expect_status free 0
run nothing shrike policy clear
expect_status nothing 0
expect_stdout nothing 'nothing to clear in /sys/fs/bpf/shrike'

# For pods that must stay: it ends at SIGTERM, and well.
start stays shrike policy clear --stay
read_clock
deadline=$((clock + 1000))
until [ -s "$WORK/stays.out" ]; do
	read_clock
	[ "$clock" -lt "$deadline" ] || fail 'shrike policy clear --stay says nothing'
	usleep 20000
done
kill -0 "$(pid_of stays)" || fail 'shrike policy clear --stay should stay'
kill -TERM "$(pid_of stays)"
await stays
expect_status stays 0
