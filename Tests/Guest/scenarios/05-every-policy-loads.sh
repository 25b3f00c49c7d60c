# every-kernel: yes
# Every example loads and goes away again.
# timeout: 300
for file in $(find /policies/examples -name '*.yaml' | sort); do
	rm -f "$POLICIES"/*
	policy_file "$file"
	start_shriked
	stop_shriked
done
