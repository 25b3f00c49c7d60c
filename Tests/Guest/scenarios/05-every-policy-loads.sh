# Every policy that the repository ships loads and goes away again.
# timeout: 300
for file in $(find /policies -name '*.yaml' ! -name '*_test.yaml' | sort); do
	rm -f "$POLICIES"/*
	policy_file "$file"
	start_shriked
	stop_shriked
done
