# timeout: 240
# followChildren and followForks: whatever descends from a program or a process, older than the policy or not, by
# fork, exec or thread, with or without the ancestors still there.
echo treasure >/tmp/vault
vault='matchArgs: [{index: 0, operator: Equal, values: [/tmp/vault]}]'
# of_kin NAME FILTER [ACTION] - a policy on opens of the vault.
of_kin() {
	object_policy "$1" security_file_open '{index: 0, type: file}' "{$vault, $2, matchActions: [{action: ${3:-Post}}]}"
}
mkdir -p /tmp/tools
boss=/tmp/tools/boss-of-a-long-name
cp /usr/bin/change-self $boss
cp /usr/bin/thread-exec /tmp/tools/thread-exec
mkfifo grandchild.go itself.go root.go lost.go
start grandchild $boss fork exec /usr/bin/change-self fork wait grandchild.go open /tmp/vault
start itself $boss wait itself.go open /tmp/vault
start root change-self wait root.go fork open /tmp/vault
start stranger change-self wait lost.go open /tmp/vault
usleep 500000
of_kin kin "matchBinaries: [{operator: In, values: [$boss, /usr/bin/nobody], followChildren: true}]" Sigkill
of_kin not-kin "matchBinaries: [{operator: NotIn, values: [$boss], followChildren: true}]"
of_kin parent-kin "matchParentBinaries: [{operator: In, values: [$boss], followChildren: true}]"
of_kin forks "matchPIDs: [{operator: In, values: [$(pid_of root)], followForks: true}]"
of_kin not-forks "matchPIDs: [{operator: NotIn, values: [$(pid_of root)], followForks: true}]"
of_kin inner 'matchPIDs: [{operator: In, values: [1], isNamespacePID: true, followForks: true}]'
of_kin inner-not 'matchPIDs: [{operator: NotIn, values: [7], isNamespacePID: true, followForks: true}]'
start_shriked

# expect_kin PID POLICY... - the policies that the process with this id hit.
expect_kin() {
	local pid=$1
	shift
	settle
	matching ".process_kprobe != null and pid == $pid"
	expect_equal "policies of $pid" "$(jq -r .process_kprobe.policy_name "$WORK/matched" | sort | tr '\n' ' ')" \
		"$(printf '%s\n' "$@" | sort | tr '\n' ' ')"
}
# last_child NAME - the id of the innermost child that change-self told of.
last_child() { head -n 1 "$WORK/$1.out" | cut -d' ' -f1; }

for name in grandchild itself root lost; do echo go >$name.go; done
for name in grandchild itself root stranger; do await $name; done
grandchild=$(last_child grandchild)
grep -q "^$grandchild signal 9" "$WORK/grandchild.out" || fail "the old grandchild should be killed: $(stdout_of grandchild)"
expect_kin "$grandchild" kin parent-kin not-forks
expect_signal itself KILL
expect_policies itself kin not-forks
child=$(sed -n 's/^\([0-9]*\) exit 0/\1/p' "$WORK/root.out")
expect_kin "$child" forks not-kin
expect_stdout stranger treasure
expect_policies stranger not-kin not-forks

# New ones: a child that executes, one whose parents are gone, a thread that executes.
run child $boss fork exec /usr/bin/cat /tmp/vault
expect_stdout child "$(last_child child) signal 9"
expect_kin "$(last_child child)" kin parent-kin not-forks
run same $boss exec /usr/bin/cat /tmp/vault
expect_signal same KILL
expect_policies same kin not-forks
run orphan $boss orphan exec /usr/bin/change-self orphan exec /usr/bin/head /tmp/vault
wait_event 'kprobe("kin") and .process_kprobe.process.binary == "/usr/bin/head" and .process_kprobe.action == "KPROBE_ACTION_SIGKILL"'
run thread $boss orphan exec /tmp/tools/thread-exec /tmp/tools/thread-exec /usr/bin/tail /tmp/vault
wait_event 'kprobe("kin") and .process_kprobe.process.binary == "/usr/bin/tail"'
expect_no_event 'kprobe("not-kin") and .process_kprobe.process.binary == "/usr/bin/tail"'
run near change-self fork exec /usr/bin/cat /tmp/vault
expect_kin "$(sed -n 's/^\([0-9]*\) exit 0/\1/p' "$WORK/near.out")" not-kin not-forks

run inner change-self pid fork open /tmp/vault
inner=$(sed -n 's/^\([0-9]*\) exit 0/\1/p' "$WORK/inner.out" | tail -n 1)
matching "kprobe(\"inner\") and .process_kprobe.process.binary == \"/usr/bin/change-self\""
[ -s "$WORK/matched" ] || fail "a child of the first process of a pid namespace should match: $inner"
expect_event 'kprobe("inner")' 1
expect_event 'kprobe("inner-not")' 1
