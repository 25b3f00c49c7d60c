# imaHash: the event of an LSM hook tells the hash of the file, as the file's content has it; its near miss does not.
skip_unless bpf-lsm 5.7
policy hashes <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: hashes}
spec:
  lsmhooks:
  - hook: bprm_check_security
    args: [{index: 0, type: linux_binprm}]
    selectors:
    - matchArgs: [{index: 0, operator: Equal, values: [/usr/bin/open-file]}]
      matchActions: [{action: Post, imaHash: true}]
    - matchArgs: [{index: 0, operator: Equal, values: [/usr/bin/write-bytes]}]
YAML
policy mapped <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: mapped}
spec:
  lsmhooks:
  - hook: mmap_file
    args: [{index: 0, type: file}]
    selectors:
    - matchArgs: [{index: 0, operator: Prefix, values: [/usr/lib/x86_64-linux-gnu/libc]}]
      matchActions: [{action: Post, imaHash: true}]
YAML
if ! has_feature function:ima_file_hash; then
	try_shriked refused
	expect_status refused 1
	expect_stderr refused "this kernel cannot hash files"
	exit 0
fi
policy bad-hook <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: bad-hook}
spec:
  lsmhooks: [{hook: socket_connect, selectors: [{matchActions: [{action: Post, imaHash: true}]}]}]
YAML
try_shriked bad
expect_stderr bad "bad-hook.yaml:5:.*.imaHash. is not possible at .socket_connect."
rm "$POLICIES/bad-hook.yaml"
start_shriked

hash=$(sha256sum /usr/bin/open-file | cut -d ' ' -f 1)
run opener open-file open /etc/hostname
expect_event ".process_lsm.policy_name == \"hashes\" and pid == $(pid_of opener) and .process_lsm.ima_hash == \"sha256:$hash\"
	and .process_lsm.args[0].linux_binprm_arg.path == \"/usr/bin/open-file\"" 1
expect_event ".process_lsm.policy_name == \"hashes\" and pid == $(pid_of opener)" 1
run near write-bytes 1
expect_event ".process_lsm.policy_name == \"hashes\" and pid == $(pid_of near) and .process_lsm.ima_hash == null" 1
