# timeout: 180
# Executables by parts of their path, and by what started them: by the image that forked, gone or not.
echo treasure >/tmp/vault
vault='matchArgs: [{index: 0, operator: Equal, values: [/tmp/vault]}]'
# of_binary NAME FILTER [ACTION] - a policy on opens of the vault.
of_binary() {
	object_policy "$1" security_file_open '{index: 0, type: file}' "{$vault, $2, matchActions: [{action: ${3:-Post}}]}"
}
of_binary prefix 'matchBinaries: [{operator: Prefix, values: [/tmp/tools/o, /tmp/long/]}]'
of_binary not-prefix 'matchBinaries: [{operator: NotPrefix, values: [/tmp, /usr/bin/ca, /usr/bin/t]}]'
of_binary postfix 'matchBinaries: [{operator: Postfix, values: [/opener, /usr/bin/head]}]'
of_binary not-postfix 'matchBinaries: [{operator: NotPostfix, values: [er]}]'
of_binary whole 'matchBinaries: [{operator: In, values: [/tmp/tools/opener]}]'
of_binary parent 'matchParentBinaries: [{operator: In, values: [/tmp/tools/launcher-of-a-long-name]}]'
of_binary not-parent 'matchParentBinaries: [{operator: NotIn, values: [/tmp/tools/launcher-of-a-long-name, /tmp/tools/lsh-name]}]'
of_binary parent-prefix 'matchParentBinaries: [{operator: Prefix, values: [/tmp/tools/l]}]'
of_binary parent-postfix 'matchParentBinaries: [{operator: Postfix, values: [-name]}]' Sigkill

mkdir -p /tmp/tools
cp /usr/bin/change-self /tmp/tools/opener
cp /usr/bin/change-self /tmp/tools/launcher-of-a-long-name
cp /usr/bin/sh /tmp/tools/lsh-name
long=/tmp/long/$(printf '%0200d' 1)/$(printf '%0200d' 2)
mkdir -p "$long"
cp /usr/bin/change-self "$long/opener"
launcher=/tmp/tools/launcher-of-a-long-name
mkfifo old.go
start old /tmp/tools/lsh-name -c '(read -r go <old.go; read -r line </tmp/vault; echo "$line") & wait $!; echo "child ended with $?"'
usleep 300000
start_shriked

echo go >old.go
await old
expect_stdout old 'child ended with 137'
expect_event 'kprobe("parent-prefix")' 1

run tool /tmp/tools/opener open /tmp/vault
expect_stdout tool treasure
expect_policies tool prefix postfix whole not-parent
run cat cat /tmp/vault
expect_policies cat not-postfix not-parent
run head head -n 1 /tmp/vault
expect_policies head not-prefix postfix not-postfix not-parent
run long "$long/opener" open /tmp/vault
expect_policies long prefix postfix not-parent
# What an image had before it executed a shorter path is not in the way.
run shorter $launcher exec /tmp/tools/opener open /tmp/vault
expect_policies shorter prefix postfix whole not-parent

run parent $launcher fork exec /usr/bin/cat /tmp/vault
child=$(cut -d' ' -f1 "$WORK/parent.out")
expect_stdout parent "$child signal 9"
settle
matching ".process_kprobe != null and pid == $child"
expect_equal 'policies of the child' "$(jq -r .process_kprobe.policy_name "$WORK/matched" | sort | tr '\n' ' ')" \
	'not-postfix parent parent-postfix parent-prefix '
run itself $launcher open /tmp/vault
expect_stdout itself treasure
expect_policies itself not-parent not-postfix
# Its parent ends before it opens anything; the second executes in a thread, whose group's leader then goes.
run orphan $launcher orphan exec /usr/bin/cat /tmp/vault
wait_event 'kprobe("parent") and .process_kprobe.process.binary == "/usr/bin/cat" and pid != '"$child"
run thread $launcher orphan exec /usr/bin/thread-exec /usr/bin/tail /tmp/vault
wait_event 'kprobe("parent") and .process_kprobe.process.binary == "/usr/bin/tail"'
expect_no_event 'kprobe("not-parent") and .process_kprobe.process.binary == "/usr/bin/tail"'
