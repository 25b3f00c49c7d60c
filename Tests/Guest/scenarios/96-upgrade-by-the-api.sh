# every-kernel: yes
# timeout: 300
# A policy of the API server is enforced while the agent is replaced: by one after another, by one that finds the server away,
# and by one that died. Somebody tries the forbidden thing without pause all the while; not one try succeeds.
WAIT_SECONDS=90
mkdir -p api/objects/nodes api/objects/tracingpolicies api/objects/tracingpoliciesnamespaced
ip link set lo up
echo treasure >/tmp/vault

# policy_object NAME GENERATION PATH ACTIONS - a policy of the API server on opens below a path.
policy_object() {
	cat >api/.new <<-FACTS
		apiVersion cilium.io/v1alpha1
		kind TracingPolicy
		name $1
		uid uid-$1
		generation $2
		members "spec":{"kprobes":[{"call":"security_file_open","syscall":false,"args":[{"index":0,"type":"file"}],"selectors":[{"matchArgs":[{"index":0,"operator":"Prefix","values":["$3"]}],"matchActions":[$4]}]}]}
	FACTS
	mv api/.new "api/objects/tracingpolicies/$1"
}
deny='{"action":"Override","argError":-1},{"action":"NoPost"}'
policy_object keep-out 1 /tmp/vault "$deny"

shrike-api-double "$PWD/api" >double.log 2>&1 &
double=$!
wait_until '[ -s api/config ]' "the double does not listen: $(tail -n 1 double.log)"
begin() { start_shriked --keep-enforcing --enable-k8s-api --k8s-kubeconfig-path "$PWD/api/config"; }
# status_says TEXT - waits until the node's status, written anew by the daemon of now, has a text.
status_says() { wait_until "grep -qs '$1' api/status.json" "the status should have $1: $(tail -n 1 "$LOG")"; }

begin
cp "$WORK/objects.before" "$WORK/objects.first"
status_says '"loaded":1'
run first cat /tmp/vault
expect_refused first EPERM
start trier keep-trying /tmp/vault

# Two orderly upgrades, with a change of the policies after the first.
end_shriked
run between cat /tmp/vault
expect_refused between EPERM
rm api/status.json
begin
status_says '"loaded":1'
# Only when all policies have been read what the earlier one left is taken away.
wait_until 'grep -q "took over from an earlier run" "$LOG"' 'the daemon should say that it took over'
policy_object other 1 /tmp/none "$deny"
status_says '"loaded":2'
policy_object keep-out 2 /tmp/vau "$deny"
status_says '"loadedGeneration":2'
end_shriked
rm api/status.json
begin
status_says '"loaded":2'

# An upgrade while the server is away: what the earlier one left stays until the new one has read the policies.
: >api/away
end_shriked
begin
sleep 3
run away cat /tmp/vault
expect_refused away EPERM
rm -f api/status.json api/away
status_says '"loaded":2'
run back cat /tmp/vault
expect_refused back EPERM

# One that dies.
kill_shriked
run orphaned cat /tmp/vault
expect_refused orphaned EPERM
rm api/status.json
begin
status_says '"loaded":2'

kill -0 "$(pid_of trier)" || fail 'the one who tries should still try'
expect_no_try_allowed trier

# What is deleted is enforced no more.
rm api/objects/tracingpolicies/keep-out
status_says '"loaded":1'
run free cat /tmp/vault
expect_stdout free treasure
end_shriked
run clear shrike policy clear
expect_status clear 0
cp "$WORK/objects.first" "$WORK/objects.before"
expect_nothing_left
kill "$double"
