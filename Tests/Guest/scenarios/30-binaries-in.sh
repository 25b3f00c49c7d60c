# matchBinaries In: the executable as the kernel resolved it, not the name that was typed.
echo treasure >/tmp/vault
BINARIES=/usr/bin/cat
file_policy only-cat /tmp/vault <<-YAML
	- action: Sigkill
YAML
mkdir -p /tmp/alias /tmp/copy
ln -s /usr/bin/cat /tmp/alias/cat
cp /usr/bin/cat /tmp/copy/cat
start_shriked

run cat cat /tmp/vault
expect_signal cat KILL
run link /tmp/alias/cat /tmp/vault
expect_signal link KILL
expect_event "kprobe(\"only-cat\") and pid == $(pid_of link)" 1

# Another program and a copy elsewhere are not meant.
run head head -n 1 /tmp/vault
expect_stdout head treasure
run copy /tmp/copy/cat /tmp/vault
expect_stdout copy treasure
run open open-file open /tmp/vault
expect_stdout open treasure
for name in head copy open; do expect_policies $name; done
# And cat may read what the policy does not name.
run other cat /etc/hostname
expect_stdout other guest
