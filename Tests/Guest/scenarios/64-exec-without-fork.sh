# every-kernel: yes
# An exec without a fork: the same pid, a new exec_id, and the image before it as the parent.
start_shriked
run chain sh -c 'exec sh -c "exec cat /etc/hostname"'
expect_status chain 0
pid=$(pid_of chain)
expect_event "pid == $pid and .process_exec != null" 3
matching "pid == $pid and .process_exec != null"
cp "$WORK/matched" "$WORK/images"

image() { sed -n "$1p" "$WORK/images" | jq -r ".process_exec$2"; }
expect_equal 'first image' "$(image 1 .process.binary)" /usr/bin/sh
expect_equal 'last image' "$(image 3 .process.binary)" /usr/bin/cat
expect_equal 'flags of the first' "$(image 1 .process.flags)" 'execve clone'
expect_equal 'flags of the second' "$(image 2 .process.flags)" execve
expect_equal 'parent of the first' "$(image 1 .parent.pid)" $$
for number in 2 3; do
	before=$(image $((number - 1)) .process.exec_id)
	expect_equal "parent of image $number" "$(image $number .process.parent_exec_id)" "$before"
	expect_equal "parent of image $number, whole" "$(image $number .parent.exec_id)" "$before"
	expect_equal "pid of the parent of image $number" "$(image $number .parent.pid)" "$pid"
done
# One process, one exit: of the last image.
expect_event "ends and pid == $pid" 1
expect_equal 'image that ended' "$(event "ends and pid == $pid" .process_exit.process.exec_id)" "$(image 3 .process.exec_id)"
