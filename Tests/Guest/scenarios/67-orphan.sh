# A process whose parent has ended before it executes belongs to pid 1, and says so.
start_shriked
run daemonized double-fork /usr/bin/echo orphan
expect_status daemonized 0
middle=$(sed -n 's/^middle //p' "$WORK/daemonized.out")
orphan=$(sed -n 's/^grandchild //p' "$WORK/daemonized.out")
expect_event "ends and pid == $middle" 1
expect_event "executes(\"/usr/bin/echo\") and pid == $orphan and .process_exec.parent.pid == 1" 1
expect_equal 'parent of the orphan' "$(event "executes(\"/usr/bin/echo\") and pid == $orphan" .process_exec.process.parent_exec_id)" "$(exec_id_of 1)"
expect_event "ends and pid == $orphan" 1
