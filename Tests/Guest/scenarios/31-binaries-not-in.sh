# matchBinaries NotIn: everybody but the named executables.
echo treasure >/tmp/vault
BINARIES='/usr/bin/cat /usr/bin/head'
BINARY_OPERATOR=NotIn
file_policy all-but-cat /tmp/vault <<-YAML
	- action: Sigkill
YAML
mkdir -p /tmp/copy
cp /usr/bin/cat /tmp/copy/cat
start_shriked

run cat cat /tmp/vault
expect_stdout cat treasure
run head head -n 1 /tmp/vault
expect_stdout head treasure
for name in cat head; do expect_policies $name; done

run open open-file open /tmp/vault
expect_signal open KILL
expect_stdout_empty open
run copy /tmp/copy/cat /tmp/vault
expect_signal copy KILL
for name in open copy; do expect_policies $name all-but-cat; done
