# timeout: 240
# A file that goes while its probe is in place stands in no other change's way; what is left out is told, and comes back
# with the file.
cp /usr/bin/user-functions /tmp/probed
policy probed <<-YAML
	apiVersion: cilium.io/v1alpha1
	kind: TracingPolicy
	metadata: {name: probed}
	spec:
	  uprobes:
	  - {path: /tmp/probed, symbols: [greet]}
	  - {path: /usr/bin/user-functions, symbols: [greet]}
YAML
start_shriked
run ana /tmp/probed greet Ana
expect_event ".process_uprobe.path == \"/tmp/probed\" and pid == $(pid_of ana)" 1
mv /tmp/probed /tmp/kept
echo plain >/tmp/vaul
file_policy other /tmp/vault <<-YAML
	- action: Override
	  argError: -1
YAML
run add shrike policy add "$POLICIES/other.yaml"
expect_status add 0
expect_log 'probed.*there is no such file'
state() { shrike policy list -o json | jq -r '.policies[] | select(.name == "probed") | "\(.state) \([.hook_statuses[].state] | join(" "))"'; }
expect_equal state "$(state)" 'TP_STATE_PARTIALLY_ENABLED STATUS_CALL_NOT_FOUND STATUS_LOADED'
run bea /usr/bin/user-functions greet Bea
expect_event ".process_uprobe.path == \"/usr/bin/user-functions\" and pid == $(pid_of bea)" 1

mv /tmp/kept /tmp/probed
run delete shrike policy delete other
expect_status delete 0
expect_equal state "$(state)" 'TP_STATE_ENABLED STATUS_LOADED STATUS_LOADED'
run cleo /tmp/probed greet Cleo
expect_event ".process_uprobe.path == \"/tmp/probed\" and pid == $(pid_of cleo)" 1
rm "$POLICIES"/other.yaml
