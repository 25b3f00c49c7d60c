# every-kernel: yes
# timeout: 180
# NotifyEnforcer: decided where system calls are entered, done at the calls of the policy's enforcer.
echo treasure >/tmp/vault
enforcer() { # NAME CALLS PROGRAM NUMBER ACTION
	cat >"$POLICIES/$1.yaml" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata: {name: $1}
		spec:
		  lists: [{name: calls, type: syscalls, values: [$4]}]
		  enforcers: [{calls: [$2]}]
		  tracepoints:
		  - subsystem: raw_syscalls
		    event: sys_enter
		    args: [{index: 4, type: syscall64}]
		    selectors:
		    - matchBinaries: [{operator: In, values: [$3]}]
		      matchArgs: [{index: 4, operator: InMap, values: ["list:calls"]}]
		      matchActions: [$5]
	YAML
}
for name in refused killed monitored other; do cp /usr/bin/open-file "/tmp/$name"; done
enforcer refused security_file_open /tmp/refused 'sys_openat, i386/sys_open' '{action: NotifyEnforcer, argError: -13}'
enforcer killed '"list:calls"' /tmp/killed sys_openat '{action: NotifyEnforcer, argSig: 9}'
enforcer monitored security_file_open /tmp/monitored sys_openat '{action: NotifyEnforcer, argError: -13}'
sed -i 's/^spec:/&\n  options: [{name: policy-mode, value: monitor}]/' "$POLICIES/monitored.yaml"
start_shriked

run refused /tmp/refused open /tmp/vault
expect_refused refused EACCES
expect_event "pid == $(pid_of refused) and policy == \"refused\"
	and .process_tracepoint.action == \"KPROBE_ACTION_NOTIFYENFORCER\""
run killed /tmp/killed open /tmp/vault
expect_signal killed KILL
# Another program, another call, and a policy that only watches.
run other /tmp/other open /tmp/vault
expect_status other 0
run monitored /tmp/monitored open /tmp/vault
expect_status monitored 0
expect_event "pid == $(pid_of monitored) and policy == \"monitored\"
	and .process_tracepoint.action == \"KPROBE_ACTION_NOTIFYENFORCER\""
run twin /tmp/refused openat2 /tmp/vault
expect_status twin 0
expect_no_event "pid == $(pid_of twin) and policy == \"refused\""
