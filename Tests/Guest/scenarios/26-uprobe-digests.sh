# timeout: 300
# A uprobe is put on the file that has one of the digests, and on no other; the policy can be disabled and enabled.
cp /usr/bin/user-functions /tmp/meant
probe() {
	cat >"$POLICIES/$1.yaml" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata: {name: $1}
		spec:
		  uprobes:
		  - {path: /tmp/meant, symbols: [greet], binaryDigests: [$2]${3:+, $3}}
	YAML
}
nothing=$(printf '%0128d' 0)
digest() { "$1sum" /tmp/meant | cut -d' ' -f1; }

# What it is it says itself: the kind for which the guest has no tool, and the build id.
probe other "'sha384:$(echo "$nothing" | cut -c1-96)', 'build-id:00'"
try_shriked refused
expect_status refused 1
expect_one_line refused
expect_stderr refused '^[^:]*other.yaml:6:57: error: `/tmp/meant` is not the file that is meant: it has none of these digests: it is `build-id:[0-9a-f]*`, `sha384:[0-9a-f]*`; if'
build=$(sed 's/.*`\(build-id:[0-9a-f]*\)`.*/\1/' "$WORK/refused.err")
long=$(sed 's/.*`\(sha384:[0-9a-f]*\)`.*/\1/' "$WORK/refused.err")

probe other "'sha256:$(echo "$nothing" | cut -c1-64)'" 'ignore: {digestVerificationFailure: true}'
probe id "'$build'"
probe one "'sha1:$(digest sha1)'"
probe two "'sha256:$(digest sha256)'"
probe three "'$long'"
probe four "'build-id:00', 'sha512:$(digest sha512 | tr a-f A-F)'"
start_shriked
expect_log 'other.*left out'
run ana /tmp/meant greet Ana
expect_status ana 0
for name in id one two three four; do
	expect_event ".process_uprobe.policy_name == \"$name\" and pid == $(pid_of ana)" 1
done
count_events '.process_uprobe.policy_name == "other"'
expect_equal 'events of the file that is not meant' "$count" 0
policies() { shrike policy list -o json | jq -r "$1"; }
expect_equal states "$(policies '[.policies[] | select(.state != "TP_STATE_ENABLED") | "\(.name) \(.state) \(.hook_statuses[0].state)"] | join(",")')" \
	'other TP_STATE_PARTIALLY_ENABLED STATUS_DIGEST_REJECTED'
policies '.policies[] | select(.name == "other") | .error' | grep -q 'uprobe:/tmp/meant is left out: it has none of these digests' ||
	fail 'the list should say why a hook is left out'

# Disabled and enabled again; not when the file has become another meanwhile.
run disabled shrike policy disable two
expect_status disabled 0
run bea /tmp/meant greet Bea
run again shrike policy enable two
expect_status again 0
run cleo /tmp/meant greet Cleo
expect_event ".process_uprobe.policy_name == \"two\" and pid == $(pid_of cleo)" 1
count_events ".process_uprobe.policy_name == \"two\" and pid == $(pid_of bea)"
expect_equal 'events of the disabled policy' "$count" 0
run disabled shrike policy disable two
expect_status disabled 0
cp /usr/bin/static-probes /tmp/next
mv /tmp/next /tmp/meant
run again shrike policy enable two
expect_status again 1
expect_stderr again 'is not the file that is meant: it has none of these digests: it is `sha256:'
