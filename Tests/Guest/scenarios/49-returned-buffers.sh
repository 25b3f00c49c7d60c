# timeout: 180
# returnCopy: what a function has put into a buffer; maxData: a large buffer whole.
policy reads <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: reads}
spec:
  kprobes:
  - call: sys_read
    syscall: true
    args:
    - {index: 0, type: int, label: fd}
    - {index: 1, type: char_buf, returnCopy: true, label: read}
    selectors:
    - matchBinaries: [{operator: In, values: [/usr/bin/head]}]
      matchArgs: [{index: 1, operator: Prefix, values: ["secret"]}]
YAML
policy result <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: result}
spec:
  kprobes:
  - call: sys_read
    syscall: true
    return: true
    returnArg: {index: 0, type: int}
    args: [{index: 1, type: char_buf, returnCopy: true}]
    selectors:
    - matchBinaries: [{operator: In, values: [/usr/bin/head]}]
      matchReturnArgs: [{index: 0, operator: LT, values: ["1"]}]
YAML
policy whole <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: whole}
spec:
  kprobes:
  - call: sys_write
    syscall: true
    args: [{index: 1, type: char_buf, maxData: true, sizeArgIndex: 3}]
    selectors:
    - matchBinaries: [{operator: In, values: [/usr/bin/write-bytes]}]
YAML
start_shriked

printf 'secret\n' >/tmp/secret
printf 'secre\n' >/tmp/secre
run reader head /tmp/secret
expect_event "kprobe(\"reads\") and pid == $(pid_of reader)
	and .process_kprobe.args[1] == {bytes_arg: (\"secret\n\" | @base64), label: \"read\"}" 1
expect_event "kprobe(\"result\") and pid == $(pid_of reader) and .process_kprobe.args == [{bytes_arg: \"\"}]
	and .process_kprobe.return == {int_arg: 0}" 1
run near head /tmp/secre
expect_no_event "kprobe(\"reads\") and pid == $(pid_of near)"

for size in 4096 4097 100000 327360; do
	run "whole-$size" write-bytes "$size"
	expect_event "kprobe(\"whole\") and pid == $(pid_of "whole-$size")
		and (.process_kprobe.args[0].bytes_arg | @base64d | length) == $size" 1
done
run cut write-bytes 327361
expect_event "kprobe(\"whole\") and pid == $(pid_of cut)
	and (.process_kprobe.args[0].truncated_bytes_arg | .orig_size == \"327361\" and (.bytes_arg | @base64d | length) == 327360)" 1
