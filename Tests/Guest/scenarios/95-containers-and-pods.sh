# timeout: 400
# every-kernel: yes
# Containers of runc in kubelet's control groups: their very first exec has its pod; a namespaced policy kills in its
# namespace and nowhere else; a container whose pod is told of later waits for it; one that is never told of does not.
root=/sys/fs/cgroup
rootfs=$PWD/rootfs
mkdir -p "$rootfs/usr/bin" "$rootfs/proc" "$root/kubepods/burstable"
ln -s usr/bin "$rootfs/bin"
cp /usr/bin/busybox "$rootfs/usr/bin/cat"
cp /usr/bin/busybox "$rootfs/usr/bin/sleep"
echo treasure >"$rootfs/vault"
echo treasure >/vault

uid_of() { echo "0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a$1"; }
# 64 digits that begin with two that differ.
id_of() { printf "$1"'%062d\n' 0 | tr 0 e; }
pod_line() { printf 'pod %s %s\n' "$(uid_of "$1")" "$2"; }
container_line() { printf 'pod-container %s id=containerd://%s %s\n' "$(uid_of "$1")" "$(id_of "$1")" "$2"; }
{
	pod_line 11 'namespace=shop name=web-0 workload=web kind=StatefulSet label.app=web label.tier=front'
	container_line 11 'name=nginx image=registry.example/shop/nginx:1.27 image-id=registry.example/shop/nginx@sha256:9d1c started=2026-01-10T06:10:02Z'
	pod_line 22 'namespace=other name=web-0 workload=web-0 kind=Pod label.app=web'
	container_line 22 'name=nginx privileged=true'
} >workloads

# on_vault NAME KIND LINES ACTION - a policy on opens of the vault.
on_vault() {
	{
		printf 'apiVersion: cilium.io/v1alpha1\nkind: %s\nmetadata: {name: %s, namespace: shop}\nspec:\n%s\n' "$2" "$1" "$3"
		echo "  kprobes: [{call: security_file_open, syscall: false, args: [{index: 0, type: file}], selectors: [{matchArgs:
	      [{index: 0, operator: Equal, values: [/vault]}], matchActions: [{action: $4}]}]}]" | tr '\n\t' '  '
		echo
	} >"$POLICIES/$1.yaml"
}
on_vault shop TracingPolicyNamespaced '  options: []' Sigkill
on_vault until-known TracingPolicy '  options: [{name: unknown-workloads, value: match}]
  podSelector: {matchLabels: {app: forbidden}}' 'Override, argError: -13'
on_vault nginx TracingPolicy '  containerSelector: {matchExpressions: [{key: repo, operator: In, values: [registry.example/shop/nginx]}]}' Post

# container NAME NN GROUP COMMAND... - runs a container in a group as kubelet names them.
container() {
	local name=$1 id group=$3
	id=$(id_of "$2")
	shift 3
	mkdir -p "bundle-$name"
	jq -n --arg rootfs "$rootfs" --arg group "$group/$id" '{
		ociVersion: "1.0.2", root: {path: $rootfs}, mounts: [{destination: "/proc", type: "proc", source: "proc"}],
		process: {user: {uid: 0, gid: 0}, args: $ARGS.positional, env: ["PATH=/usr/bin"], cwd: "/"},
		linux: {cgroupsPath: $group, namespaces: ([{type: "pid"}, {type: "mount"}, {type: "ipc"}])}}' \
		--args "$@" >"bundle-$name/config.json"
	run "$name" runc --root /run/runc run --no-pivot --bundle "bundle-$name" "$id"
}
kubepods() { echo "/kubepods/burstable/pod$(uid_of "$1")"; }
# first_exec NN - the exec event of the container's own program.
first_exec() { echo ".process_exec.process.docker == \"$(id_of "$1" | cut -c 1-31)\" and executes(\"/usr/bin/cat\")"; }

start_shriked --workload-file "$PWD/workloads" --pod-wait 60s

container web 11 "$(kubepods 11)" /usr/bin/cat /vault
expect_signal web KILL
container other 22 "$(kubepods 22)" /usr/bin/cat /vault
expect_stdout other treasure
run host cat /vault
expect_stdout host treasure
# Nobody tells of this one: denied, and not waited for.
container docker 44 /docker /usr/bin/cat /vault
expect_refused docker EACCES

wait_event "$(first_exec 22) and .process_exec.process.pod.container.security_context.privileged"
wait_event "$(first_exec 44) and .process_exec.process.pod == null"
pod='{"namespace":"shop","name":"web-0","uid":"'$(uid_of 11)'","container":{"id":"containerd://'$(id_of 11)'","name":"nginx",
"image":{"id":"registry.example/shop/nginx@sha256:9d1c","name":"registry.example/shop/nginx:1.27"},
"start_time":"2026-01-10T06:10:02Z","pid":1,"security_context":{}},"pod_labels":{"app":"web","tier":"front"},
"workload":"web","workload_kind":"StatefulSet"}'
wait_event "$(first_exec 11)"
expect_event "$(first_exec 11) and .process_exec.process.pod == $pod" 1
expect_event "kprobe(\"shop\") and body.process.pod == $pod and body.action == \"KPROBE_ACTION_SIGKILL\"" 1
expect_event 'kprobe("shop")' 1
expect_event 'kprobe("nginx")' 1
expect_event 'kprobe("until-known")' 1
expect_event "kprobe(\"until-known\") and body.process.docker == \"$(id_of 44 | cut -c 1-31)\"" 1
expect_event 'executes("/usr/bin/cat") and (body.process | .pod == null and .docker == null)'

# Nobody has told of this one yet: denied until somebody does, and its events wait, although it has ended.
container late 33 "$(kubepods 33)" /usr/bin/cat /vault
expect_refused late EACCES
expect_no_event "$(first_exec 33)"
pod_line 33 'namespace=shop-2 name=late-0 workload=late kind=DaemonSet label.app=late' >>workloads
container_line 33 'name=late' >>workloads
kill -HUP "$shriked_pid"
expect_event "$(first_exec 33) and .process_exec.process.pod.name == \"late-0\" and .process_exec.process.pod.container.name == \"late\"" 1
expect_event 'kprobe("until-known") and body.process.pod.name == "late-0"' 1
container again 33 "$(kubepods 33)" /usr/bin/cat /vault
expect_stdout again treasure
