# Links, dots and /proc are other names of the same file: all are refused.
mkdir -p /tmp/d/e
echo treasure >/tmp/vault
echo plain >/tmp/open
for pair in vault open; do
	ln -s "/tmp/$pair" "/tmp/d/$pair-link"
	ln -s "$pair-link" "/tmp/d/$pair-link-to-link"
done
ln -s /tmp/d/e /tmp/far
file_policy named /tmp/vault <<-YAML
	- action: Override
	  argError: -1
YAML
start_shriked
cd /tmp

number=0
# Each form is tried with the forbidden file and with its harmless twin.
for form in /tmp/@ @ ./d/../@ /tmp//@ /tmp/./@ /tmp/d/@-link /tmp/d/@-link-to-link /tmp/far/../../@ \
	/proc/self/root/tmp/@ /proc/self/cwd/@ /proc/1/root/tmp/@; do
	number=$((number + 1))
	run "bad-$number" cat "$(echo "$form" | sed s/@/vault/)"
	expect_refused "bad-$number" EPERM
	expect_stdout_empty "bad-$number"
	expect_event "kprobe(\"named\") and pid == $(pid_of "bad-$number") and path == \"/tmp/vault\""
	run "good-$number" cat "$(echo "$form" | sed s/@/open/)"
	expect_stdout "good-$number" plain
done
# A directory that is held open, or a descriptor of the directory, names it too.
run by-descriptor sh -c 'exec 5</tmp; cat /proc/self/fd/5/vault'
expect_refused by-descriptor EPERM
expect_no_event 'kprobe("named") and path != "/tmp/vault"'
