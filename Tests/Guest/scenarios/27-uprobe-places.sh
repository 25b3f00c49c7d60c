# timeout: 240
# Places of a uprobe: file offsets, addresses, a symbol with an offset; and those that are not there.
program=/usr/bin/user-functions
probe() {
	cat >"$POLICIES/$1.yaml" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata: {name: $1}
		spec:
		  uprobes:
		  - {path: $program, $2}
	YAML
}
# The program is linked to fixed addresses: that of a function says where it is.
address=$(user-functions where)
probe symbol 'symbols: [greet]'
probe address "addrs: [$address]"
probe offset "offsets: [$((address - 0x400000))]"
probe plus 'symbols: [greet+0]'
start_shriked
run ana user-functions greet Ana
expect_event ".process_uprobe.policy_name == \"symbol\" and pid == $(pid_of ana) and .process_uprobe.symbol == \"greet\"
	and .process_uprobe.offset == null" 1
for name in address offset; do
	expect_event ".process_uprobe.policy_name == \"$name\" and pid == $(pid_of ana) and .process_uprobe.symbol == null
		and .process_uprobe.offset == \"$((address - 0x400000))\"" 1
done
expect_event ".process_uprobe.policy_name == \"plus\" and pid == $(pid_of ana) and .process_uprobe.symbol == \"greet+0\"" 1
stop_shriked

bad() {
	rm -f "$POLICIES"/*
	probe "$1" "$2"
	try_shriked "$1"
	expect_status "$1" 1
	expect_one_line "$1"
	expect_stderr "$1" "^[^:]*$1.yaml:$3: error: $4"
}
bad missing 'symbols: [grret]' 6:47 '`grret` of `/usr/bin/user-functions` cannot be probed: it has no function `grret`; did you mean `greet`?'
bad data 'offsets: [64]' 6:47 '.*the file has no code there'
bad far 'addrs: [0x10]' 6:45 '.*the file has no code there'
program=/usr/bin/no-such-file
bad file 'symbols: [greet]' 6:45 '.*there is no such file'
program=/etc/hostname
bad text 'symbols: [greet]' 6:37 '.*it is not an ELF file'
