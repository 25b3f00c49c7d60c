# Operators on a string argument: the text that the caller handed to the system call.
BINARIES=/usr/bin/open-file
argument_policy equal sys_openat 1 string Equal /tmp/alpha.txt
argument_policy not-equal sys_openat 1 string NotEqual /tmp/alpha.txt
argument_policy prefix sys_openat 1 string Prefix /tmp/alp
argument_policy not-prefix sys_openat 1 string NotPrefix /tmp/alp
argument_policy postfix sys_openat 1 string Postfix .txt
argument_policy not-postfix sys_openat 1 string NotPostfix .txt
argument_policy any-of sys_openat 1 string Equal /tmp/bravo.txt /tmp/charlie.txt
argument_policy none-of sys_openat 1 string NotPostfix .txt .txt2
cd /tmp
start_shriked

run same open-file open /tmp/alpha.txt
expect_policies same equal postfix prefix
expect_event "kprobe(\"equal\") and pid == $(pid_of same) and .process_kprobe.function_name == \"__x64_sys_openat\"
	and .process_kprobe.args == [{string_arg: \"/tmp/alpha.txt\"}]" 1
run longer open-file open /tmp/alpha.txt2
expect_policies longer not-equal not-postfix prefix
run other open-file open /tmp/bravo.txt
expect_policies other any-of not-equal not-prefix postfix
run shorter open-file open /tmp/al
expect_policies shorter none-of not-equal not-postfix not-prefix
# The same file by another name is another string: that is what hooks on objects are for.
run relative open-file open alpha.txt
expect_policies relative not-equal not-prefix postfix
