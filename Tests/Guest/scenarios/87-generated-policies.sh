# timeout: 180
# What `shrike policy generate` writes does what was asked: reading is refused, mapped too, to one program only.
echo treasure >/tmp/vault
echo plain >/tmp/vaul
for name in reader other; do cp /usr/bin/map-file "/tmp/$name"; done
shrike policy generate --name no-read --deny-read /tmp/vault --binary /tmp/reader >"$POLICIES/no-read.yaml"
shrike policy generate --name mounts --watch-class mounts >"$POLICIES/mounts.yaml"
start_shriked

for way in read map; do
	run "reader-$way" /tmp/reader "$way" /tmp/vault
	expect_refused "reader-$way" EPERM
	expect_stdout_empty "reader-$way"
	run "near-$way" /tmp/reader "$way" /tmp/vaul
	expect_stdout "near-$way" plain
	run "other-$way" /tmp/other "$way" /tmp/vault
	expect_stdout "other-$way" treasure
done
mkdir -p /tmp/place
run mounted mount -t tmpfs none /tmp/place
expect_status mounted 0
expect_event "kprobe(\"mounts\") and pid == $(pid_of mounted) and .process_kprobe.function_name == \"__x64_sys_mount\""
umount /tmp/place
