# A second daemon either works beside the first or is refused with one line; the first never notices.
echo treasure >/tmp/vault
file_policy guard /tmp/vault <<-YAML
	- action: Sigkill
YAML
start_shriked
"$SHRIKED" --export-filename "$WORK/second.events" --bpf-dir /sys/fs/bpf/second --server-address "" --info-file "" >"$WORK/second.out" 2>"$WORK/second.err" &
second=$!
read_clock
deadline=$((clock + 6000))
while kill -0 $second 2>/dev/null && ! grep -qw ready "$WORK/second.err"; do
	read_clock
	[ "$clock" -lt "$deadline" ] || fail 'the second daemon neither starts nor gives up'
	usleep 100000
done
run guarded cat /tmp/vault
expect_signal guarded KILL
if kill -TERM $second 2>/dev/null; then
	status=0
	wait $second || status=$?
	expect_equal 'status of the second daemon' $status 0
else
	[ "$(wc -l <"$WORK/second.err")" = 1 ] || fail 'a second daemon that is refused should say why in one line'
fi
run after cat /tmp/vault
expect_signal after KILL
expect_event "kprobe(\"guard\") and pid == $(pid_of after)" 1
