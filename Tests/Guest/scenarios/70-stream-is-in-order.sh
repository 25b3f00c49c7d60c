# Over a small workload: exec before exit, every parent known, nothing twice, nothing left open.
start_shriked
run workload sh -c '
	for i in 1 2 3 4 5; do
		sh -c "true; (true); cat /etc/hostname | head -n 1 >/dev/null" &
	done
	wait
	ls / >/dev/null
	printf "a\tb\\\\x01" | sh -c "cat >/dev/null"
	/usr/bin/echo "$(printf "tab\there\nline \001\377\303\274")" >/dev/null'
expect_status workload 0
settle

broken=$(jq -R -n -r '
	def wrong($what; $event): "\($what): \($event.process_exec // $event.process_exit | .process | "\(.pid) \(.binary)")";
	reduce (inputs | fromjson) as $event ({known: {}, ended: {}, wrong: []};
		($event.process_exec // $event.process_exit).process as $process
		| if $event.process_exec then
			(if .known[$process.exec_id] then .wrong += [wrong("exec twice"; $event)] else . end)
			| (if .known[$process.parent_exec_id] == null and $process.pid != 0
				and $process.parent_exec_id != $process.exec_id
				# A helper that the kernel starts belongs to a kernel thread, which is not told.
				and ($event.process_exec.parent.binary // "" | startswith("[") | not)
				# A parent that forked and never executed is told with its child.
				and $process.parent_exec_id != $event.process_exec.parent.exec_id
				then .wrong += [wrong("unknown parent"; $event)] else . end)
			| .known[$process.exec_id] = true
		elif $event.process_exit then
			# A child that never executed is told by its exit alone.
			(if .known[$process.exec_id] == null and ($process.flags | startswith("execve clone"))
				then .wrong += [wrong("exit before exec"; $event)] else . end)
			| (if .ended[$process.exec_id] then .wrong += [wrong("exit twice"; $event)] else . end)
			| .ended[$process.exec_id] = true
		else . end)
	| .wrong[]' "$EVENTS" | head -n 5)
[ -z "$broken" ] || fail "$broken"
# Each process of the workload that executed has ended.
expect_event "ends and pid == $(pid_of workload)" 1
