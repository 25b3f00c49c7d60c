# timeout: 180
# Mask: any bit of any value is set. InMap and NotInMap with many values, InRange, on numbers of both signs.
BINARIES=/usr/bin/set-uid
argument_policy high-bit sys_setuid 0 int Mask 0x80000000
argument_policy range sys_setuid 0 int InRange -10:-1
argument_policy not-range sys_setuid 0 int NotInRange -10:-1
BINARIES=/usr/bin/write-bytes
argument_policy one-bit sys_write 2 size_t Mask 0x10
argument_policy two-bits sys_write 2 size_t Mask 0x18
argument_policy any-value sys_write 2 size_t Mask 0x10 0x1
# shellcheck disable=SC2046
argument_policy many sys_write 2 size_t InMap $(seq 100 7 5000) 6000:6010
# shellcheck disable=SC2046
argument_policy not-many sys_write 2 size_t NotInMap $(seq 100 7 5000) 6000:6010
# Both masks must be met, each by any of its bits.
policy both <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: both
spec:
  kprobes:
  - call: sys_write
    syscall: true
    args:
    - {index: 2, type: size_t}
    selectors:
    - matchArgs:
      - {index: 2, operator: Mask, values: ["0x1", "0x2"]}
      - {index: 2, operator: Mask, values: ["0x10"]}
      matchBinaries:
      - {operator: In, values: [/usr/bin/write-bytes]}
YAML
start_shriked

run sixteen write-bytes 16
expect_policies sixteen any-value not-many one-bit two-bits
run seventeen write-bytes 17
expect_policies seventeen any-value both not-many one-bit two-bits
run eight write-bytes 8
expect_policies eight not-many two-bits
run listed write-bytes 107
expect_policies listed any-value many two-bits
run in-between write-bytes 6005
expect_policies in-between any-value both many one-bit two-bits
run negative set-uid 4294967294
expect_policies negative high-bit range
run positive set-uid 1000
expect_policies positive not-range
