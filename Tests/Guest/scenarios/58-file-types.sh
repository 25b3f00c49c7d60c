# timeout: 180
# FileType and NotFileType, also of files that have no path: those satisfy no path filter, negated or not.
BINARIES='/usr/bin/open-file /usr/bin/write-bytes'
argument_policy regular security_file_permission 0 file FileType reg
argument_policy device security_file_permission 0 file FileType chr blk
argument_policy not-regular security_file_permission 0 file NotFileType regular dir
argument_policy pipe security_file_permission 0 file FileType fifo
policy pipe-with-path <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: pipe-with-path}
spec:
  kprobes:
  - call: security_file_permission
    syscall: false
    args: [{index: 0, type: file}]
    selectors:
    - matchArgs:
      - {index: 0, operator: FileType, values: [pipe]}
      - {index: 0, operator: NotPrefix, values: [/nowhere]}
      matchBinaries: [{operator: In, values: [/usr/bin/open-file]}]
YAML
echo text >/tmp/regular
mkfifo /tmp/fifo
start_shriked

run regular open-file open /tmp/regular
expect_policies regular regular
run device write-bytes 10
expect_policies device device not-regular
sh -c 'echo text | open-file open /proc/self/fd/0' >/dev/null
expect_event "kprobe(\"pipe\") and path == \"/\" and .process_kprobe.args[0].file_arg.permission[:1] == \"p\""
expect_event "kprobe(\"not-regular\") and path == \"/\""
expect_no_event 'kprobe("pipe-with-path")'
(echo text >/tmp/fifo) &
run fifo open-file open /tmp/fifo
expect_event "kprobe(\"pipe-with-path\") and pid == $(pid_of fifo) and path == \"/tmp/fifo\""
expect_event "kprobe(\"pipe\") and pid == $(pid_of fifo)"
