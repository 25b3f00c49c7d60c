# Operators on a size_t argument: the count of a write. In JSON a 64-bit number is a string.
BINARIES=/usr/bin/write-bytes
argument_policy equal sys_write 2 size_t Equal 4096
argument_policy not-equal sys_write 2 size_t NotEqual 4096
argument_policy greater sys_write 2 size_t GT 4096
argument_policy less sys_write 2 size_t LT 4096
start_shriked

run same write-bytes 4096
expect_policies same equal
expect_event "kprobe(\"equal\") and pid == $(pid_of same) and .process_kprobe.args == [{size_arg: \"4096\"}]" 1
run more write-bytes 4097
expect_policies more greater not-equal
run fewer write-bytes 4095
expect_policies fewer less not-equal
