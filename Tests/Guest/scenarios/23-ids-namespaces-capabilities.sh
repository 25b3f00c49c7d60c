# timeout: 180
# Filters on the process: its id, its namespaces, its capabilities, and what of them has changed since it executed.
echo treasure >/tmp/vault
vault='matchArgs: [{index: 0, operator: Equal, values: [/tmp/vault]}]'
# of_process NAME FILTER [ACTION] - a policy on opens of the vault.
of_process() {
	object_policy "$1" security_file_open '{index: 0, type: file}' "{$vault, $2, matchActions: [{action: ${3:-Post}}]}"
}
mkfifo first.go second.go third.go
start first change-self wait first.go open /tmp/vault
start second change-self wait second.go open /tmp/vault
start third change-self wait third.go open /tmp/vault
usleep 200000
of_process pid-in "matchPIDs: [{operator: In, values: [$(pid_of first), 4000000000, 1, 2, 3, 4, 5]}]" Sigkill
# All entries count: neither of the two.
of_process pid-not "matchPIDs: [{operator: NotIn, values: [$(pid_of first)]}, {operator: NotIn, values: [$(pid_of second)]}]"
of_process inner-pid 'matchPIDs: [{operator: In, values: [1], isNamespacePID: true}]' Sigkill
of_process inner-host 'matchPIDs: [{operator: In, values: [0], isNamespacePID: true}]'
uts=$(readlink /proc/1/ns/uts | tr -dc 0-9)
of_process uts-host "matchNamespaces: [{namespace: Uts, operator: In, values: ['$uts']}, {namespace: Net, operator: In, values: [host_ns]}]"
of_process net-other 'matchNamespaces: [{namespace: Net, operator: NotIn, values: [host_ns]}]' 'Override, argError: -13'
of_process no-kill 'matchCapabilities: [{type: Effective, operator: NotIn, values: [CAP_KILL]}]'
of_process kill-or-chown 'matchCapabilities: [{operator: In, values: [CAP_KILL, cap_chown]}, {type: Inheritable, operator: NotIn, values: [CAP_CHOWN]}]'
of_process inner-admin 'matchCapabilities: [{operator: In, values: [CAP_SYS_ADMIN], isNamespaceCapability: true}]'
of_process uts-changed 'matchNamespaceChanges: [{operator: In, values: [Uts, Ipc]}]'
of_process other-changed 'matchNamespaceChanges: [{operator: NotIn, values: [uts]}]'
of_process kill-changed 'matchCapabilityChanges: [{operator: In, values: [CAP_KILL]}]'
of_process other-cap 'matchCapabilityChanges: [{operator: NotIn, values: [CAP_KILL]}]'
start_shriked

for name in first second third; do echo go >$name.go; await $name; done
expect_signal first KILL
expect_stdout_empty first
expect_policies first pid-in inner-host uts-host kill-or-chown
expect_stdout second treasure
expect_policies second inner-host uts-host kill-or-chown
expect_policies third inner-host uts-host kill-or-chown pid-not

run inner change-self pid open /tmp/vault
expect_stdout inner "$(cut -d' ' -f1 "$WORK/inner.out") signal 9"
expect_event "kprobe(\"inner-pid\") and pid == $(cut -d' ' -f1 "$WORK/inner.out")" 1
expect_no_event "kprobe(\"inner-host\") and pid == $(cut -d' ' -f1 "$WORK/inner.out")"

# What has changed is told once: then it is what is known.
run uts change-self open /tmp/vault uts open /tmp/vault open /tmp/vault
expect_policies uts inner-host uts-host pid-not kill-or-chown uts-changed
expect_event "kprobe(\"uts-host\") and pid == $(pid_of uts)" 1
expect_event "kprobe(\"uts-changed\") and pid == $(pid_of uts)" 1
run net change-self net open /tmp/vault
expect_refused net EACCES
expect_policies net inner-host pid-not kill-or-chown net-other other-changed
run drop change-self drop 5 open /tmp/vault
expect_stdout drop treasure
expect_policies drop inner-host uts-host kill-or-chown pid-not no-kill kill-changed
run other change-self drop 3 open /tmp/vault
expect_policies other inner-host uts-host kill-or-chown pid-not other-cap
run user change-self user open /tmp/vault
expect_policies user inner-host uts-host kill-or-chown pid-not inner-admin other-changed
# Executing makes it the beginning again.
run again change-self uts drop 3 exec /usr/bin/change-self open /tmp/vault
expect_policies again inner-host pid-not kill-or-chown
