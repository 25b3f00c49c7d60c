# A program that gives a system call an address of the kernel does not get to see in its event what is there.
policy opens <<YAML
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: opens}
spec:
  kprobes:
  - call: sys_openat
    syscall: true
    args: [{index: 1, type: string}]
    selectors:
    - matchBinaries: [{operator: In, values: [/usr/bin/attack]}]
YAML
start_shriked
# "Linux version ...", which root may know the address of.
banner=$(awk '$3 == "linux_banner" { print $1; exit }' /proc/kallsyms)
[ -n "$banner" ] || fail 'linux_banner is not in /proc/kallsyms'
run thief attack kernel-path "$banner"
expect_status thief 10
expect_event "kprobe(\"opens\") and pid == $(pid_of thief)" 1
if grep process_kprobe "$EVENTS" | grep -q 'Linux'; then fail 'an event shows memory of the kernel'; fi
# A path of its own is shown.
run honest attack kexec-file /tmp/of-its-own
expect_event "kprobe(\"opens\") and pid == $(pid_of honest) and .process_kprobe.args[0].string_arg == \"/tmp/of-its-own\"" 1
