# timeout: 180
# Operators on a packet: what leaves by IPv4 and IPv6. The source is the packet's sender.
argument_policy out ip_output 2 skb DAddr 127.0.0.2
argument_policy not-out ip_output 2 skb NotDAddr 127.0.0.2
argument_policy dport ip_output 2 skb DPort 8080
argument_policy protocol ip_output 2 skb Protocol IPPROTO_UDP
argument_policy out6 ip6_output 2 skb DAddr ::1
argument_policy family6 ip6_output 2 skb Family AF_INET6
argument_policy sport6 ip6_output 2 skb SPort 4040
start_shriked

run udp sockets udp 127.0.0.2 8080 600
expect_policies udp dport out protocol
expect_event "kprobe(\"out\") and pid == $(pid_of udp)
	and (.process_kprobe.args[0].skb_arg | del(.hash, .priority)) == {len: 29, saddr: \"127.0.0.2\", daddr: \"127.0.0.2\", sport: 600,
		dport: 8080, proto: 17, protocol: \"IPPROTO_UDP\", family: \"AF_INET\"}" 1
run other sockets udp 127.0.0.3 8081
expect_policies other not-out protocol
run six sockets udp ::1 8080 4040
expect_policies six family6 out6 sport6
expect_event "kprobe(\"sport6\") and pid == $(pid_of six)
	and (.process_kprobe.args[0].skb_arg | [.len, .saddr, .daddr, .sport, .dport, .family]) == [49, \"::1\", \"::1\", 4040, 8080, \"AF_INET6\"]" 1
