# Operators on a file argument.
BINARIES=/usr/bin/open-file
argument_policy equal security_file_open 0 file Equal /tmp/base/file.db
argument_policy not-equal security_file_open 0 file NotEqual /tmp/base/file.db
argument_policy prefix security_file_open 0 file Prefix /tmp/base/
argument_policy not-prefix security_file_open 0 file NotPrefix /tmp/base/
argument_policy postfix security_file_open 0 file Postfix .db
argument_policy not-postfix security_file_open 0 file NotPostfix .db
# 250 bytes and more do not fit one key of the kernel's prefix table.
long=/tmp/base/$(printf '%0200d' 0)/$(printf '%0200d' 0)
argument_policy long-equal security_file_open 0 file Equal "$long"
argument_policy long-prefix security_file_open 0 file Prefix "$(echo "$long" | cut -c1-255)"
mkdir -p /tmp/base /tmp/basement "$(dirname "$long")"
for file in /tmp/base/file.db /tmp/base/file.db2 /tmp/basement/file.db "$long" "${long%?}1"; do echo text >"$file"; done
start_shriked

run same open-file open /tmp/base/file.db
expect_policies same equal postfix prefix
run longer open-file open /tmp/base/file.db2
expect_policies longer not-equal not-postfix prefix
run other open-file open /tmp/basement/file.db
expect_policies other not-equal not-prefix postfix
run long open-file open "$long"
expect_policies long long-equal long-prefix not-equal not-postfix prefix
run long-near open-file open "${long%?}1"
expect_policies long-near long-prefix not-equal not-postfix prefix
