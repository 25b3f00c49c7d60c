# timeout: 240
# Arguments of user space functions: numbers of each width, and a buffer, from registers.
program=/usr/bin/user-functions
policy sums <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata:
	  name: "sums"
	spec:
	  uprobes:
	  - path: "$program"
	    symbols: ["add"]
	    args:
	    - {index: 0, type: "int"}
	    - {index: 1, type: "int64"}
	    selectors:
	    - matchArgs:
	      - {index: 0, operator: "Equal", values: ["-3"]}
	      - {index: 1, operator: "GT", values: ["8"]}
	  - path: "$program"
	    symbols: ["five"]
	    args:
	    - {index: 0, type: "int8"}
	    - {index: 1, type: "uint16"}
	    - {index: 2, type: "uint32"}
	    - {index: 3, type: "char_buf", sizeArgIndex: 5}
	    - {index: 4, type: "size_t"}
YAML
start_shriked

run sum user-functions add -3 9
expect_stdout sum 6
expect_event ".process_uprobe.policy_name == \"sums\" and pid == $(pid_of sum)
	and .process_uprobe.args == [{int_arg: -3}, {long_arg: \"9\"}]" 1
run smaller user-functions add -3 8
run other user-functions add 3 9
run difference user-functions subtract -3 9
for name in smaller other difference; do expect_status "$name" 0; done
run five user-functions five -1 65535 4294967295 abcdef 4
expect_stdout five '-1 65535 4294967295 abcd'
expect_event ".process_uprobe.symbol == \"five\" and pid == $(pid_of five)
	and .process_uprobe.args == [{int_arg: -1}, {uint_arg: 65535}, {uint_arg: 4294967295},
	{bytes_arg: \"YWJjZA==\"}, {size_arg: \"4\"}]" 1
for name in smaller other difference; do
	count_events ".process_uprobe != null and pid == $(pid_of "$name")"
	[ "$count" = 0 ] || fail "$name should be left alone"
done
