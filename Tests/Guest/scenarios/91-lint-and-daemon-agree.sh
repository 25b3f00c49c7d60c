# timeout: 400
# What `shrike lint` takes for an error of this kernel the daemon refuses, at the same places, and nothing else: the
# example policies of all rules, the library, and the examples.
mkdir all
cp /rules/*.yaml /policies/examples/*.yaml all/
find /policies/library -name '*.yaml' ! -name '*_test.yaml' -exec cp '{}' all/ ';'
[ "$(find all -name '*.yaml' | wc -l)" -gt 300 ] || fail "there are only $(find all -name '*.yaml' | wc -l) policies"

run lint shrike lint --kernel live --format json --fail-level never all
expect_status lint 0
jq -r '.[] | select(.severity == "error") | "\(.file):\(.line):\(.column)"' \
	lint.out | sort -u >lint.places
run check shriked --check-policies --tracing-policy-dir all
expect_status check 1
# What a uprobe is put on is a file of the machine, at which lint does not look.
grep -v 'cannot be \(probed\|called\): there is no such file' check.err |
	sed -n 's/^\([^ ]*:[0-9]*:[0-9]*\): error: .*/\1/p' | sort -u >daemon.places
[ "$(cut -d: -f1 daemon.places | sort -u | wc -l)" -gt 60 ] || fail "the daemon refuses few: $(head -n 3 check.err)"
diff lint.places daemon.places >differences || fail "< lint, > daemon: $(head -n 8 differences)"

# The rest it takes, all at once; but for those of which only the Kubernetes API could tell whether they are meant.
grep -l nodeSelector all/* | xargs rm
echo '/sys/fs/cgroup host' >workloads
sed -n 's/^\(all[^:]*\):.*/\1/p' check.err | sort -u | xargs rm
run rest shriked --check-policies --workload-file workloads --tracing-policy-dir all
expect_status rest 0
expect_stderr rest 'policies on [0-9]* hooks can be loaded'
