# every-kernel: yes
# timeout: 300
# The API server of Kubernetes: policies, pods and labels of the node from there are in force and on events; what it takes
# back is not; while it is away nothing changes; the node's status tells of all of it.
root=/sys/fs/cgroup WAIT_SECONDS=90
mkdir -p api/objects/pods api/objects/namespaces api/objects/nodes api/objects/tracingpolicies \
	api/objects/tracingpoliciesnamespaced "$root/kubepods"
ip link set lo up
echo treasure >/tmp/vault

# object COLLECTION/FILE NAME UID [LINE...]
object() {
	{
		printf 'name %s\nuid %s\n' "$2" "$3"
		local file=$1
		shift 3
		printf '%s\n' "$@"
	} >"api/.new"
	mv api/.new "api/objects/$file"
}
# policy_object COLLECTION NAME UID ACTION [LINE...] - a policy on opens of the vault by a program of its own name.
policy_object() {
	local collection=$1 name=$2 uid=$3 action=$4 more=$5
	shift 5
	object "$collection/$name" "$name" "$uid" 'apiVersion cilium.io/v1alpha1' "$@" \
		"members \"spec\":{$more\"kprobes\":[{\"call\":\"security_file_open\",\"syscall\":false,\"args\":[{\"index\":0,\"type\":\"file\"}],\"selectors\":[{\"matchArgs\":[{\"index\":0,\"operator\":\"Equal\",\"values\":[\"/tmp/vault\"]}],\"matchBinaries\":[{\"operator\":\"In\",\"values\":[\"/tmp/$name\"]}],\"matchActions\":[{\"action\":\"$action\"}]}]}]}"
}
for name in everywhere shop elsewhere; do cp /usr/bin/open-file "/tmp/$name"; done
object nodes/guest guest n 'metadata "labels":{"disk":"ssd"}'
object namespaces/shop shop ns 'metadata "labels":{"team":"a"}'
uid=0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a11
id=$(printf 'a%063d' 0)
object pods/web web-0 $uid 'namespace shop' 'field spec.nodeName=guest' 'metadata "labels":{"app":"web"},"annotations":{"note":"by hand"}' \
	"members \"spec\":{\"nodeName\":\"guest\",\"containers\":[{\"name\":\"nginx\",\"image\":\"nginx:1\",\"livenessProbe\":{\"exec\":{\"command\":[\"cat\",\"/etc/hostname\"]}}}]},\"status\":{\"containerStatuses\":[{\"name\":\"nginx\",\"image\":\"nginx:1\",\"imageID\":\"sha256:1\",\"containerID\":\"containerd://$id\",\"state\":{\"running\":{\"startedAt\":\"2026-01-10T06:10:02Z\"}}}]}"
policy_object tracingpolicies everywhere 1 Sigkill '"nodeSelector":{"matchLabels":{"disk":"ssd"}},' 'kind TracingPolicy'
policy_object tracingpolicies elsewhere 2 Sigkill '"nodeSelector":{"matchLabels":{"disk":"tape"}},' 'kind TracingPolicy'
policy_object tracingpoliciesnamespaced shop 3 Sigkill '' 'kind TracingPolicyNamespaced' 'namespace shop'

shrike-api-double "$PWD/api" >double.log 2>&1 &
double=$!
wait_until '[ -s api/config ]' "the double does not listen: $(tail -n 1 double.log)"
group=$root/kubepods/pod$uid/$id
mkdir -p "$group"
start_shriked --enable-k8s-api --k8s-kubeconfig-path "$PWD/api/config" --enable-pod-annotations --metrics-server 127.0.0.1:2112
wait_until 'grep -q "\"loaded\":2" api/status.json' "the status should tell of two policies: $(cat api/status.json)"

in_pod() { run "$1" sh -c "echo \$\$ >$group/cgroup.procs && exec $2 open /tmp/vault"; }
run everywhere /tmp/everywhere open /tmp/vault
expect_signal everywhere KILL
run elsewhere /tmp/elsewhere open /tmp/vault
expect_stdout elsewhere treasure
# A namespaced policy is for the containers of its namespace.
run host /tmp/shop open /tmp/vault
expect_stdout host treasure
in_pod pod /tmp/shop
expect_signal pod KILL
expect_event "kprobe(\"shop\") and pid == $(pid_of pod) and (body.process.pod | .namespace == \"shop\" and .name == \"web-0\"
	and .container.name == \"nginx\" and .pod_labels.app == \"web\" and .pod_annotations.note == \"by hand\"
	and .container.maybe_exec_probe == null)" 1
# What kubelet executes to see whether the container lives, and its twin, which reads another file.
run probe sh -c "echo \$\$ >$group/cgroup.procs && exec cat /etc/hostname"
run no-probe sh -c "echo \$\$ >$group/cgroup.procs && exec cat /etc/group"
expect_event "executes(\"/usr/bin/cat\") and pid == $(pid_of probe) and body.process.pod.container.maybe_exec_probe" 1
expect_event "executes(\"/usr/bin/cat\") and pid == $(pid_of no-probe) and body.process.pod.container.name == \"nginx\"
	and body.process.pod.container.maybe_exec_probe == null" 1
wait_until 'wget -q -O metrics http://127.0.0.1:2112/metrics &&
	grep -q "^tetragon_events_total{type=\"PROCESS_EXEC\",namespace=\"shop\",workload=\"web-0\",pod=\"web-0\",binary=\"/usr/bin/cat\",node_name=\"\"} 2$" metrics' \
	"two programs of the pod should be counted: $(grep 'events_total.*shop' metrics || :)"

# The same for somebody at a terminal, who asks the API server: one line a node, and the events that the pod's log has.
config=$PWD/api/config
object pods/shrike shrike-x shrike 'namespace security' 'label app.kubernetes.io/name=shrike' \
	'members "spec":{"nodeName":"guest","containers":[{"name":"export-stdout"},{"name":"shriked"}]},"status":{"phase":"Running","containerStatuses":[{"name":"export-stdout","restartCount":0,"state":{"running":{}}},{"name":"shriked","ready":true,"restartCount":3,"state":{"running":{}}}]}'
mkdir -p api/logs/security
wait_until 'shrike status --kubernetes --kubeconfig "$config" >status.txt' "shrike status: $(cat status.txt)"
# The same by a program that fetches the token; a daemon would not run it.
sed "s#token: secret#exec: {apiVersion: client.authentication.k8s.io/v1, command: ./fetch, args: [secret], interactiveMode: Never}#" "$config" >by-program
printf '#!/bin/sh\necho "{\\"kind\\":\\"ExecCredential\\",\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"status\\":{\\"token\\":\\"$1\\"}}"\n' >fetch
chmod +x fetch
run by-program shrike status --kubernetes --kubeconfig "$PWD/by-program"
expect_status by-program 0
run refused timeout 30 shriked --enable-k8s-api --k8s-kubeconfig-path "$PWD/by-program" --bpf-dir '' --server-address '' --export-filename /dev/null
expect_status refused 1
expect_stderr refused "by-program:[0-9]*: user .test.: .exec., a program that fetches credentials, is not run by a daemon"
grep -Eq '^guest +Ready +3 +[^ ]+ +2 +0 +1 ' status.txt || fail "the status should be of this node: $(cat status.txt)"
settle
sed 's/^/2026-01-10T07:00:00.000000000Z /' "$EVENTS" >api/logs/security/shrike-x
start followed shrike getevents --kubernetes --kubeconfig "$config" --since 2026-01-01T00:00:00Z -o compact -n shop -l app=web -e PROCESS_KPROBE
wait_until 'stdout_of followed | grep -q "shop/web-0 /tmp/shop"' "the event should be told: $(cat followed.err)"
kill "$(pid_of followed)"
await followed
stdout_of followed | grep -q everywhere && fail "only events of the pod: $(stdout_of followed)"

# Away: all of it stays.
: >api/away
run away /tmp/everywhere open /tmp/vault
expect_signal away KILL
rm api/objects/tracingpolicies/everywhere api/away
wait_until '! grep -q "\"name\":\"everywhere\"" api/status.json' 'the status should no longer tell of the policy'
run gone /tmp/everywhere open /tmp/vault
expect_stdout gone treasure
in_pod still /tmp/shop
expect_signal still KILL
kill "$double"
