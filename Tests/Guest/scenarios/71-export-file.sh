# The export file: rotated and compressed without a lost line, opened again on SIGHUP, whole lines only after a full
# disk and after a kill.
# timeout: 120
echo x >/tmp/noise
file_policy noise /tmp/noise <<-YAML
	- action: Post
YAML
logs=/tmp/logs
noise() { jq -r 'select(.process_kprobe.policy_name == "noise") | .process_kprobe.process.pid' "$@" | wc -l; }

wait_file() {
	read_clock
	deadline=$((clock + 2000))
	until eval "$1"; do
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "not within 20 s: $1"
		usleep 100000
	done
}

# Rotation. A flag given later wins, so the file of the other scenarios is left alone.
start_shriked --export-filename $logs/deep/events.log --export-file-max-size-mb 1 --export-file-max-backups 0 \
	--export-file-perm 644 --export-file-compress --rb-size 16M
run flood flood-open 2500 /tmp/noise
expect_stdout flood 2500
run last flood-open 1 /tmp/noise
wait_file '{ cat $logs/deep/events*.log; gzip -dc $logs/deep/*.gz 2>/dev/null; } | grep -q "process_kprobe.*\"pid\":$(pid_of last),"'
mv $logs/deep/events.log $logs/moved
kill -HUP "$shriked_pid"
wait_file 'grep -q "opened again" "$LOG"'
run later flood-open 10 /tmp/noise
wait_file '[ -s $logs/deep/events.log ] && [ "$(noise $logs/deep/events.log)" = 10 ]'
stop_shriked
[ "$(stat -c %a $logs/deep/events.log)" = 644 ] || fail "the mode is $(stat -c %a $logs/deep/events.log)"
for file in "$logs"/deep/events-*.log.gz; do
	[ -s "$file" ] || fail "no file was rotated and compressed: $(ls $logs/deep)"
	size=$(gzip -dc "$file" | wc -c)
	[ "$size" -le 1048576 ] || fail "$file holds $size bytes"
	gzip -dc "$file" >>$logs/all
done
[ -z "$(ls $logs/deep/events-*.log 2>/dev/null)" ] || fail "not compressed: $(ls $logs/deep)"
count=$(noise $logs/all $logs/moved)
[ "$count" = 2501 ] || fail "2501 events were made, $count are in the files"

# A full disk: lines are lost and counted, and what is there is whole.
mkdir /tmp/small
mount -t tmpfs -o size=4m none /tmp/small
head -c 3700000 /dev/zero >/tmp/small/ballast
start_shriked --export-filename /tmp/small/events.log --rb-size 16M
run full flood-open 1000 /tmp/noise
wait_file 'grep -q "events cannot be written" "$LOG"'
rm /tmp/small/ballast
run space flood-open 20 /tmp/noise
wait_file 'grep -q "\"pid\":$(pid_of space)," /tmp/small/events.log'
wait_file 'grep -q "events are written again" "$LOG"'
stop_shriked
jq -e . /tmp/small/events.log >/dev/null || fail "the file holds a line that is none"
[ "$(grep -c 'events cannot be written' "$LOG")" = 1 ] || fail "one outage was told more than once"
grep -q 'export.lost_lines' "$LOG" || fail "nobody says how many lines were lost"

# A kill in the middle of a flood.
file=/tmp/killed.log
start_shriked --export-filename $file --rb-size 16M
start flood flood-open 3000 /tmp/noise
wait_file '[ "$(stat -c %s $file)" -gt 300000 ]'
kill -KILL "$shriked_pid"
wait "$shriked_pid" 2>/dev/null || true
shriked_pid=
await flood
start_shriked --export-filename $file
run after flood-open 5 /tmp/noise
wait_file 'grep -q "\"pid\":$(pid_of after)," $file'
stop_shriked
jq -e . $file >/dev/null || fail "the file holds a line that is none"
