# However deep a file lies, its path decides: by typed steps, by the general walk, and where it is longer than PATH_MAX.
mkdir -p /tmp/deny /tmp/denz
for directory in /tmp/deny /tmp/denz; do
	# 20 names of 10 bytes; 30 of 200, some 6,000 bytes; 700 of 8, over 6,000 bytes and many names.
	deep-file make $directory 20 10 file
	deep-file make $directory 30 200 file
	deep-file make $directory 30 200 the-end
	deep-file make $directory 700 8 file
done
file_policy deny /tmp/deny/ <<-YAML
	- action: Override
	  argError: -1
YAML
argument_policy end security_file_open 0 file Postfix /the-end
# Values that are longer than one look-up of the text table, which holds 248 bytes: one that fits, one that is a byte off.
name=$(printf '%0200d' 0 | tr 0 d)
argument_policy long security_file_open 0 file Prefix "/tmp/denz/$name/$name/$name/"
argument_policy near-long security_file_open 0 file Prefix "/tmp/denz/$name/$name/${name%d}/"
argument_policy equal-cut security_file_open 0 file NotPrefix /
start_shriked

for shape in '20 10' '30 200' '700 8'; do
	# shellcheck disable=SC2086  # two words
	run denied deep-file read /tmp/deny $shape file
	expect_refused denied EPERM
	expect_stdout_empty denied
	# shellcheck disable=SC2086
	run near deep-file read /tmp/denz $shape file
	expect_status near 0
	expect_stdout near deep
done

run end deep-file read /tmp/denz 30 200 the-end
expect_stdout end deep
expect_policies end end long
# What was too long for the event says so.
expect_event "kprobe(\"end\") and pid == $(pid_of end) and (path | startswith(\"/tmp/denz/ddd\"))
	and .process_kprobe.args[0].file_arg.flags == \"unresolvedPathComponents\"" 1
run long deep-file read /tmp/denz 30 200 file
expect_policies long long
run short deep-file read /tmp/denz 20 10 file
expect_policies short
