# timeout: 240
# every-kernel: yes
# System calls of 32-bit programs: their arguments are in other registers, and of 32 bits.
run native calls-32 priority
[ "$(status_of native)" != 126 ] || skip 'needs CONFIG_IA32_EMULATION'
policy calls <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: calls}
	spec:
	  lists:
	  - {name: opens, type: syscalls, values: [sys_open, i386/sys_open]}
	  kprobes:
	  - call: list:opens
	    args: [{index: 0, type: string}, {index: 1, type: int}]
	    selectors:
	    - matchArgs: [{index: 0, operator: Prefix, values: [/tmp/vault]}]
	      matchActions: [{action: Sigkill}]
YAML
policy numbers <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: numbers}
	spec:
	  lists:
	  - {name: others, type: syscalls, values: [i386/sys_getpriority]}
	  kprobes:
	  - call: list:others
	    args: [{index: 0, type: int}, {index: 1, type: int}, {index: 1, type: int64}, {index: 1, type: uint64}]
	    selectors:
	    - matchArgs: [{args: [2], operator: Equal, values: ["-5"]}]
YAML
policy compat <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: compat}
	spec:
	  lists:
	  - {name: seeks, type: syscalls, values: [i386/sys_lseek]}
	  kprobes:
	  - call: list:seeks
	    args: [{index: 0, type: int}, {index: 1, type: long}]
	    selectors:
	    - matchArgs: [{args: [0], operator: Equal, values: ["77"]}, {args: [1], operator: LT, values: ["0"]}]
YAML
policy buffers <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: buffers}
	spec:
	  kprobes:
	  - call: __ia32_sys_write
	    args: [{index: 1, type: char_buf, sizeArgIndex: 3}]
	    selectors:
	    - matchArgs: [{index: 1, operator: Prefix, values: [treasure]}]
	  - call: __ia32_sys_writev
	    args: [{index: 1, type: char_iovec, sizeArgIndex: 3}]
YAML
start_shriked
echo treasure >/tmp/vault
echo plain >/tmp/vaul
run thief calls-32 open /tmp/vault
expect_signal thief KILL
expect_event "kprobe(\"calls\") and pid == $(pid_of thief) and .process_kprobe.function_name == \"__ia32_sys_open\"
	or kprobe(\"calls\") and pid == $(pid_of thief) and .process_kprobe.function_name == \"__ia32_compat_sys_open\"" 1
expect_event "kprobe(\"calls\") and pid == $(pid_of thief) and .process_kprobe.args == [{string_arg: \"/tmp/vault\"}, {int_arg: 0}]" 1
run near calls-32 open /tmp/vaul
expect_status near 0
# The same way in, from a 64-bit program.
run other int80 open /tmp/vault
expect_signal other KILL
run near int80 open /tmp/vaul
expect_status near 0
expect_no_event "kprobe(\"calls\") and pid == $(pid_of near)"

run priority calls-32 priority
expect_event "kprobe(\"numbers\") and pid == $(pid_of priority)
	and .process_kprobe.args == [{int_arg: 0}, {int_arg: -5}, {long_arg: \"-5\"}, {size_arg: \"4294967291\"}]" 1
run seek calls-32 seek
expect_status seek 9
expect_event "kprobe(\"compat\") and pid == $(pid_of seek) and .process_kprobe.function_name == \"__ia32_compat_sys_lseek\"
	and .process_kprobe.args == [{int_arg: 77}, {long_arg: \"-2\"}]" 1
run writer calls-32 write treasure-box
expect_stdout writer treasure-box
expect_event "kprobe(\"buffers\") and pid == $(pid_of writer)
	and .process_kprobe.args == [{bytes_arg: \"$(printf treasure-box | base64)\"}]" 1
run near calls-32 write treasur
expect_no_event "kprobe(\"buffers\") and pid == $(pid_of near)"
run parts calls-32 parts one two
expect_stdout parts onetwo
expect_event "kprobe(\"buffers\") and pid == $(pid_of parts)
	and .process_kprobe.args == [{bytes_arg: \"$(printf onetwo | base64)\"}]" 1
