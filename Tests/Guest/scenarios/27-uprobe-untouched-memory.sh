# timeout: 180
# every-kernel: yes
# A string that the process itself has not looked at yet is read all the same, also over the end of a page: nobody gets
# round a filter with it.
program=/usr/bin/user-functions
policy kill <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: kill}
	spec:
	  options: [{name: sleepable-preload-size, value: "1024"}]
	  uprobes:
	  - path: $program
	    symbols: [greet]
	    args: [{index: 0, type: string}]
	    selectors:
	    - matchArgs: [{index: 0, operator: Equal, values: [a-long-name-of-Zoe]}]
	      matchActions: [{action: Sigkill}]
	    - matchActions: [{action: Post}]
YAML
file() {
	truncate -s 8192 "$1"
	printf %s "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
file /tmp/zoe 0 a-long-name-of-Zoe
file /tmp/zora 0 a-long-name-of-Zora
file /tmp/cut 4090 a-long-name-of-Zoe
file /tmp/cat 4090 a-long-name-of-Zora
start_shriked
run zoe user-functions untouched /tmp/zoe
expect_signal zoe KILL
run cut user-functions cut /tmp/cut
expect_signal cut KILL
run zora user-functions untouched /tmp/zora
expect_stdout zora 'hello a-long-name-of-Zora'
run cat user-functions cut /tmp/cat
expect_stdout cat 'hello a-long-name-of-Zora'
for name in zoe cut; do
	expect_event ".process_uprobe.action == \"KPROBE_ACTION_SIGKILL\" and pid == $(pid_of $name)
		and .process_uprobe.args == [{string_arg: \"a-long-name-of-Zoe\"}]" 1
done
for name in zora cat; do
	expect_event ".process_uprobe.action == \"KPROBE_ACTION_POST\" and pid == $(pid_of $name)
		and .process_uprobe.args == [{string_arg: \"a-long-name-of-Zora\"}]" 1
done
# What is no memory at all is an error, and matches nothing.
run nowhere user-functions kernel 0x10
expect_event ".process_uprobe.policy_name == \"kill\" and pid == $(pid_of nowhere) and .process_uprobe.args[0].error_arg != null" 1
