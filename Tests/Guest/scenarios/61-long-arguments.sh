# Arguments come out whole: 6,000 bytes in one, 130,000 bytes in many.
start_shriked
run one exec-args 1 6000 /usr/bin/true
run many exec-args 130 1000 /usr/bin/true
run short exec-args 1 10 /usr/bin/true
for pair in 'one 6005' 'many 130134' 'short 15'; do
	name=${pair% *} length=${pair#* }
	exec="executes(\"/usr/bin/true\") and pid == $(pid_of "$name")"
	expect_event "$exec" 1
	expect_equal "length of the arguments of $name" "$(event "$exec" '.process_exec.process.arguments | length')" "$length"
	expect_event "$exec and (.process_exec.process.arguments | startswith(\"aaaaaaaaaa\") and endswith(\" tail\"))"
done
# The same text comes back when the process ends.
expect_event "ends and pid == $(pid_of many) and (.process_exit.process.arguments | length) == 130134"
