# Lists, field filters, redaction, the rate limit, credentials and namespaces, as the daemon's flags ask for them.
# timeout: 90
echo x >/tmp/noise
file_policy noise /tmp/noise <<-YAML
	- action: Post
YAML
wait_for() {
	read_clock
	deadline=$((clock + 2000))
	until eval "$1"; do
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "not within 20 s: $1"
		usleep 100000
	done
}
lines=/tmp/lines
has() { jq -e "select($1)" $lines >/dev/null 2>&1; }

start_shriked --export-filename $lines --enable-process-cred --enable-process-ns --enable-ancestors none \
	--export-allowlist '{"event_set":["PROCESS_EXEC"],"binary_regex":["/cat$"]} {"policy_names":["noise"]}' \
	--export-denylist '{"cel_expression":["process_exec.process.arguments.contains(\"hidden\")"]}' \
	--field-filters '{"fields":"parent","action":"EXCLUDE","event_set":["PROCESS_KPROBE"]}' \
	--redaction-filters '{"binary_regex":["/cat$"],"redact":["password=(\\S+)"]}'
run hidden cat /tmp/hidden
run near head -c 1 /etc/hostname
run secret cat /tmp/password=secret /tmp/noise
wait_for 'has ".process_kprobe.process.pid == $(pid_of secret)"'
has ".process_exec.process | .pid == $(pid_of secret) and .arguments == \"/tmp/password=***** /tmp/noise\"" ||
	fail "the exec is not there, or not redacted: $(cat $lines)"
has ".process_kprobe.process.arguments | strings | contains(\"secret\")" && fail "the secret came out"
has ".process_exec.process.pid == $(pid_of hidden)" && fail "what is denied came out"
has ".process_exec.process.pid == $(pid_of near)" && fail "what is not allowed came out"
has '.process_exit' && fail "exits came out"
has '.process_kprobe.parent' && fail "a field that is left out came out"
has '.process_exec.parent' || fail "a field was left out of another kind of event"
has '(.process_exec // .process_kprobe).ancestors' && fail "ancestors came out"
has '.process_exec.process | .process_credentials.uid == 0 and .ns.pid.is_host == true and (.cap.effective | length) > 20' ||
	fail "credentials or namespaces are missing: $(cat $lines)"
stop_shriked

rm $lines
start_shriked --export-filename $lines --export-rate-limit 30 --export-allowlist '{"policy_names":["noise"]}'
run flood flood-open 100 /tmp/noise
wait_for '[ "$(wc -l <$lines)" -ge 30 ]'
stop_shriked
count=$(jq -r 'select(.process_kprobe) | 1' $lines | wc -l)
told=$(jq -r '.rate_limit_info.number_of_dropped_process_events // empty' $lines)
[ $((count + told)) = 100 ] || fail "100 events: $count came out, $told were told to be missing"

refuses() {
	run refused shriked --export-filename $lines "$1" "$2"
	expect_status refused 1
	expect_stderr refused "$1:"
}
refuses --export-allowlist '{'
refuses --field-filters '{"fields":"nothing"}'
refuses --redaction-filters '{"redact":["("]}'
refuses --export-denylist '{"pid_set":[1]}'
refuses --export-allowlist '{"capabilities":{"permitted":{"any":["CAP_KILL"]}}}'
