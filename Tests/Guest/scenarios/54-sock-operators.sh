# timeout: 180
# Operators on a sock argument: the socket of a TCP connection, IPv4 and IPv6, over loopback.
argument_policy saddr tcp_connect 0 sock SAddr 127.0.0.0/8
argument_policy daddr tcp_connect 0 sock DAddr 127.0.0.1 10.0.0.0/8
argument_policy daddr6 tcp_connect 0 sock DAddr ::1/128
argument_policy daddr-both tcp_connect 0 sock DAddr 127.0.0.2/31 ::/64
argument_policy not-daddr tcp_connect 0 sock NotDAddr 127.0.0.1
argument_policy not-saddr tcp_connect 0 sock NotSAddr 127.0.0.0/30 ::1
argument_policy dport tcp_connect 0 sock DPort 8080 9000:9002
argument_policy not-dport tcp_connect 0 sock NotDPort 8080
argument_policy sport tcp_connect 0 sock SPort 700
argument_policy not-sport tcp_connect 0 sock NotSPort 700
argument_policy sport-priv tcp_connect 0 sock SPortPriv
argument_policy not-sport-priv tcp_connect 0 sock NotSportPriv
argument_policy dport-priv tcp_connect 0 sock DPortPriv
argument_policy not-dport-priv tcp_connect 0 sock NotDPortPriv
argument_policy protocol tcp_connect 0 sock Protocol IPPROTO_TCP
argument_policy not-this-protocol tcp_connect 0 sock Protocol IPPROTO_UDP 58
argument_policy family tcp_connect 0 sock Family AF_INET6
argument_policy state tcp_connect 0 sock State TCP_SYN_SENT
argument_policy not-this-state tcp_connect 0 sock State TCP_ESTABLISHED
start_shriked

run four sockets tcp 127.0.0.1 8080
expect_policies four daddr dport not-dport-priv not-sport not-sport-priv protocol saddr state
expect_event "kprobe(\"daddr\") and pid == $(pid_of four)
	and (.process_kprobe.args[0].sock_arg | .cookie |= (tonumber > 0)) == {family: \"AF_INET\", type: \"SOCK_STREAM\",
		protocol: \"IPPROTO_TCP\", saddr: \"127.0.0.1\", daddr: \"127.0.0.1\", sport: $(stdout_of four), dport: 8080,
		cookie: true, state: \"TCP_SYN_SENT\"}" 1
run other sockets tcp 127.0.0.3 9002 700
expect_policies other daddr-both dport not-daddr not-dport not-dport-priv protocol saddr sport sport-priv state
run past sockets tcp 127.0.0.4 9003 3000
expect_policies past not-daddr not-dport not-dport-priv not-saddr not-sport not-sport-priv protocol saddr state
run six sockets tcp ::1 81 700
expect_policies six daddr-both daddr6 dport-priv family not-daddr not-dport protocol sport sport-priv state
expect_event "kprobe(\"daddr6\") and pid == $(pid_of six)
	and (.process_kprobe.args[0].sock_arg | [.family, .saddr, .daddr, .sport, .dport]) == [\"AF_INET6\", \"::1\", \"::1\", 700, 81]" 1
