# How a process ended: its status, or the name of its signal.
start_shriked
run zero true
run seven sh -c 'exit 7'
run full sh -c 'exit 255'
run missing sh -c '/no/such/program 2>/dev/null'
run killed signal-self 9
run crashed signal-self 11
run terminated signal-self 15
run real-time signal-self 40

ended() { expect_event "ends and pid == $(pid_of "$1") and .process_exit.status == $2 and .process_exit.signal == $3" 1; }
ended zero null null
ended seven 7 null
ended full 255 null
ended missing 127 null
ended killed null '"SIGKILL"'
ended crashed null '"SIGSEGV"'
ended terminated null '"SIGTERM"'
# Real-time signals have no name.
ended real-time null null
# A failed exec is no exec.
expect_no_event 'executes("/no/such/program")'
