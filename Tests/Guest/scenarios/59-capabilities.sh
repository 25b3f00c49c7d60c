# timeout: 180
# Credentials, capabilities and user namespaces.
capset='{index: 2, type: cap_effective}, {index: 3, type: cap_inheritable}, {index: 4, type: cap_permitted, label: new}'
object_policy cred commit_creds '{index: 0, type: cred}' '{matchBinaries: [{operator: In, values: [/usr/bin/set-uid]}]}'
object_policy capability cap_capable '{index: 2, type: capability}, {index: 1, type: user_namespace}, {index: 2, type: int}' \
	'{matchArgs: [{args: [2], operator: Equal, values: ["7"]}], matchBinaries: [{operator: In, values: [/usr/bin/set-uid]}]}'
object_policy equal security_capset "$capset" '{matchArgs: [{index: 2, operator: Equal, values: ["CAP_NET_RAW,CAP_KILL"]}]}'
object_policy not-equal security_capset "$capset" '{matchArgs: [{index: 2, operator: NotEqual, values: ["0x2020"]}]}'
object_policy mask security_capset "$capset" '{matchArgs: [{index: 4, operator: Mask, values: ["CAP_SYS_ADMIN,CAP_KILL"]}]}'
object_policy not-mask security_capset "$capset" '{matchArgs: [{index: 3, operator: Mask, values: [CAP_NET_RAW]}]}'
object_policy gained security_capset "$capset" '{matchArgs: [{args: [1, 0], operator: CapabilitiesGained}]}'
object_policy not-gained security_capset "$capset" '{matchArgs: [{args: [2, 0], operator: CapabilitiesGained}]}'
object_policy kernel-cap security_capset '{index: 2, type: kernel_cap_t}' '{matchArgs: [{index: 2, operator: GT, values: ["0x2000"]}]}'
start_shriked

run user set-uid 1000
expect_policies user capability cred
expect_event "kprobe(\"cred\") and pid == $(pid_of user) and (.process_kprobe.args[0].process_credentials_arg
	| [.uid, .euid, .gid, .caps, .user_ns.level, .user_ns.ns.is_host]) == [1000, 1000, 0, {}, 0, true]" 1
expect_event "kprobe(\"capability\") and pid == $(pid_of user)
	and (.process_kprobe.args | .[0].capability_arg == {value: 7, name: \"CAP_SETUID\"}
		and (.[1].user_ns_arg | [.level, .uid, .gid]) == [0, 0, 0])"
run capset kernel-objects capset
expect_status capset 0
settle
matching "pid == $(pid_of capset) and .process_kprobe.function_name == \"security_capset\""
expect_equal 'the policies on security_capset' "$(jq -r .process_kprobe.policy_name "$WORK/matched" | sort | tr '\n' ' ')" \
	'equal gained kernel-cap mask '
expect_event "kprobe(\"equal\") and .process_kprobe.args == [{cap_effective_arg: \"0000000000002020\"},
	{cap_inheritable_arg: \"0000000000000020\"}, {cap_permitted_arg: \"0000000000002020\", label: \"new\"}]" 1
expect_event 'kprobe("kernel-cap") and .process_kprobe.args == [{kernel_cap_t_arg: "0000000000002020"}]' 1
