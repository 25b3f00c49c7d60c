# Operators on an int argument: the access mask of security_file_permission, 4 to read, 2 to write.
BINARIES='/usr/bin/open-file /usr/bin/write-bytes'
argument_policy equal security_file_permission 1 int Equal 4
argument_policy equal-hex security_file_permission 1 int Equal 0x4
argument_policy not-equal security_file_permission 1 int NotEqual 4
argument_policy greater security_file_permission 1 int GT 3
argument_policy not-greater security_file_permission 1 int GT 4
argument_policy less security_file_permission 1 int LT 4
argument_policy not-less security_file_permission 1 int LT 2
: >/tmp/empty
start_shriked

run reader open-file open /tmp/empty
expect_policies reader equal equal-hex greater
expect_event "kprobe(\"equal\") and pid == $(pid_of reader) and .process_kprobe.args == [{int_arg: 4}]"
run writer write-bytes 10
expect_policies writer less not-equal
expect_event "kprobe(\"less\") and pid == $(pid_of writer) and .process_kprobe.args == [{int_arg: 2}]" 1
