# In a chroot the path is the one that the process sees. A file of the jail that has the forbidden path there
# is refused; so is the host's own file that a bind mount shows at the same place.
mkdir -p /tmp/jail/bin /tmp/jail/vault /tmp/jail/open /tmp/treasure
cp /usr/bin/busybox /tmp/jail/bin/cat
echo 'treasure' >/tmp/treasure/file
echo 'in the jail' >/tmp/jail/open/file
mount --bind /tmp/treasure /tmp/jail/vault
mkdir -p /vault
mount --bind /tmp/treasure /vault
file_policy named /vault/ <<-YAML
	- action: Override
	  argError: -1
YAML
start_shriked

run host cat /vault/file
expect_refused host EPERM
run jailed chroot /tmp/jail /bin/cat /vault/file
expect_refused jailed EPERM
expect_stdout_empty jailed
expect_event "kprobe(\"named\") and pid == $(pid_of jailed) and path == \"/vault/file\""
run near chroot /tmp/jail /bin/cat /open/file
expect_stdout near 'in the jail'
expect_policies near

stop_shriked
umount /tmp/jail/vault /vault
rmdir /vault
