# timeout: 400
# every-kernel: yes
# What the programs cost the kernel, for policies of several shapes, is no more than /guest/program-costs says for this
# kernel: instructions that the verifier goes through, and bytes of machine code. The clock does not matter.
shape() {
	cat >"$POLICIES/$1.yaml" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata: {name: $1}
		spec:
		  $2
	YAML
}
prefix='selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/etc/]}]'
measure() {
	start_shriked
	bpf-objects sizes | awk -v kernel="$KERNEL_LINE" -v shape="$1" '$1 == "program" { print kernel, shape, $2, $5, $4 }' |
		sort >"$WORK/programs"
	# Programs of the same name, such as those of maps, cost the same.
	if [ "$1" = processes ]; then
		cut -d' ' -f3 "$WORK/programs" | sort -u >"$WORK/known"
		sort -u "$WORK/programs" >>"$WORK/costs"
	else
		grep -vwFf "$WORK/known" "$WORK/programs" | sort -u >>"$WORK/costs"
	fi
	stop_shriked
	rm -f "$POLICIES"/*
}
measure processes
shape path "lsmhooks: [{hook: file_open, args: [{index: 0, type: file}], ${prefix}, matchActions: [{action: Sigkill}]}]}]"
if has_feature bpf-lsm; then measure lsm-path; fi
shape path "fentries: [{call: security_file_open, syscall: false, args: [{index: 0, type: file}], ${prefix}}]}]"
measure path
shape text "kprobes: [{call: sys_openat, args: [{index: 1, type: string}], selectors: [{matchArgs: [{index: 1, operator: Postfix, values: [.so]}]}]}]"
measure text
shape socket "kprobes: [{call: tcp_connect, syscall: false, args: [{index: 0, type: sock}], selectors: [{matchArgs: [{index: 0, operator: DAddr, values: [10.0.0.0/8]}]}]}]"
measure socket
shape return "kprobes: [{call: sys_setuid, return: true, returnArg: {index: 0, type: int}, args: [{index: 0, type: uint32}], selectors: [{matchReturnArgs: [{index: 0, operator: LT, values: ['0']}]}]}]"
measure return
shape member "kprobes: [{call: security_file_open, syscall: false, args: [{index: 0, type: string, resolve: f_path.dentry.d_name.name}], selectors: [{matchArgs: [{index: 0, operator: Equal, values: [shadow]}]}]}]"
measure member
shape field "tracepoints: [{subsystem: sched, event: sched_process_exec, args: [{index: 4, type: data_loc}], selectors: [{matchArgs: [{index: 4, operator: Prefix, values: [/tmp/]}]}]}]"
measure field
shape raw "tracepoints: [{subsystem: raw_syscalls, event: sys_enter, raw: true, args: [{index: 1, type: int64}], selectors: [{matchArgs: [{index: 1, operator: Equal, values: ['83']}]}]}]"
measure raw
shape user "uprobes: [{path: /usr/bin/user-functions, symbols: [greet], args: [{index: 0, type: string}], selectors: [{matchArgs: [{index: 0, operator: Equal, values: [Zoe]}]}]}]"
measure user
shape kin "kprobes: [{call: sys_setuid, args: [{index: 0, type: int}], selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/true], followChildren: true}]}]}]"
measure kin

# A smaller cost is no failure, but the table should tell it.
awk -v kernel="$KERNEL_LINE" '
	FILENAME == ARGV[1] { if ($1 == kernel) { verified[$2, $3] = $4; bytes[$2, $3] = $5 }; next }
	!(($2, $3) in verified) { print "new", $0; next }
	$4 > verified[$2, $3] * 1.02 || $5 > bytes[$2, $3] * 1.02 {
		print $2, $3, "instructions", verified[$2, $3], "->", $4, "bytes", bytes[$2, $3], "->", $5 }
' /guest/program-costs "$WORK/costs" >"$WORK/grown"
if [ -s "$WORK/grown" ]; then
	# Each at most as long as what is shown of a file.
	awk '{ print >(directory "/costs-" int((NR - 1) / 20) ".err") }' directory="$WORK" "$WORK/costs"
	fail "programs cost more than Tests/Guest/program-costs allows; if that is meant, these lines go there: $(cat "$WORK/grown")"
fi
