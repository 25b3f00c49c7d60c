# timeout: 180
# Integers of 8 and 16 bits are cut from the register, with the sign of their type: the count of a write.
BINARIES=/usr/bin/write-bytes
argument_policy int8 sys_write 2 int8 Equal -1
argument_policy sint8-below sys_write 2 sint8 LT -1
argument_policy uint8 sys_write 2 uint8 Equal 255
argument_policy uint8-range sys_write 2 uint8 InRange 250:255
argument_policy int16 sys_write 2 int16 Equal -1
argument_policy int16-in sys_write 2 int16 InMap -1 -257 7:9
argument_policy int16-not-in sys_write 2 int16 NotInMap -1 -257
argument_policy sint16-not sys_write 2 sint16 NotEqual -1
argument_policy uint16 sys_write 2 uint16 Equal 65535
argument_policy uint16-out sys_write 2 uint16 NotInRange 65000:65535
start_shriked

run ones write-bytes 65535
expect_policies ones int8 int16 int16-in uint16 uint8 uint8-range
expect_event "kprobe(\"int8\") and pid == $(pid_of ones) and .process_kprobe.args == [{int_arg: -1}]" 1
expect_event "kprobe(\"uint8\") and pid == $(pid_of ones) and .process_kprobe.args == [{uint_arg: 255}]" 1
expect_event "kprobe(\"int16\") and pid == $(pid_of ones) and .process_kprobe.args == [{int_arg: -1}]" 1
expect_event "kprobe(\"uint16\") and pid == $(pid_of ones) and .process_kprobe.args == [{uint_arg: 65535}]" 1
# The high bits of the register do not count: 65279 is 0xfeff.
run cut write-bytes 65279
expect_policies cut int16-in int8 sint16-not uint8 uint8-range
run below write-bytes 65534
expect_policies below int16-not-in sint16-not sint8-below uint8-range
run small write-bytes 8
expect_policies small int16-in int16-not-in sint16-not uint16-out
