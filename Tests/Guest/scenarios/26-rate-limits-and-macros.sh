# timeout: 180
# rateLimit: of events that are alike one in a time, and enforcement whatever it says; macros.
echo treasure >/tmp/vault
echo other >/tmp/vault-2
# limited NAME PARAMETERS [ACTION] - a policy on opens below /tmp/vault.
limited() {
	object_policy "$1" security_file_open '{index: 0, type: file}' \
		"{matchArgs: [{index: 0, operator: Prefix, values: [/tmp/vault]}], matchActions: [${3:-}{action: Post, $2}]}"
}
limited thread 'rateLimit: 1h'
limited process 'rateLimit: 1h, rateLimitScope: process'
limited global 'rateLimit: 60m, rateLimitScope: global'
limited short 'rateLimit: 1s, rateLimitScope: process'
limited none 'rateLimit: "0"'
limited denies 'rateLimit: 1h, rateLimitScope: global' '{action: Override, argError: -13}, '
cat >"$POLICIES/macro.yaml" <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: macro}
	spec:
	  selectorsMacros:
	    not-head: {matchBinaries: [{operator: NotIn, values: [/usr/bin/head]}]}
	    spare: {matchArgs: [{index: 0, operator: Equal, values: [/tmp/spare]}], matchActions: [{action: Sigkill}]}
	  kprobes:
	  - call: security_file_open
	    syscall: false
	    args: [{index: 0, type: file}]
	    selectors: [{macros: [not-head, spare]}]
YAML
sed -i 's|values: \[/tmp/vault\]|values: [/tmp/denied]|' "$POLICIES/denies.yaml"
echo secret >/tmp/denied
echo spare >/tmp/spare
start_shriked

run three change-self open /tmp/vault open /tmp/vault open /tmp/vault-2
run again change-self fork open /tmp/vault
run denied change-self open /tmp/denied
run denied-too change-self open /tmp/denied
expect_refused denied EACCES
expect_refused denied-too EACCES
# hits NAME COUNT
hits() { expect_event "kprobe(\"$1\")" "$2"; }
hits none 4
hits thread 3
hits process 3
hits global 2
hits denies 1
expect_event "kprobe(\"process\") and pid == $(pid_of three)" 2
usleep 1200000
run cat cat /tmp/vault
run waiting sh -c 'read -r one </tmp/vault; sleep 2; read -r two </tmp/vault'
expect_event "kprobe(\"short\") and pid == $(pid_of waiting)" 2
expect_event "kprobe(\"process\") and pid == $(pid_of waiting)" 1

run killed cat /tmp/spare
expect_signal killed KILL
run spared head -n 1 /tmp/spare
expect_stdout spared spare
expect_policies spared
