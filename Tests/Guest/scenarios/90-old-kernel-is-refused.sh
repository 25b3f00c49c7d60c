# On a kernel that lacks what enforcement needs the daemon says so in one line and does nothing.
# kernels: 5.10
policy_file /policies/examples/monitor-sensitive-files.yaml
bpf-objects list >"$WORK/objects.before"
try_shriked refused
expect_status refused 1
expect_one_line refused
expect_stderr refused "$(uname -r | cut -d. -f1,2)"
expect_stderr refused lacks
expect_stdout_empty refused
expect_nothing_left
run untouched cat /etc/hostname
expect_stdout untouched guest
