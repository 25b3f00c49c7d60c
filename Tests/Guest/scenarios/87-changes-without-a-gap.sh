# every-kernel: yes
# While somebody tries the forbidden thing without pause, policies come, change and go beside it, the daemon is
# killed and comes back: not one try succeeds. Without events, since a million of them would be all that the guest does.
# timeout: 300

# step WORDS - says in the log when this begins, for the time of a try that should not have succeeded.
step() { echo "$(cut -d' ' -f1 /proc/uptime) $*"; }

echo treasure >/tmp/vault
file_policy keep-out /tmp/vault <<-YAML
	- action: Override
	  argError: -1
	- action: NoPost
YAML
mkdir /tmp/others
for number in 1 2; do
	POLICIES=/tmp/others file_policy "other-$number" "/tmp/none-$number" <<-YAML
		- action: Post
	YAML
done
start_shriked
run first cat /tmp/vault
expect_refused first EPERM
start trier keep-trying /tmp/vault

# Each of these changes the plan of the same hook.
for number in 1 2; do
	step "add $number"
	run add shrike policy add "/tmp/others/other-$number.yaml"
	expect_status add 0
done
step 'disable, set-mode, delete'
run off shrike policy disable other-2
run mode shrike policy set-mode other-1 monitor
run gone shrike policy delete other-2
for name in off mode gone; do expect_status $name 0; done
kill -0 "$(pid_of trier)" || fail 'the one who tries should still try'

# The daemon dies. What it loaded goes on.
step kill
kill -KILL "$shriked_pid"
wait "$shriked_pid" 2>/dev/null || true
shriked_pid=
run orphaned cat /tmp/vault
expect_refused orphaned EPERM

# The next one takes over. A second one beside it does not start, nor may anybody clear.
step 'take over'
start_shriked
grep -q 'took over from an earlier run' "$LOG" || fail 'the daemon should say that it took over'
run clear shrike policy clear
expect_status clear 1
expect_stderr clear 'another shriked runs'
try_shriked second --server-address '' --info-file ''
expect_status second 1
expect_one_line second
expect_stderr second 'another shriked runs'
run taken cat /tmp/vault
expect_refused taken EPERM
[ "$(shrike policy list -o json | jq -r '.policies[0].stats.action_counters.override | tonumber')" -gt 0 ] ||
	fail 'the new daemon should count what it refuses'

step end
expect_no_try_allowed trier

# SIGTERM takes everything down.
stop_shriked
run free cat /tmp/vault
expect_status free 0
