# timeout: 180
# BPF objects, perf events, network devices and local addresses.
object_policy bpf security_bpf '{index: 0, type: bpf_cmd}, {index: 1, type: bpf_attr}' '{matchBinaries: [{operator: In, values: [/usr/bin/bpf-objects]}]}'
object_policy prog security_bpf_prog '{index: 0, type: bpf_prog}' '{matchBinaries: [{operator: In, values: [/usr/bin/bpf-objects]}]}'
object_policy map security_bpf_map '{index: 0, type: bpf_map}' '{matchBinaries: [{operator: In, values: [/usr/bin/bpf-objects]}]}'
object_policy perf security_perf_event_alloc '{index: 0, type: perf_event}'
object_policy device loopback_xmit '{index: 1, type: net_device}' '{matchArgs: [{index: 1, operator: Equal, values: [lo]}]}'
object_policy other-device loopback_xmit '{index: 1, type: net_device}' '{matchArgs: [{index: 1, operator: NotPrefix, values: [l]}]}'
address='{index: 0, type: nop}, {index: 1, type: sockaddr_un, label: none}'
object_policy path security_socket_connect "$address" '{matchArgs: [{index: 1, operator: Prefix, values: [/tmp/no]}]}'
object_policy abstract security_socket_connect "$address" '{matchArgs: [{index: 1, operator: Prefix, values: [nobody]}]}'
object_policy not-path security_socket_connect "$address" '{matchArgs: [{index: 1, operator: NotEqual, values: [/tmp/nobody]}]}'
object_policy local security_socket_connect "$address" '{matchArgs: [{index: 1, operator: Family, values: [AF_UNIX]}]}'
start_shriked

run list bpf-objects list
expect_event "kprobe(\"bpf\") and pid == $(pid_of list) and .process_kprobe.args[0].bpf_cmd_arg == \"BPF_PROG_GET_NEXT_ID\""
expect_event "kprobe(\"prog\") and pid == $(pid_of list) and (.process_kprobe.args[0].bpf_prog_arg
	| .ProgType == \"BPF_PROG_TYPE_TRACING\" and .InsnCnt > 0 and (.ProgName | startswith(\"hook_function\")))"
expect_event "kprobe(\"map\") and pid == $(pid_of list) and (.process_kprobe.args[0].bpf_map_arg
	| select(.MapName == \"critical_ring\") | .MapType == \"BPF_MAP_TYPE_RINGBUF\" and .MaxEntries > 0)" 1
run perf kernel-objects perf
expect_status perf 0
expect_event "kprobe(\"perf\") and pid == $(pid_of perf)
	and .process_kprobe.args == [{perf_event_arg: {Type: \"PERF_TYPE_SOFTWARE\", Config: \"2\"}}]" 1
run packet sockets udp 127.0.0.1 7070
expect_event "kprobe(\"device\") and pid == $(pid_of packet) and .process_kprobe.args == [{string_arg: \"lo\"}]"
expect_no_event 'kprobe("other-device")'
run path sockets unix /tmp/nobody
expect_policies path local path
expect_event "kprobe(\"path\") and pid == $(pid_of path)
	and .process_kprobe.args == [{sockaddrun_arg: {family: \"AF_UNIX\", path: \"/tmp/nobody\"}}]" 1
run abstract sockets unix @nobody
expect_policies abstract abstract local not-path
expect_event "kprobe(\"local\") and pid == $(pid_of abstract)
	and (.process_kprobe.args[0].sockaddrun_arg.path | startswith(\"@nobody\"))" 1
run inet sockets udp 127.0.0.1 7071
expect_event "kprobe(\"device\") and pid == $(pid_of inet)"
count_events "pid == $(pid_of inet) and .process_kprobe.function_name == \"security_socket_connect\""
expect_equal 'events of an address that is not local' "$count" 0
