# One entry of kprobes on the functions of a list, and functions that a kernel lacks.
# timeout: 240
list_policy() {
	{
		cat <<-YAML
			apiVersion: cilium.io/v1alpha1
			kind: TracingPolicy
			metadata:
			  name: "$1"
			spec:
			  lists:
			  - name: "calls"
		YAML
		sed 's/^/    /'
		cat <<-YAML
			  kprobes:
			  - call: "list:calls"
			    syscall: $2
			    ignore:
			      callNotFound: $3
			    selectors:
			    - matchBinaries:
			      - operator: "In"
			        values: ["/usr/bin/mkdir", "/usr/bin/rmdir"]
		YAML
	} >"$POLICIES/$1.yaml"
}
list_policy plain false true <<-YAML
	values: ["security_path_mkdir", "security_path_rmdir", "security_path_nothing"]
YAML
list_policy calls true false <<-YAML
	type: "syscalls"
	values: ["sys_mkdir", "x64/sys_unlink"]
YAML
list_policy pattern false false <<-YAML
	type: "generated_ftrace"
	pattern: "^security_path_(mk|rm)dir$"
YAML
start_shriked

run maker mkdir /tmp/made
expect_status maker 0
expect_policies maker plain calls pattern
expect_event "kprobe(\"calls\") and pid == $(pid_of maker) and .process_kprobe.function_name == \"__x64_sys_mkdir\"" 1
expect_event "kprobe(\"pattern\") and pid == $(pid_of maker) and .process_kprobe.function_name == \"security_path_mkdir\"" 1
run remover rmdir /tmp/made
expect_policies remover plain pattern
expect_event "kprobe(\"plain\") and pid == $(pid_of remover) and .process_kprobe.function_name == \"security_path_rmdir\"" 1
run near touch /tmp/near
expect_policies near
stop_shriked

rm -f "$POLICIES"/*
list_policy lacking false false <<-YAML
	values: ["security_path_mkdir", "security_path_nothing"]
YAML
try_shriked lacking
expect_status lacking 1
expect_stderr lacking 'lacking.yaml:8:37: error: this kernel has no function `security_path_nothing`'
list_policy lacking false false <<-YAML
	type: "generated_ftrace"
	pattern: "^no_such_thing_"
YAML
try_shriked unmatched
expect_status unmatched 1
expect_stderr unmatched 'lacking.yaml:9:14: error: no function of this kernel matches'
