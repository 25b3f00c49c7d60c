# every-kernel: yes
# What `shrike lint` says that a policy takes in the kernel is what the kernel then accounts for it, give or take half.
# timeout: 300
hook() {
	cat <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata: {name: $1}
		spec:
		  kprobes:
		  - call: security_file_open
		    syscall: false
		    args: [{index: 0, type: file}]
		    selectors:
	YAML
}
hook one >one.yaml
printf '    - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]\n' >>one.yaml
hook selectors >selectors.yaml
for number in $(seq 60); do
	printf '    - matchArgs: [{index: 0, operator: Prefix, values: [/srv/%s/, /opt/%s/]}]\n' "$number" "$number" >>selectors.yaml
done
hook values >values.yaml
printf '    - matchArgs: [{index: 0, operator: Postfix, values: [%s]}]\n' "$(seq 1000 | sed 's#.*#/folder-&/name-&.key,#' | tr -d '\n')" >>values.yaml
hook two >two.yaml
printf '    - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]\n' >>two.yaml
cat >>two.yaml <<YAML
  - call: security_socket_connect
    syscall: false
    args: [{index: 1, type: sockaddr}]
    selectors:
    - matchArgs: [{index: 1, operator: SPort, values: ["443"]}]
YAML

start_shriked
for name in one selectors values two; do
	run estimate shrike lint --max-memory 1 --fail-level never --format json "$name.yaml"
	estimate=$(jq -r '.[] | select(.rule == "SHR759") | .message | capture("about (?<number>[0-9]+) (?<unit>[a-zA-Z]+)")
		| (.number | tonumber) * {bytes: 1, KiB: 1024, MiB: 1048576}[.unit]' "$WORK/estimate.out")
	run add shrike policy add "$name.yaml"
	expect_status add 0
	actual=$(shrike policy list -o json | jq -r ".policies[] | select(.name == \"$name\") | .kernel_memory_bytes | tonumber")
	echo "$name: estimate $estimate, in the kernel $actual"
	if [ $((estimate * 2)) -le "$actual" ] || [ "$estimate" -ge $((actual * 2)) ]; then
		fail "$name: the estimate is $estimate bytes, the kernel accounts $actual"
	fi
	run delete shrike policy delete "$name"
	expect_status delete 0
done
