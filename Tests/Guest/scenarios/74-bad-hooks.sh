# Hooks that the kernel does not have are refused at their place, with the nearest that it has.
bpf-objects list >"$WORK/objects.before"
bad() {
	rm -f "$POLICIES"/*
	{
		printf 'apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata:\n  name: "bad"\nspec:\n'
		printf '  %s:\n  - {%s}\n' "$2" "$3"
	} >"$POLICIES/$1.yaml"
	try_shriked "$1"
	expect_status "$1" 1
	expect_one_line "$1"
	expect_stderr "$1" "^[^:]*$1.yaml:$4: error: $5"
	expect_stdout_empty "$1"
}
bad lsm lsmhooks 'hook: file_opem' 7:12 'this kernel has no LSM hook `file_opem`.*did you mean `file_open`'
bad event tracepoints 'subsystem: sched, event: sched_process_exek' 7:31 \
	'this kernel has no tracepoint `sched/sched_process_exek`.*did you mean `sched/sched_process_exec`'
bad subsystem tracepoints 'subsystem: sced, event: sched_process_exec' 7:30 \
	'this kernel has no tracepoint.*did you mean `sched/sched_process_exec`'
bad field tracepoints 'subsystem: sched, event: sched_process_exec, args: [{index: 7}]' 7:66 \
	'`sched/sched_process_exec` has no field 7.*4 filename, 5 pid'
bad type tracepoints 'subsystem: sched, event: sched_process_exec, args: [{index: 4, type: int}]' 7:75 \
	'field 4 `filename`.*cannot be read as `int`.*write `type: string`'
bad raw tracepoints 'subsystem: sched, event: sched_process_exek, raw: true' 7:31 \
	'this kernel has no raw tracepoint.*did you mean `sched_process_exec`'
expect_nothing_left
