# timeout: 180
# Operators on the arguments of security_socket_connect: a socket and an address. Families without IP
# addresses satisfy no address filter, negated or not.
argument_policy socket-family security_socket_connect 0 socket Family AF_UNIX
argument_policy socket-protocol security_socket_connect 0 socket Protocol IPPROTO_UDP
argument_policy socket-not-saddr security_socket_connect 0 socket NotSAddr 10.0.0.0/8
argument_policy saddr security_socket_connect 1 sockaddr SAddr 127.0.0.0/8 ::1
argument_policy not-saddr security_socket_connect 1 sockaddr NotSAddr 127.0.0.1/32
argument_policy sport security_socket_connect 1 sockaddr SPort 53
argument_policy not-sport security_socket_connect 1 sockaddr NotSPort 53
argument_policy sport-priv security_socket_connect 1 sockaddr SPortPriv
argument_policy family security_socket_connect 1 sockaddr Family 2
start_shriked

run four sockets udp 127.0.0.1 53
expect_policies four family saddr socket-not-saddr socket-protocol sport sport-priv
expect_event "kprobe(\"saddr\") and pid == $(pid_of four)
	and .process_kprobe.args == [{sockaddr_arg: {family: \"AF_INET\", addr: \"127.0.0.1\", port: 53}}]" 1
expect_event "kprobe(\"socket-protocol\") and pid == $(pid_of four)
	and (.process_kprobe.args[0].sock_arg | [.family, .type, .protocol]) == [\"AF_INET\", \"SOCK_DGRAM\", \"IPPROTO_UDP\"]" 1
run six sockets tcp ::1 5300
expect_policies six not-saddr not-sport saddr socket-not-saddr
expect_event "kprobe(\"saddr\") and pid == $(pid_of six)
	and .process_kprobe.args == [{sockaddr_arg: {family: \"AF_INET6\", addr: \"::1\", port: 5300}}]" 1
run unix sockets unix /tmp/nobody
expect_policies unix not-sport socket-family sport-priv
expect_event "kprobe(\"socket-family\") and pid == $(pid_of unix)
	and (.process_kprobe.args[0].sock_arg | [.family, .saddr, .daddr]) == [\"AF_UNIX\", \"invalid IP\", \"invalid IP\"]" 1

stop_shriked
rm "$POLICIES"/*
policy refuse <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: refuse
spec:
  kprobes:
  - call: security_socket_connect
    syscall: false
    args:
    - {index: 1, type: sockaddr}
    selectors:
    - matchArgs:
      - {index: 1, operator: SAddr, values: [127.0.0.2]}
      - {index: 1, operator: SPort, values: ["80:90"]}
      matchActions:
      - {action: Override, argError: -1}
YAML
start_shriked
run refused sockets tcp 127.0.0.2 85
expect_refused refused EPERM
expect_event "kprobe(\"refuse\") and pid == $(pid_of refused) and .process_kprobe.action == \"KPROBE_ACTION_OVERRIDE\"" 1
run other-port sockets tcp 127.0.0.2 91
expect_status other-port 0
run other-address sockets tcp 127.0.0.3 85
expect_status other-address 0
expect_policies other-port
