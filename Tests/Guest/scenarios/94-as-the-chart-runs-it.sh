# timeout: 120
# every-kernel: yes
# The daemon as the chart's pod has it: root with four capabilities and no way to more; the events' reader as nobody, through
# the socket that changes nothing; and what clears the node afterwards without any capability.
cat >/usr/bin/pod-shriked <<-'SH'
	#!/bin/sh
	exec with-capabilities 19,21,38,39 shriked "$@"
SH
chmod 755 /usr/bin/pod-shriked
SHRIKED=pod-shriked
echo treasure >/tmp/vault
file_policy keep-out /tmp/vault <<-YAML
	- action: Override
	  argError: -1
YAML
policy_file /policies/library/kernel-module-load.yaml
policy_file /policies/library/mount-change.yaml
policy_file /policies/examples/log-setuid-root.yaml
policy tracepoint <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: tracepoint
spec:
  tracepoints:
  - subsystem: syscalls
    event: sys_enter_sethostname
YAML
start_shriked --procfs=/proc --bpf-dir=/sys/fs/bpf/shrike --keep-enforcing --server-address=unix:///run/shrike/shrike.sock \
	--server-read-address=unix:///run/shrike/read.sock --health-server-address=:6789
expect_equal 'capabilities of the daemon' "$(grep CapEff: "/proc/$shriked_pid/status" | cut -f2)" 000000c000280000

start reader as-user 65532 65532 shrike getevents --server-address=unix:///run/shrike/read.sock --reconnect
run vault cat /tmp/vault
expect_refused vault EPERM
run mounts attack mount /mnt
umount /mnt
run renamed hostname guest
expect_policies vault keep-out
expect_policies mounts mount-change
expect_event '.process_tracepoint.policy_name == "tracepoint"'
read_clock
deadline=$((clock + 3000))
# What was before the reader has connected it does not see.
until grep -q '"policy_name":"keep-out"' "$WORK/reader.out"; do
	read_clock
	[ "$clock" -lt "$deadline" ] || fail "the reader should see a refusal: $(cat "$WORK/reader.err")"
	cat /tmp/vault 2>"$WORK/again.err" || true
	usleep 100000
done
run change as-user 65532 65532 shrike policy delete --server-address=unix:///run/shrike/read.sock keep-out
expect_status change 1
expect_stderr change 'nothing can be changed through this socket'
run refused shrike policy clear
expect_status refused 1
kill "$(pid_of reader)"
await reader
expect_status reader 0

kill -TERM "$shriked_pid"
wait "$shriked_pid" || fail 'the daemon should end well'
shriked_pid=
run later cat /tmp/vault
expect_refused later EPERM
run clear with-capabilities none shrike policy clear
expect_status clear 0
expect_nothing_left
# The kernel takes a cleared program out of its trampoline when no call can be in it any more.
read_clock
deadline=$((clock + 1000))
until cat /tmp/vault >/dev/null 2>&1; do
	read_clock
	[ "$clock" -lt "$deadline" ] || fail 'the vault should be open after the clearing'
	usleep 100000
done
