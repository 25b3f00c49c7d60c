# timeout: 240
# A control group whose news found no room in the ring: the groups are read again, and its processes have their pod.
pods=/sys/fs/cgroup/kubepods
uid=0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a77
id=$(printf '77%062d\n' 0 | tr 0 e)
mkdir -p "$pods/pod$uid"
cat >workloads <<-TEXT
	pod $uid namespace=shop name=web-0
	pod-container $uid name=nginx id=containerd://$id
TEXT
start_shriked --workload-file "$PWD/workloads" --rb-critical-size 4K
# Nobody reads: what these are told by fills the ring.
freeze_shriked
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do mkdir "$pods/filler-$number"; done
mkdir "$pods/pod$uid/$id"
kill -CONT "$shriked_pid"
# The daemon looks for losses every ten seconds.
tries=0
until grep -q 'control groups read again' "$LOG"; do
	tries=$((tries + 1))
	[ "$tries" -lt 400 ] || fail 'the control groups are not read again'
	usleep 100000
done
run inside sh -c "echo \$\$ >$pods/pod$uid/$id/cgroup.procs && exec cat /etc/hostname"
expect_stdout inside guest
expect_event "pid == $(pid_of inside) and executes(\"/usr/bin/cat\") and body.process.pod.container.name == \"nginx\"" 1
expect_log lost.group
rmdir "$pods"/filler-* "$pods/pod$uid/$id" "$pods/pod$uid"
