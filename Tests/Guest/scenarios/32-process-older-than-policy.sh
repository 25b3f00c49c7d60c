# Processes that ran before the agent did are held to the policy, by their executable too.
echo treasure >/tmp/vault
mkdir -p /tmp/other
cp /usr/bin/sh /tmp/other/sh
mkfifo old.go child.go other.go
BINARIES=/usr/bin/sh
file_policy old-shells /tmp/vault <<-YAML
	- action: Sigkill
YAML

# They wait in `read`, without starting anything, until they are told to open the file.
start old sh -c 'read -r go <old.go; read -r line </tmp/vault; echo "$line"'
start child sh -c '(read -r go <child.go; read -r line </tmp/vault; echo "$line") & wait $!; echo "child ended with $?"'
start other /tmp/other/sh -c 'read -r go <other.go; read -r line </tmp/vault; echo "$line"'
usleep 300000
start_shriked
for name in old child other; do echo go >$name.go; await $name; done

expect_signal old KILL
expect_stdout_empty old
expect_event "kprobe(\"old-shells\") and pid == $(pid_of old) and .process_kprobe.process.binary == \"/usr/bin/sh\"" 1
# A forked child that never executed anything is the shell that it was forked from.
expect_stdout child 'child ended with 137'
expect_event "kprobe(\"old-shells\") and .process_kprobe.parent.pid == $(pid_of child)" 1

expect_stdout other treasure
expect_policies other
