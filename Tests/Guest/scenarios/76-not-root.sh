# Without the rights that it needs the daemon says in one line which ones, and attaches nothing.
bpf-objects list >"$WORK/objects.before"
run unprivileged as-user 1000 1000 "$(command -v "$SHRIKED")" --export-filename -
expect_status unprivileged 1
expect_one_line unprivileged
expect_stderr unprivileged CAP_BPF
expect_stdout_empty unprivileged
expect_nothing_left
