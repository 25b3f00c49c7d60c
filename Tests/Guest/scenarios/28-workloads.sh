# timeout: 180
# Policies for some workloads: by control group, its children with it, and containers that nobody has told of yet.
echo treasure >/tmp/vault
root=/sys/fs/cgroup
mkdir -p $root/pods/web $root/pods/db $root/pods/new $root/service
cat >workloads <<-TEXT
	# host first
	$root host
	$root/pods undecided
	$root/pods/web container namespace=shop name=nginx repo=docker.io/nginx label.app=web
	$root/pods/db container namespace=shop name=db label.app=db
TEXT
# for_some NAME LINES [KIND] - a policy on opens of the vault.
for_some() {
	{
		printf 'apiVersion: cilium.io/v1alpha1\nkind: %s\nmetadata: {name: %s, namespace: shop}\nspec:\n' "${3:-TracingPolicy}" "$1"
		printf '  %s\n' "$2"
		echo "  kprobes: [{call: security_file_open, syscall: false, args: [{index: 0, type: file}], selectors: [{matchArgs:
	      [{index: 0, operator: Equal, values: [/tmp/vault]}], matchActions: [{action: ${4:-Post}}]}]}]" | tr '\n\t' '  '
		echo
	} >"$POLICIES/$1.yaml"
}
for_some web 'podSelector: {matchLabels: {app: web}}' TracingPolicy Sigkill
for_some db 'containerSelector: {matchExpressions: [{key: name, operator: In, values: [db]}]}'
for_some host 'hostSelector: {}'
for_some all 'podSelector: {}'
for_some shop 'options: []' TracingPolicyNamespaced
for_some until-known 'options: [{name: unknown-workloads, value: match}]
  podSelector: {matchLabels: {app: x}}' TracingPolicy 'Override, argError: -13'

try_shriked blind
expect_stderr blind 'is not told which workloads there are'
start_shriked --workload-file "$PWD/workloads"

# in_group NAME GROUP - opens the vault there; the group is joined before the program is executed.
in_group() { run "$1" sh -c "echo \$\$ >$root/$2/cgroup.procs && exec cat /tmp/vault"; }
in_group web pods/web
expect_signal web KILL
expect_policies web web all shop
in_group db pods/db
expect_stdout db treasure
expect_policies db db all shop
in_group service service
expect_stdout service treasure
expect_policies service host
in_group new pods/new
expect_refused new EACCES
expect_policies new until-known
# A group that the container makes inside its own is the container's; a child is where its parent is.
mkdir $root/pods/web/inner
in_group inner pods/web/inner
expect_signal inner KILL
run forked sh -c "echo \$\$ >$root/pods/db/cgroup.procs && exec change-self fork exec /usr/bin/cat /tmp/vault"
expect_event 'kprobe("db")' 2
run plain cat /tmp/vault
expect_policies plain host
