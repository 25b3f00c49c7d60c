# timeout: 400
# Every layout of control groups that kubelet, containerd, CRI-O, Docker and Podman make, and containers in containers: real
# groups with real processes, half of the groups older than the daemon. Each event has the right container, pod, namespace
# and labels; a policy of one namespace sees its pods and nothing else.
root=/sys/fs/cgroup
echo treasure >/tmp/vault
# NAME NUMBER, or - for none, WHOSE GROUP; U: the uid, V: with underscores, I: the container's id, N: a node's, X: another's
cat >layouts <<'TEXT'
containerd-systemd 10 pod kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podV.slice/cri-containerd-I.scope
containerd-guaranteed 11 pod kubepods.slice/kubepods-podV.slice/cri-containerd-I.scope
containerd-cgroupfs 12 pod kubepods/besteffort/podU/I
containerd-elsewhere 13 pod system.slice/kubepods-burstable-podV.slice:cri-containerd:I
crio-systemd 14 pod kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podV.slice/crio-I.scope
crio-and-crun 15 pod kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podV.slice/crio-I.scope/container
crio-cgroupfs 16 pod kubepods/burstable/podU/crio-I
docker-systemd 17 pod kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podV.slice/docker-I.scope
guaranteed-cgroupfs 18 pod kubepods/podU/I
below-kubelet 19 pod kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-podV.slice/cri-containerd-I.scope
kind-cgroupfs 20 pod docker/N/kubelet/kubepods/burstable/podU/I
kind-systemd 21 pod system.slice/docker-N.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podV.slice/cri-containerd-I.scope
docker-in-pod 22 pod kubepods/burstable/podU/I/docker/X
systemd-in-pod 23 pod kubepods/burstable/podU/I/init.scope
docker-alone 24 container docker/I
docker-scope 25 container system.slice/docker-I.scope
podman 26 container machine.slice/libpod-I.scope/container
node-of-kind - node docker/N/init.scope
crio-conmon - nobody kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podV.slice/crio-conmon-I.scope
podman-conmon - nobody machine.slice/libpod-conmon-I.scope
a-service - nobody system.slice/cron.service
TEXT

uid_of() { echo "0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a$1"; }
id_of() { printf '%s%062d\n' "$1" 0 | tr 0 e; }
# Odd numbers are pods of the namespace shop.
namespace_of() { [ $(($1 % 2)) = 1 ] && echo shop || echo other; }
group_of() {
	local number=$1
	[ "$number" != - ] || number=14
	echo "$root/$(echo "$2" | sed "s/V/$(uid_of "$number" | tr - _)/; s/U/$(uid_of "$number")/; s/I/$(id_of "$number")/; s/N/$(id_of aa)/; s/X/$(id_of bb)/")"
}
while read -r name number whose path; do
	[ "$whose" = pod ] || continue
	echo "pod $(uid_of "$number") namespace=$(namespace_of "$number") name=$name-0 workload=$name kind=StatefulSet label.app=$name"
	echo "pod-container $(uid_of "$number") name=main-$number id=containerd://$(id_of "$number") image=registry.example/$name:1"
done <layouts >workloads
{
	printf 'apiVersion: cilium.io/v1alpha1\nkind: TracingPolicyNamespaced\nmetadata: {name: shop, namespace: shop}\n'
	printf 'spec:\n  kprobes: [{call: security_file_open, syscall: false, args: [{index: 0, type: file}], '
	printf 'selectors: [{matchArgs: [{index: 0, operator: Equal, values: [/tmp/vault]}]}]}]\n'
} >"$POLICIES/shop.yaml"

# enter NAME GROUP COMMAND... - as `run`, in a group.
enter() {
	local name=$1 group=$2
	shift 2
	run "$name" sh -c "echo \$\$ >'$group/cgroup.procs' && exec $*"
	expect_status "$name" 0
}
while read -r name number whose path; do
	case $name in *-systemd | *-conmon | docker-*) mkdir -p "$(group_of "$number" "$path")" ;; esac
done <layouts
# Older than the daemon: what it says at its end has its pod too.
start older sh -c "echo \$\$ >'$(group_of 10 "$(awk '$1 == "containerd-systemd" { print $4 }' layouts)")/cgroup.procs' && exec sleep 3600"

start_shriked --workload-file "$PWD/workloads"
while read -r name number whose path; do
	group=$(group_of "$number" "$path")
	mkdir -p "$group"
	enter "$name" "$group" open-file open /tmp/vault
	expect_stdout "$name" treasure
	case $whose in
	pod) echo "$(pid_of "$name") $(id_of "$number" | cut -c 1-31) $(namespace_of "$number") $name-0 $name containerd://$(id_of "$number") main-$number" ;;
	container) echo "$(pid_of "$name") $(id_of "$number" | cut -c 1-31) - - - - -" ;;
	node) echo "$(pid_of "$name") $(id_of aa | cut -c 1-31) - - - - -" ;;
	nobody) echo "$(pid_of "$name") - - - - - -" ;;
	esac
done <layouts | sort >expected-lines
kill "$(pid_of older)"
await older
settle

# facts EVENT - of each event of an `open-file`, which is what the containers execute: pid, container, namespace, pod, label, full id and name of the container.
facts() {
	jq -R -r "fromjson? | .$1.process | select(. != null and .binary == \"/usr/bin/open-file\")"' | [.pid, .docker // "-",
		.pod.namespace // "-", .pod.name // "-", .pod.pod_labels.app // "-", .pod.container.id // "-", .pod.container.name // "-"] | join(" ")' "$EVENTS" | sort
}
# check WHAT FILE - the lines on stdin are those of the file.
check() {
	cat >"$2.is"
	cmp -s "$2" "$2.is" || fail "$1 are not as they should be: $(diff "$2" "$2.is" | head -n 6)"
}
facts process_exec | check 'exec events' expected-lines
facts process_exit | check 'exit events' expected-lines
grep ' shop ' expected-lines >expected-shop
facts process_kprobe | check "events of the namespace's policy" expected-shop
expect_event "ends and pid == $(pid_of older) and body.process.pod.name == \"containerd-systemd-0\" and body.process.pod.container.name == \"main-10\"" 1
