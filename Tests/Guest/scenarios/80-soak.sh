# Storms of events and of programs, a daemon that is stopped amid them, small rings, files that rotate, a client that reads
# and one that does not: each event that was made is in the files or counted as lost, exactly.
# timeout: 300
echo x >/tmp/noise
file_policy noise /tmp/noise <<-YAML
	- action: Post
YAML
logs=/tmp/logs
# metric NAME LABEL - the sum of a metric over those of its series that have the label.
metric() {
	wget -q -O - http://127.0.0.1:2112/metrics |
		awk -v name="tetragon_$1{" -v label="$2" 'index($1, name) == 1 && index($0, label) { sum += $NF } END { printf "%d\n", sum }'
}
# storm FIRST LAST - programs with these numbers.
storm() {
	# shellcheck disable=SC2016  # the shell that is started expands it
	run storm sh -c 'i=$1; while [ "$i" -le "$2" ]; do /usr/bin/true "soak-$i-"; i=$((i + 1)); done' sh "$1" "$2"
	expect_status storm 0
}

start_shriked --export-filename $logs/events.log --export-file-max-size-mb 1 --export-file-max-backups 0 \
	--rb-size 128K --rb-critical-size 128K --metrics-server 127.0.0.1:2112
shrike getevents >fast.out 2>fast.err &
fast=$!
mkfifo pipe
tail -f /dev/null <pipe &
shrike getevents >pipe 2>slow.err &
slow=$!
for round in 0 1 2 3; do
	run flood flood-open 2000 /tmp/noise
	storm $((round * 400 + 1)) $((round * 400 + 100))
	freeze_shriked
	run flood flood-open 3000 /tmp/noise
	storm $((round * 400 + 101)) $((round * 400 + 400))
	kill -CONT "$shriked_pid"
	usleep 500000
done
/usr/bin/true soak-end
read_clock
deadline=$((clock + 3000))
until grep -q soak-end $logs/events.log; do
	read_clock
	[ "$clock" -lt "$deadline" ] || fail 'what was made has not come out within 30 s'
	usleep 200000
done

lost=$(metric policy_lost_events_total 'policy="noise"')
lost_execs=$(metric lost_records_total 'kind="exec"')
unwritten=$(metric export_lines_lost_total '')
# A client may lag behind on a machine that is busy: what waits for it still comes.
read_clock
deadline=$((clock + 3000))
until read_lines=$(wc -l <fast.out) && [ "$read_lines" -gt 1000 ]; do
	read_clock
	[ "$clock" -lt "$deadline" ] || fail "the client that reads has $read_lines lines after 30 s"
	usleep 200000
done
kill "$fast"
kill -KILL "$slow"
stop_shriked
cat $logs/events*.log >all
jq -e . all >/dev/null || fail 'a file holds a line that is none'
posted=$(jq -r 'select(.process_kprobe.policy_name == "noise") | 1' all | wc -l)
executed=$(jq -r '.process_exec.process | select(.binary == "/usr/bin/true") | .arguments | select(startswith("soak-") and endswith("-"))' all | sort -u | wc -l)
echo "made 20000: posted $posted, lost $lost; executed 1600: told $executed, lost $lost_execs; $unwritten lines not written; $(find $logs -type f | wc -l) files; the client read $read_lines lines"
[ "$unwritten" = 0 ] || fail "$unwritten lines could not be written"
[ "$lost" -gt 1000 ] || fail "the rings should have been full: $lost events were lost"
[ $((posted + lost)) = 20000 ] || fail "20000 events were made, $posted are in the files, $lost counted as lost"
[ "$executed" -lt 1600 ] || fail 'the ring of process events should have been full'
# The shell, the clock's reader and the like are among those that were lost too.
if [ $((executed + lost_execs)) -lt 1600 ] || [ $((executed + lost_execs)) -gt 1700 ]; then
	fail "1600 programs were executed, $executed are in the files, $lost_execs counted as lost"
fi
[ "$(find $logs -type f | wc -l)" -gt 3 ] || fail "the file should have been rotated: $(find $logs -type f)"
