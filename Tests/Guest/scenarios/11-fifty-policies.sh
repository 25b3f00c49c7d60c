# Fifty policies on one function share one program, and each still tells of its own hits.
# timeout: 120
echo x >/tmp/shared
echo x >/tmp/share
echo x >/tmp/only-07

file_policy many-01 /tmp/shared /tmp/only-01 <<-YAML
	- action: Post
YAML
start_shriked
# settle also makes sure that the daemon is past its start
settle
programs_with_one=$(bpf-objects list | grep -c ^program)
expect_equal 'programs on security_file_open with 1 policy' "$(bpf-objects on security_file_open | wc -l)" 1
stop_shriked

all=many-01
for number in $(seq -w 2 50); do
	all="$all many-$number"
	file_policy "many-$number" /tmp/shared "/tmp/only-$number" <<-YAML
		- action: Post
	YAML
done
start_shriked
settle
expect_equal 'programs on security_file_open with 50 policies' "$(bpf-objects on security_file_open | wc -l)" 1
expect_equal 'programs in all with 50 policies' "$(bpf-objects list | grep -c ^program)" "$programs_with_one"

run all open-file open /tmp/shared
expect_status all 0
# shellcheck disable=SC2086  # one word per policy
expect_policies all $all
expect_event "pid == $(pid_of all) and .process_kprobe != null" 50
run one open-file open /tmp/only-07
expect_policies one many-07
run none open-file open /tmp/share
expect_policies none
