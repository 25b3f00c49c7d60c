# The declared type decides about the sign: 4294967294 is far above zero as uint32 and -2 as int.
BINARIES=/usr/bin/set-uid
argument_policy equal sys_setuid 0 uint32 Equal 1000
argument_policy not-equal sys_setuid 0 uint32 NotEqual 1000
argument_policy greater sys_setuid 0 uint32 GT 999
argument_policy less sys_setuid 0 uint32 LT 1000
argument_policy signed-less sys_setuid 0 int LT 0
argument_policy signed-equal sys_setuid 0 int Equal -2
start_shriked

run same set-uid 1000
expect_stdout same 'uid 1000'
expect_policies same equal greater
expect_event "kprobe(\"equal\") and pid == $(pid_of same) and .process_kprobe.function_name == \"__x64_sys_setuid\"
	and .process_kprobe.args == [{uint_arg: 1000}]" 1
run below set-uid 999
expect_policies below less not-equal
run huge set-uid 4294967294
expect_policies huge greater not-equal signed-equal signed-less
expect_event "kprobe(\"greater\") and pid == $(pid_of huge) and .process_kprobe.args == [{uint_arg: 4294967294}]" 1
expect_event "kprobe(\"signed-less\") and pid == $(pid_of huge) and .process_kprobe.args == [{int_arg: -2}]" 1
