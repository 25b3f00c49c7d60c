# shriked | shrike getevents -o compact: a person sees the killed cat.
CHECK_STREAM=no
policy_file /policies/examples/monitor-sensitive-files.yaml
mkfifo pipe
start viewer sh -c "exec shrike getevents -o compact --color never <'$WORK/pipe'"
SHRIKED_STDOUT=$WORK/pipe
start_shriked
run victim cat /etc/shadow
expect_signal victim KILL
run near cat /etc/hostname

seen() {
	read_clock
	deadline=$((clock + 1000))
	until grep -q "$1" "$WORK/viewer.out"; do
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "the viewer does not show '$1'"
		usleep 100000
	done
}
seen 'process guest /usr/bin/cat /etc/shadow'
seen 'guest /usr/bin/cat security_file_open'
seen 'exit  *guest /usr/bin/cat /etc/shadow SIGKILL'
seen 'exit  *guest /usr/bin/cat /etc/hostname 0'
# The stream ends with the daemon, and the viewer with the stream.
stop_shriked
await viewer
expect_status viewer 0
[ ! -s "$WORK/viewer.err" ] || fail "the viewer says: $(head -n 1 "$WORK/viewer.err")"
