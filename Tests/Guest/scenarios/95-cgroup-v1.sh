# every-kernel: yes
# timeout: 400
# A node with cgroup v1, alone and beside version 2: containers and pods are known by the first hierarchy of memory, pids and
# cpuset that the kernel has, and a policy of a namespace and one of a pod selector decide in the kernel, from the first
# instruction of a container, for groups below it too, and for processes older than the daemon.
root=/sys/fs/cgroup
echo treasure >/tmp/vault
uid_of() { echo "0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a$1"; }
id_of() { printf '%s%062d\n' "$1" 0 | tr 0 e; }
pod_of() { echo "kubepods/burstable/pod$(uid_of "$1")/$(id_of "$1")"; }
pod_lines() {
	printf 'pod %s namespace=%s name=%s label.app=%s\n' "$(uid_of "$1")" "$2" "$3" "$4"
	printf 'pod-container %s name=main id=containerd://%s\n' "$(uid_of "$1")" "$(id_of "$1")"
}
{
	pod_lines 11 shop web-0 web
	pod_lines 22 other db-0 forbidden
	pod_lines 33 shop-2 web-0 web
} >workloads
# on_vault NAME KIND LINES ACTION - a policy on opens of the vault.
on_vault() {
	{
		printf 'apiVersion: cilium.io/v1alpha1\nkind: %s\nmetadata: {name: %s, namespace: shop}\nspec:\n%s\n' "$2" "$1" "$3"
		echo "  kprobes: [{call: security_file_open, syscall: false, args: [{index: 0, type: file}], selectors: [{matchArgs:
	      [{index: 0, operator: Equal, values: [/tmp/vault]}], matchActions: [{action: $4}]}]}]" | tr '\n\t' '  '
		echo
	} >"$POLICIES/$1.yaml"
}
on_vault shop TracingPolicyNamespaced '  options: []' Sigkill
on_vault forbidden TracingPolicy '  options: [{name: unknown-workloads, value: match}]
  podSelector: {matchLabels: {app: forbidden}}' 'Override, argError: -13'

# Over the guest's own mount of version 2, which stays as it is below.
mount -t tmpfs tmpfs "$root"
# A kernel may lack one: memory and cpuset without CONFIG_MEMCG_V1 and CONFIG_CPUSETS_V1.
known='' other=''
for controller in memory pids cpuset; do
	mkdir "$root/$controller"
	if ! mount -t cgroup -o "$controller" cgroup "$root/$controller" 2>mount.err; then
		echo "no cgroup v1 of $controller: $(cat mount.err)"
		rmdir "$root/$controller"
	elif [ -z "$known" ]; then
		known=$controller
	else
		other=$controller
	fi
done
[ -n "$known" ] || skip "needs one of CONFIG_MEMCG_V1, CONFIG_CGROUP_PIDS and CONFIG_CPUSETS_V1 with cgroup v1"

# enter NAME GROUP COMMAND... - as `run`, in a group of the hierarchy that counts, and in that of another pod elsewhere.
enter() {
	local name=$1 group=$2
	shift 2
	run "$name" sh -c "$(if [ -n "$other" ]; then echo "echo \$\$ >'$root/$other/$(pod_of 33)/cgroup.procs' &&"; fi)
		echo \$\$ >'$root/$known/$group/cgroup.procs' && exec $*"
}
make_group() {
	mkdir -p "$root/$known/$1"
	# Groups of cpuset take nobody before they have processors and memory.
	[ "$known" != cpuset ] || echo 1 >"$root/cpuset/cgroup.clone_children"
}
[ "$other" != cpuset ] || echo 1 >"$root/cpuset/cgroup.clone_children"
make_group "$(pod_of 11)"
# In it before there is a daemon; it opens when it is told to.
mkfifo go
start older sh -c "echo \$\$ >'$root/$known/$(pod_of 11)/cgroup.procs' && read -r word <go; exec cat /tmp/vault"

# check_node MODE - starts the daemon and has all of it tried.
check_node() {
	start_shriked --workload-file "$PWD/workloads"
	expect_log "cgroup.mode.*$1"
	expect_log "cgroup.controller.*$known"
	[ -z "$other" ] || mkdir -p "$root/$other/$(pod_of 33)"
	for number in 22 33; do make_group "$(pod_of "$number")"; done
	make_group "$(pod_of 11)/docker/$(id_of 99)"
	make_group "docker/$(id_of 44)"
	enter "pod-$1" "$(pod_of 11)" cat /tmp/vault
	expect_signal "pod-$1" KILL
	enter "below-$1" "$(pod_of 11)/docker/$(id_of 99)" cat /tmp/vault
	expect_signal "below-$1" KILL
	enter "selected-$1" "$(pod_of 22)" cat /tmp/vault
	expect_refused "selected-$1" EACCES
	enter "twin-$1" "$(pod_of 33)" cat /tmp/vault
	expect_stdout "twin-$1" treasure
	run "host-$1" cat /tmp/vault
	expect_stdout "host-$1" treasure
	# Nobody tells of a pod of this one.
	enter "docker-$1" "docker/$(id_of 44)" cat /tmp/vault
	expect_refused "docker-$1" EACCES

	for name in pod below; do
		expect_event "kprobe(\"shop\") and pid == $(pid_of "$name-$1") and body.process.docker == \"$(id_of 11 | cut -c 1-31)\"
			and (body.process.pod | .namespace == \"shop\" and .name == \"web-0\" and .container.name == \"main\" and .pod_labels.app == \"web\")" 1
	done
	expect_event "executes(\"/usr/bin/cat\") and pid == $(pid_of "twin-$1") and body.process.pod.namespace == \"shop-2\"" 1
	expect_event "executes(\"/usr/bin/cat\") and pid == $(pid_of "docker-$1") and body.process.docker == \"$(id_of 44 | cut -c 1-31)\" and body.process.pod == null" 1
	expect_event "executes(\"/usr/bin/cat\") and pid == $(pid_of "host-$1") and body.process.docker == null" 1
}
# remove_groups - those of the hierarchies, the deepest first.
remove_groups() {
	find "$root/$known/docker" "$root/$known/kubepods" ${other:+"$root/$other/kubepods"} -depth -type d -exec rmdir {} \; || :
}

check_node legacy
echo word >go
await older
expect_signal older KILL
# One that nobody has told of yet is denied, until somebody does.
make_group "$(pod_of 55)"
enter unknown "$(pod_of 55)" cat /tmp/vault
expect_refused unknown EACCES
pod_lines 55 shop-2 late-0 web >>workloads
kill -HUP "$shriked_pid"
expect_event "executes(\"/usr/bin/cat\") and pid == $(pid_of unknown) and body.process.pod.name == \"late-0\"" 1
enter known "$(pod_of 55)" cat /tmp/vault
expect_stdout known treasure
stop_shriked
remove_groups

# Version 2 beside it, as systemd has it for itself: what its groups are called means nothing.
mkdir "$root/unified"
mount -t cgroup2 cgroup2 "$root/unified"
group=$root/unified/$(id_of 77)
mkdir "$group"
check_node hybrid
run beside sh -c "echo \$\$ >'$group/cgroup.procs' && exec cat /tmp/vault"
expect_stdout beside treasure
expect_event "executes(\"/usr/bin/cat\") and pid == $(pid_of beside) and body.process.docker == null" 1
stop_shriked
remove_groups
rmdir "$group"
umount -l "$root"
