# timeout: 300
# every-kernel: yes
# resolve in user space: values behind an argument of a function and of a static probe, by the program's own types;
# the task of the caller, and its registers.
program=/usr/bin/user-structures
policy greetings <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: greetings}
	spec:
	  uprobes:
	  - path: $program
	    btfPath: $program
	    symbols: [greet]
	    args:
	    - {index: 1, type: string, btfType: person, resolve: name}
	    - {index: 1, type: string, btfType: person, resolve: home.city}
	    - {index: 1, type: int16, btfType: person, resolve: age}
	    - {index: 1, btfType: person, resolve: "marks[2]"}
	    - {index: 1, type: string, btfType: person, resolve: friend.work.street}
	    selectors:
	    - matchArgs:
	      - {args: [1], operator: Equal, values: [Rome, a-city-of-16-byt]}
	      - {args: [2], operator: LT, values: ["18"]}
	  - path: $program
	    symbols: [main]
	    data:
	    - {index: 0, type: string, source: current_task, resolve: comm}
	    - {index: 0, type: int, source: current_task, resolve: real_parent.tgid}
	    - {index: 0, type: path, source: current_task, resolve: mm.exe_file.f_path}
	    - {index: 0, type: uint32, source: pt_regs, resolve: edi}
	    selectors:
	    - matchData: [{index: 3, operator: Equal, values: ["4"]}]
YAML
policy notices <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: notices}
	spec:
	  usdts:
	  - path: $program
	    btfPath: $program
	    provider: guests
	    name: notice
	    args:
	    - {index: 0, type: string, btfType: person, resolve: home.city}
	    - {index: 0, type: int16, btfType: person, resolve: age}
	    selectors:
	    - matchArgs: [{args: [0], operator: Prefix, values: [Ro]}]
YAML
# Raw types: the kernel's own, which has a pair of pointers like any other.
policy raw <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: raw}
	spec:
	  uprobes:
	  - path: $program
	    btfPath: /sys/kernel/btf/vmlinux
	    symbols: [greet]
	    args: [{index: 1, type: uint64, btfType: list_head, resolve: prev}]
YAML
start_shriked
run ana user-structures greet Ana Rome 17 Bea
run zoe user-structures greet Zoe a-city-of-16-bytes -3
run older user-structures greet Old Rome 18 Bea
run other user-structures greet Tim Roma 17 Bea
for name in ana zoe older other; do expect_status $name 0; done
expect_event ".process_uprobe.policy_name == \"greetings\" and pid == $(pid_of ana)
	and .process_uprobe.args == [{string_arg: \"Ana\"}, {string_arg: \"Rome\"}, {int_arg: 17}, {uint_arg: 255},
		{string_arg: \"Main Street\"}]" 1
expect_event ".process_uprobe.policy_name == \"greetings\" and pid == $(pid_of zoe)
	and .process_uprobe.args[1] == {string_arg: \"a-city-of-16-byt\"} and .process_uprobe.args[2] == {int_arg: -3}
	and (.process_uprobe.args[4].error_arg != null)" 1
for name in older other; do
	expect_no_event ".process_uprobe.policy_name == \"greetings\" and pid == $(pid_of $name)"
done
expect_event ".process_uprobe.policy_name == \"raw\" and pid == $(pid_of ana)
	and (.process_uprobe.args[0].size_arg | tonumber) > 4096" 1

run rita user-structures notice Rita Rome 3
run tim user-structures notice Tim Bern 3
expect_status rita 0
expect_event ".process_usdt.policy_name == \"notices\" and .process_usdt.process.pid == $(pid_of rita)
	and [.process_usdt.args[] | del(.label)] == [{string_arg: \"Rome\"}, {int_arg: 3}]" 1
expect_no_event ".process_usdt != null and .process_usdt.process.pid == $(pid_of tim)"

# A friend at an address of the kernel: nothing is read there. The caller's task and registers are.
banner=$(awk '$3 == "linux_banner" { print $1; exit }' /proc/kallsyms)
run thief user-structures greet-address Rome "0x$banner"
expect_status thief 0
expect_event ".process_uprobe.policy_name == \"greetings\" and pid == $(pid_of thief) and .process_uprobe.data == [
	{string_arg: \"user-structures\"}, {int_arg: $$}, {path_arg: {path: \"$program\", permission: \"-rwxr-xr-x\"}},
	{uint_arg: 4}]" 1
expect_no_event ".process_uprobe.data != null and pid == $(pid_of ana)"
if grep process_uprobe "$EVENTS" | grep -q 'Linux version'; then fail 'an event shows memory of the kernel'; fi
stop_shriked

bad() {
	rm -f "$POLICIES"/*
	cat >"$POLICIES/$1.yaml" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata: {name: $1}
		spec:
		  uprobes:
		  - path: $program
		    symbols: [greet]
		    btfPath: $2
		    args: [{index: 1, $3}]
	YAML
	try_shriked "$1"
	expect_status "$1" 1
	expect_one_line "$1"
	expect_stderr "$1" "^[^:]*$1.yaml:$4: error: $5"
}
bad member "$program" 'type: int16, btfType: person, resolve: aage' '9:62' '`aage` leads nowhere: `struct person` has no member `aage`; did you mean `age`?'
bad structure "$program" 'type: int16, btfType: parson, resolve: age' '9:62' '`age` leads nowhere: `/usr/bin/user-structures` has no `struct parson`'
bad number "$program" 'type: string, btfType: person, resolve: age' '9:29' '.*cannot be read as `string`'
bad show "$program" 'btfType: person, resolve: home' '9:12' '.*no type shows it'
bad types /usr/bin/user-functions 'type: int16, btfType: person, resolve: age' '8:14' '`/usr/bin/user-functions` has no types: it has no section `.BTF`'
bad text /etc/hostname 'type: int16, btfType: person, resolve: age' '8:14' '`/etc/hostname` has no types: it is neither BTF nor an ELF file'
