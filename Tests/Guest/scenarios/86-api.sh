# The API: a client sees the kill, adds, lists, configures and deletes policies, and is refused what it may not do.
# timeout: 300
start_shriked --server-read-address unix:///run/read.sock
policies() { shrike policy list -o json | jq -r "$1"; }

expect_equal 'discovery file' "$(jq -r .server_address /var/run/tetragon/tetragon-info.json)" unix:///var/run/shrike/shrike.sock
run status shrike status
expect_status status 0
expect_stdout status 'Health Status: running'
run version shrike version --server
expect_status version 0
expect_stdout version "CLI version: $(shrike version | sed 's/.*: //')
Server version: $(shrike version | sed 's/.*: //')"

# Events, live: of one policy only, as one line each.
start tail shrike getevents -o compact --policy-names keep-out </dev/null
start json shrike --server-address unix:///run/read.sock getevents -e PROCESS_EXEC --process 'hostname$' -f process.binary </dev/null
usleep 800000

echo treasure >/tmp/vault
echo plain >/tmp/vaul
file_policy keep-out /tmp/vault <<-YAML
	- action: Override
	  argError: -1
YAML
run early cat /tmp/vault
expect_status early 0
run add shrike policy add "$POLICIES/keep-out.yaml"
expect_status add 0
expect_stdout add "tracing policy \"$POLICIES/keep-out.yaml\" added"
run reader cat /tmp/vault
expect_refused reader EPERM
run near cat /tmp/vaul
expect_status near 0
run host hostname
expect_event "kprobe(\"keep-out\") and pid == $(pid_of reader)" 1
grep -q 'security_file_open /tmp/vault' "$WORK/tail.out" || usleep 800000
grep 'security_file_open' "$WORK/tail.out" | grep -q cat || fail "getevents should show the refusal: $(cat "$WORK/tail.out" "$WORK/tail.err")"
expect_equal 'fields that were asked for' "$(jq -c '.process_exec' "$WORK/json.out" | head -n 1)" '{"process":{"binary":"/usr/bin/hostname"}}'

# What the daemon knows of it.
expect_equal state "$(policies '.policies[0] | "\(.id) \(.name) \(.domain) \(.state) \(.mode)"')" '2 keep-out grpc TP_STATE_ENABLED TP_MODE_ENFORCE'
expect_equal counters "$(policies '.policies[0].stats.action_counters | "\(.post) \(.override)"')" '1 1'
[ "$(policies '.policies[0].kernel_memory_bytes | tonumber')" -gt 1000 ] || fail 'the policy should take some kernel memory'
run table shrike policy list
expect_status table 0
grep -q '^2    *keep-out  *grpc  *enabled  *0  *(global)  *generic_kprobe .* enforce  *1  *1  *0$' "$WORK/table.out" ||
	fail "the table should have a row for keep-out: $(cat "$WORK/table.out")"

# Twice is once too often; a wrong one changes nothing and says where.
run again shrike policy add "$POLICIES/keep-out.yaml"
expect_status again 1
expect_one_line again
expect_stderr again 'already exists'
sed 's/security_file_open/security_file_opne/' "$POLICIES/keep-out.yaml" >/tmp/wrong.yaml
run wrong shrike policy add /tmp/wrong.yaml
expect_status wrong 1
expect_stderr wrong 'policy.yaml:7:'
run still cat /tmp/vault
expect_refused still EPERM

# Monitor mode lets through and tells what would have been; disabled, nothing is told.
run mode shrike policy set-mode keep-out monitor
expect_stdout mode 'tracing policy "keep-out" set to mode "monitor"'
run watched cat /tmp/vault
expect_status watched 0
expect_equal 'monitor counters' "$(policies '.policies[0].stats.action_counters | "\(.override) \(.monitor_override)"')" '2 1'
run off shrike policy disable keep-out
expect_status off 0
run free cat /tmp/vault
expect_status free 0
expect_equal 'state when disabled' "$(policies '.policies[0].state')" TP_STATE_DISABLED
run on shrike policy configure keep-out --enable --mode enforce
expect_status on 0
run refused_again cat /tmp/vault
expect_refused refused_again EPERM
run gone shrike policy delete keep-out
expect_stdout gone 'tracing policy "keep-out" deleted'
run open cat /tmp/vault
expect_status open 0
expect_equal 'policies after delete' "$(policies '.policies | length')" 0
run unknown shrike policy delete keep-out
expect_status unknown 1
expect_stderr unknown 'does not exist'

# Reading is for everybody on that socket, changing is not.
run reads shrike --server-address unix:///run/read.sock policy list
expect_status reads 0
run changes shrike --server-address unix:///run/read.sock policy add "$POLICIES/keep-out.yaml"
expect_status changes 1
expect_stderr changes 'nothing can be changed through this socket'
grep -q 'call refused' "$LOG" || fail 'a refused call should be logged'
grep -q 'AddTracingPolicy keep-out.*change over the API' "$LOG" || fail 'an accepted change should be logged'

# How much is logged.
run debug shrike loglevel set debug
expect_stdout debug 'Log level set to: LOG_LEVEL_DEBUG'
run level shrike loglevel get
expect_stdout level 'Current log level: LOG_LEVEL_DEBUG'

for name in tail json; do kill "$(pid_of $name)"; await $name; expect_status $name 0; done
stop_shriked
for file in /var/run/shrike/shrike.sock /run/read.sock /var/run/tetragon/tetragon-info.json; do
	[ ! -e "$file" ] || fail "$file should be removed at the end"
done
