# timeout: 180
# TrackSock, UntrackSock and returnArgAction: what happens to a socket in another process's time is told of its owner.
object_policy arrivals __udp_enqueue_schedule_skb '{index: 0, type: sock, label: receiver}'
object_policy in-time __udp_enqueue_schedule_skb '{index: 1, type: skb}'
object_policy bound security_socket_bind '{index: 0, type: socket}' \
	'{matchArgs: [{index: 0, operator: Family, values: [AF_INET]}], matchActions: [{action: TrackSock, argSock: 0}]}'
object_policy released security_socket_setsockopt '{index: 1, type: int}, {index: 0, type: socket}' \
	'{matchActions: [{action: UntrackSock, argSock: 1}, {action: NoPost}]}'
start_shriked

run pair datagram-pair 7001
expect_status pair 0
child=$(stdout_of pair)
expect_event "kprobe(\"bound\") and pid == $(pid_of pair) and .process_kprobe.action == \"KPROBE_ACTION_TRACKSOCK\"" 1
expect_event "kprobe(\"arrivals\") and pid == $(pid_of pair) and .process_kprobe.args[0].sock_arg.sport == 7001
	and .process_kprobe.process.binary == \"/usr/bin/datagram-pair\" and .process_kprobe.process.tid == $(pid_of pair)" 1
expect_no_event "kprobe(\"arrivals\") and pid == $child"
# A policy that reads no socket names who was there.
expect_event "kprobe(\"in-time\") and pid == $child" 1
expect_no_event "kprobe(\"in-time\") and pid == $(pid_of pair)"

run let-go datagram-pair 7002 release
expect_status let-go 0
expect_event "kprobe(\"arrivals\") and pid == $(stdout_of let-go) and .process_kprobe.args[0].sock_arg.sport == 7002" 1
expect_no_event "kprobe(\"arrivals\") and pid == $(pid_of let-go)"

stop_shriked
rm "$POLICIES"/*
object_policy arrivals __udp_enqueue_schedule_skb '{index: 0, type: sock}'
policy allocated <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: allocated}
spec:
  kprobes:
  - call: sk_alloc
    syscall: false
    return: true
    returnArg: {index: 0, type: sock}
    returnArgAction: TrackSock
    args: [{index: 1, type: int, label: family}]
    selectors:
    - matchArgs: [{index: 1, operator: Equal, values: ["2"]}]
      matchBinaries: [{operator: NotIn, values: [/usr/bin/sockets]}]
  - call: __sk_free
    syscall: false
    args: [{index: 0, type: sock}]
    selectors: [{matchActions: [{action: UntrackSock}, {action: NoPost}]}]
YAML
start_shriked
run made datagram-pair 7003
expect_status made 0
expect_event "kprobe(\"allocated\") and pid == $(pid_of made) and .process_kprobe.return.sock_arg != null
	and .process_kprobe.args == [{int_arg: 2, label: \"family\"}]" 1
expect_event "kprobe(\"arrivals\") and pid == $(pid_of made) and .process_kprobe.args[0].sock_arg.sport == 7003" 1
expect_no_event "kprobe(\"arrivals\") and pid == $(stdout_of made)"
run own sockets udp 127.0.0.1 7004
expect_no_event "kprobe(\"allocated\") and pid == $(pid_of own)"
