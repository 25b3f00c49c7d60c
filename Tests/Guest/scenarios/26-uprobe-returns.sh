# timeout: 240
# every-kernel: yes
# User space functions when they return: the result, with the arguments as the function was called with; filters on it,
# actions at the entry and at the return; calls within calls, and calls that never return.
program=/usr/bin/user-functions
policy returns <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: returns}
	spec:
	  uprobes:
	  - path: "$program"
	    symbols: ["add", "subtract"]
	    return: true
	    returnArg: {index: 0, type: "int64"}
	    args:
	    - {index: 0, type: "int"}
	    - {index: 1, type: "int64"}
	    selectors:
	    - matchReturnArgs:
	      - {index: 0, operator: "GT", values: ["9"]}
	  - path: "$program"
	    symbols: ["fill"]
	    return: true
	    returnArg: {index: 0, type: "int64"}
	    args:
	    - {index: 0, type: "char_buf", returnCopy: true}
	    - {index: 2, type: "string"}
	  - path: "$program"
	    symbols: ["name_of"]
	    return: true
	    returnArg: {index: 0, type: "string"}
	    args:
	    - {index: 0, type: "int"}
	    selectors:
	    - matchReturnArgs:
	      - {index: 0, operator: "Prefix", values: ["sev"]}
	  - path: "$program"
	    symbols: ["deep"]
	    return: true
	    returnArg: {index: 0, type: "int"}
	    args:
	    - {index: 0, type: "int"}
	  - path: "$program"
	    symbols: ["leap"]
	    return: true
	    returnArg: {index: 0, type: "int"}
	    args:
	    - {index: 0, type: "int"}
	  - path: "$program"
	    symbols: ["greet"]
	    return: true
	    returnArg: {index: 0, type: "int"}
	    args:
	    - {index: 0, type: "string"}
	    selectors:
	    - matchArgs:
	      - {index: 0, operator: "Equal", values: ["Zoe"]}
	      matchActions:
	      - action: Sigkill
	    - matchReturnArgs:
	      - {index: 0, operator: "Equal", values: ["12"]}
	      matchReturnActions:
	      - action: Sigkill
YAML
start_shriked

run sum user-functions add -3 13
expect_stdout sum 10
expect_event "pid == $(pid_of sum) and .process_uprobe.policy_name == \"returns\" and .process_uprobe.symbol == \"add\"
	and .process_uprobe.args == [{int_arg: -3}, {long_arg: \"13\"}, {long_arg: \"10\"}]
	and .process_uprobe.action == \"KPROBE_ACTION_POST\"" 1
run smaller user-functions subtract 13 4
expect_stdout smaller 9
expect_no_event ".process_uprobe != null and pid == $(pid_of smaller)"

# The buffer as the function has filled it, as far as it says; the text as it was handed over.
run filled user-functions fill hello
expect_stdout filled 7
expect_event "pid == $(pid_of filled) and .process_uprobe.symbol == \"fill\"
	and .process_uprobe.args == [{bytes_arg: \"PGhlbGxvPg==\"}, {string_arg: \"hello\"}, {long_arg: \"7\"}]" 1

run seven user-functions name 7
run eight user-functions name 8
expect_stdout eight some
expect_event "pid == $(pid_of seven) and .process_uprobe.args == [{int_arg: 7}, {string_arg: \"seven\"}]" 1
expect_no_event ".process_uprobe != null and pid == $(pid_of eight)"

# Each call's own argument, the innermost first.
run deep user-functions deep 20
expect_stdout deep 21
expect_event "pid == $(pid_of deep) and .process_uprobe.args == [{int_arg: 20}, {int_arg: 21}]" 1
matching ".process_uprobe != null and pid == $(pid_of deep)"
calls=$(jq -c '[.process_uprobe.args[].int_arg]' <"$WORK/matched" | tr '\n' ' ')
expected=$(seq 0 20 | awk '{ printf "[%d,%d] ", $1, $1 + 1 }')
expect_equal 'calls within calls' "$calls" "$expected"

# Calls that were left by longjmp are no returns, and take no place of others.
run leap user-functions leap 50
expect_stdout leap 1
expect_event "pid == $(pid_of leap) and .process_uprobe.args == [{int_arg: 0}, {int_arg: 1}]" 1

# At the entry, before it has done anything.
run zoe user-functions greet Zoe
expect_signal zoe KILL
expect_stdout_empty zoe
# At the return: "hello Maxim" and its newline are 12 bytes, and wait in the buffer of a process that ends.
run maxim user-functions greet Maxim
expect_signal maxim KILL
expect_event "pid == $(pid_of maxim) and .process_uprobe.args == [{string_arg: \"Maxim\"}, {int_arg: 12}]
	and .process_uprobe.action == \"KPROBE_ACTION_SIGKILL\"" 1
run max user-functions greet Max
expect_status max 0
expect_stdout max 'hello Max'

# Both programs outlive a crash of the daemon, and the next one takes them over.
kill_shriked
run again user-functions greet Zoe
expect_signal again KILL
expect_stdout_empty again
run maxima user-functions greet Maxim
expect_signal maxima KILL
start_shriked
run later user-functions add -4 14
expect_event "pid == $(pid_of later) and .process_uprobe.args == [{int_arg: -4}, {long_arg: \"14\"}, {long_arg: \"10\"}]" 1
run last user-functions greet Zoe
expect_signal last KILL
stop_shriked
# No call was missed.
! grep -q lost_user_call "$LOG" || fail "no call should be lost: $(grep lost_user_call "$LOG")"
