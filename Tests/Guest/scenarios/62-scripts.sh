# A script is told by its own path; the interpreter's view is in the arguments.
printf '#!/bin/sh\nexit 4\n' >/tmp/script
printf '#!/usr/bin/env sh\nexit 5\n' >/tmp/by-env
chmod 755 /tmp/script /tmp/by-env
start_shriked
cd /tmp

run script ./script one two
expect_status script 4
expect_event "executes(\"/tmp/script\") and pid == $(pid_of script) and .process_exec.process.arguments == \"./script one two\"" 1
expect_event "ends and pid == $(pid_of script) and .process_exit.status == 4 and .process_exit.process.binary == \"/tmp/script\"" 1
# env executes the shell in the same process: two images, one after the other.
run by-env /tmp/by-env
expect_status by-env 5
expect_event "executes(\"/tmp/by-env\") and pid == $(pid_of by-env)" 1
expect_event "executes(\"/usr/bin/sh\") and pid == $(pid_of by-env) and .process_exec.process.arguments == \"/tmp/by-env\"" 1
# A script that is handed to a shell is only an argument.
run handed sh /tmp/script
expect_event "executes(\"/usr/bin/sh\") and pid == $(pid_of handed) and .process_exec.process.arguments == \"/tmp/script\"" 1
