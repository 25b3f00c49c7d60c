# timeout: 180
# Buffers: bytes as many as another argument says, NULs among them; vectors and iterators. In JSON they are base64.
BINARIES='/usr/bin/open-file /usr/bin/write-bytes'
for policy in 'equal Equal text\n' 'not-equal NotEqual text\n' 'prefix Prefix te' 'postfix Postfix xt\n' 'nul Equal te\0t' \
	'before-nul Equal te' 'not-prefix NotPrefix text\nmore' 'many Equal te text\nmore t'; do
	# shellcheck disable=SC2086
	set -- $policy
	name=$1 operator=$2
	shift 2
	argument_policy "$name" sys_write 1 char_buf "$operator" "$@"
	sed -i 's/^      type: "char_buf"/&\n      sizeArgIndex: 3/' "$POLICIES/$name.yaml"
done
policy vectors <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: vectors}
spec:
  kprobes:
  - call: sys_writev
    syscall: true
    args:
    - {index: 1, type: char_iovec, sizeArgIndex: 3}
    - {index: 2, type: int, label: parts}
    selectors: [{matchBinaries: [{operator: In, values: [/usr/bin/kernel-objects]}]}]
  - call: sock_write_iter
    syscall: false
    args:
    - {index: 1, type: iov_iter}
YAML
printf 'text\n' >/tmp/text
printf 'text\nmore' >/tmp/more
printf 'te\0t' >/tmp/nul
start_shriked

run text open-file open /tmp/text
expect_policies text equal not-prefix postfix prefix
expect_event "kprobe(\"equal\") and pid == $(pid_of text) and .process_kprobe.args == [{bytes_arg: (\"text\n\" | @base64)}]" 1
run more open-file open /tmp/more
expect_policies more many not-equal prefix
run nul open-file open /tmp/nul
expect_policies nul not-equal not-prefix nul prefix
expect_event "kprobe(\"nul\") and pid == $(pid_of nul) and .process_kprobe.args == [{bytes_arg: \"dGUAdA==\"}]" 1
run long write-bytes 5000
expect_policies long not-equal not-prefix
expect_event "kprobe(\"not-equal\") and pid == $(pid_of long)
	and (.process_kprobe.args[0].truncated_bytes_arg | .orig_size == \"5000\" and (.bytes_arg | length) == 5464)" 1
run vector kernel-objects writev
expect_event "kprobe(\"vectors\") and pid == $(pid_of vector)
	and .process_kprobe.args == [{bytes_arg: (\"onetwothree\" | @base64)}, {int_arg: 3, label: \"parts\"}]" 1
run socket sockets udp 127.0.0.1 7070
expect_event "kprobe(\"vectors\") and pid == $(pid_of socket) and .process_kprobe.args == [{bytes_arg: (\"x\" | @base64)}]" 1
