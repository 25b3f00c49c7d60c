# timeout: 900
# A node with 250 pods in 25 namespaces and 1,000 policies, half of them of one namespace: all are loaded, as one change for each
# kind; each pod's events have their pod, and its namespace's policies match in it alone. Memory is compared with that of one
# pod and one policy: 28 KiB of the daemon's a policy or pod, and 1 KiB of the kernel's a policy. The chart asks for 128 MiB,
# of which the daemon without policies and pods takes up to 60.
root=/sys/fs/cgroup WAIT_SECONDS=400 RESIDENT_LIMIT=$((1250 * 28)) KERNEL_LIMIT=$((1000 * 1024))
pods=250 policies=1000 namespaces=25
mkdir -p api/objects/pods api/objects/namespaces api/objects/nodes api/objects/tracingpolicies \
	api/objects/tracingpoliciesnamespaced "$root/kubepods" /tmp/data
printf 'name guest\nuid n\n' >api/objects/nodes/guest

# One process writes all: a thousand of them would take this shell minutes.
# write_policies FIRST LAST - odd ones for one namespace, even ones for all; each of a file of its own.
write_policies() {
	awk -v first="$1" -v last="$2" -v namespaces="$namespaces" 'BEGIN {
		for (n = first; n <= last; n++) {
			of_one = n % 2
			folder = of_one ? "tracingpoliciesnamespaced" : "tracingpolicies"
			file = "api/objects/" folder "/policy-" n
			kind = of_one ? "TracingPolicyNamespaced" : "TracingPolicy"
			print "apiVersion cilium.io/v1alpha1\nkind " kind "\nname policy-" n "\nuid p" n > file
			if (of_one) print "namespace ns-" int(n / 2) % namespaces > file
			print "members \"spec\":{\"kprobes\":[{\"call\":\"" (n % 4 < 2 ? "security_file_open" : "security_path_truncate") \
				"\",\"syscall\":false,\"args\":[{\"index\":0,\"type\":\"" (n % 4 < 2 ? "file" : "path") \
				"\"}],\"selectors\":[{\"matchArgs\":[{\"index\":0,\"operator\":\"Prefix\",\"values\":[\"/tmp/data/" n "/\",\"/srv/www-" n "/.git\"]}]}]}]}" > file
			close(file)
		}
	}'
}
# write_pods FIRST LAST - with their groups.
write_pods() {
	awk -v first="$1" -v last="$2" -v namespaces="$namespaces" -v root="$root" 'BEGIN {
		for (n = first; n <= last; n++) {
			uid = sprintf("0f6a1c52-53a5-4b0e-9b8d-%012d", n)
			id = sprintf("%064d", n)
			file = "api/objects/pods/pod-" n
			print "namespace ns-" n % namespaces "\nname pod-" n "\nuid " uid "\nfield spec.nodeName=guest\nmetadata \"labels\":{\"app\":\"a" n "\"}" > file
			print "members \"spec\":{\"nodeName\":\"guest\",\"containers\":[{\"name\":\"main\"}]},\"status\":{\"containerStatuses\":[{\"name\":\"main\",\"image\":\"main:1\",\"containerID\":\"containerd://" id "\",\"state\":{\"running\":{}}}]}" > file
			close(file)
			print root "/kubepods/pod" uid "/" id
		}
	}' >new-groups
	xargs -n 50 mkdir -p <new-groups
	cat new-groups >>groups
}
for namespace in $(seq 0 $((namespaces - 1))); do
	printf 'name ns-%s\nuid ns-%s\n' "$namespace" "$namespace" >"api/objects/namespaces/ns-$namespace"
done
write_pods 1 1
write_policies 1 1
ip link set lo up
shrike-api-double "$PWD/api" >double.log 2>&1 &
double=$!
wait_until '[ -s api/config ]' "the double does not listen: $(tail -n 1 double.log)"

# loaded COUNT - starts the daemon, waits until it has so many in force, and says what that took. The log is asked: a list of
# a thousand takes from the daemon's own time.
loaded() {
	local since
	read_clock
	since=$clock
	start_shriked --enable-k8s-api --k8s-kubeconfig-path "$PWD/api/config"
	wait_until "[ \"\$(grep -c 'policy added' \"$LOG\")\" = $1 ]" "$1 policies should be in force: $(tail -n 1 "$LOG")"
	read_clock
	figure "$1 policies: in force $((clock - since)) hundredths of a second after the start"
	changes_made
	expect_equal 'what is in force' "$(shrike policy list -o json | jq '[.policies[] | select(.state == "TP_STATE_ENABLED")] | length')" "$1"
}
# changes_made - how long each change took, from the log.
changes_made() {
	grep -o 'policies.*policies changed' "$LOG" | sed -n "$((${1:-0} + 1)),\$p" | sed 's/\[.*//' >"$WORK/changes"
	while read -r line; do figure "  $line"; done <"$WORK/changes"
}
# figures NAME - resident memory of the daemon in KiB, and of the kernel's tables and programs in bytes.
figures() {
	resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$shriked_pid/status")
	kernel=$(shrike policy list -o json | jq '[.policies[].kernel_memory_bytes | tonumber] | add')
	figure "$1: resident $resident KiB, peak $(awk '/^VmHWM/ { print $2 }' "/proc/$shriked_pid/status") KiB, policies in the kernel $kernel bytes"
}
# open_in_pods - in each pod a file of a policy of its namespace, and, its twin, one of the next namespace's. Policies on
# opens of one namespace are 4 * k + 1, whose namespace is 2 * k modulo 25, and 13 is what 2 is undone by.
open_in_pods() {
	local number=0 own next
	while read -r group; do
		number=$((number + 1))
		own=$((number % namespaces * 13 % namespaces * 4 + 1))
		next=$(((number + 1) % namespaces * 13 % namespaces * 4 + 1))
		sh -c "echo \$\$ >$group/cgroup.procs && exec cat /tmp/data/$own/x /tmp/data/$next/x" >/dev/null
		echo "policy-$own ns-$((number % namespaces)) pod-$number a$number"
	done <groups | sort >expected-events
}
for number in $(seq 1 4 97); do
	mkdir -p "/tmp/data/$number"
	echo plain >"/tmp/data/$number/x"
done

loaded 1
figures 'one pod, one policy'
resident_of_one=$resident kernel_of_one=$kernel
stop_shriked

write_pods 2 "$pods"
write_policies 2 "$policies"
# The double reads its files ten times a second, for two seconds after they have changed.
sleep 4
: >"$EVENTS"
loaded "$policies"
changes=$(grep -c 'policies changed' "$LOG")
[ "$changes" -le 2 ] || fail "two collections should be two changes, and are $changes"
wait_until 'grep -q "\"loaded\":1000" api/status.json' "the status should tell of all: $(head -c 300 api/status.json)"
open_in_pods
settle
# members EVENT FILTER - of the events of `cat` in pods.
members() {
	jq -R -r "fromjson? | .$1 | select(.process.binary == \"/usr/bin/cat\" and .process.pod != null)
		| \"$2 \(.process.pod | \"\(.namespace) \(.name) \(.pod_labels.app)\")\"" "$EVENTS" | sort
}
members process_kprobe '\(.policy_name)' >events-are
cmp -s expected-events events-are || fail "events of policies are not as they should be: $(diff expected-events events-are | head -n 6)"
members process_exec exec >execs-are
sed 's/policy-[0-9]*/exec/' expected-events | sort >execs-should
cmp -s execs-should execs-are || fail "exec events are not as they should be: $(diff execs-should execs-are | head -n 6)"
figures "$pods pods, $policies policies"
[ $((resident - resident_of_one)) -le "$RESIDENT_LIMIT" ] || fail "a thousand policies and 250 pods take $((resident - resident_of_one)) KiB, more than $RESIDENT_LIMIT"
[ $((kernel - kernel_of_one)) -le "$KERNEL_LIMIT" ] || fail "a thousand policies take $((kernel - kernel_of_one)) bytes of the kernel, more than $KERNEL_LIMIT"

# One edit amid all of them, and half of them taken away, each one change.
sed 's/^uid.*/&\ngeneration 2/; s#/srv/www-5/.git#/srv/edited-5#' api/objects/tracingpoliciesnamespaced/policy-5 >api/.new
read_clock
since=$clock
mv api/.new api/objects/tracingpoliciesnamespaced/policy-5
wait_until 'grep -q "policy replaced" "$LOG"' 'the edit should be in force'
read_clock
figure "an edit among them: in force after $((clock - since)) hundredths of a second"
rm api/objects/tracingpolicies/*
wait_until '[ "$(grep -c "policy deleted" "$LOG")" = 500 ]' 'half of the policies should be gone'
changes_made "$changes"
[ "$(grep -c 'policies changed' "$LOG")" -le $((changes + 12)) ] || fail '500 deletions should be a few changes'
expect_equal 'what is in force' "$(shrike policy list -o json | jq '.policies | length')" 500
kill "$double"
