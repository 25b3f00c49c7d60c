# timeout: 500
# Every policy of the library that is about access, execution and the kernel fires on what it is about, refuses it where it
# says so, and is silent about the near miss. All of the library is loaded at once, as a node would.
library() { for file in /policies/library/*.yaml; do case $file in *_test.yaml) ;; *) policy_file "$file" ;; esac; done; }
library
mkdir -p /root/.ssh /root/.aws /run/secrets/kubernetes.io/serviceaccount /run/containerd
for file in /etc/shadow /etc/shadow.txt /root/.ssh/id_rsa /root/.ssh/id_rsa.pub /root/.aws/credentials /root/.aws/cli \
	/run/secrets/kubernetes.io/serviceaccount/token /tmp/release_agent; do
	echo content >$file
done
cp /usr/bin/sockets /usr/bin/bash
cp /usr/bin/write-bytes /tmp/true
# What is shorter than an ELF header is refused before anybody is asked.
cp /usr/bin/write-bytes /tmp/module.ko
cp /usr/bin/open-file /usr/bin/application
[ -e /dev/vda ] || mknod /dev/vda b 254 0
ip link set lo up
ip address add 169.254.169.254/32 dev lo
# Some forty hooks: a minute of the kernel's verifier under emulation, two or three when others want the processor.
START_SECONDS=300 start_shriked

# fires NAME POLICY COMMAND... - exactly this policy tells of the command.
fires() {
	local name=$1 policy=$2
	shift 2
	run "$name" "$@"
	expect_later "$name" "$policy"
}

# refuses NAME POLICY ERRNO COMMAND... - and it fails.
refuses() {
	local name=$1 policy=$2 error=$3
	shift 3
	fires "$name" "$policy" "$@"
	expect_refused "$name" "$error"
}

# silent NAME COMMAND... - works, and no policy tells of it.
silent() {
	local name=$1
	shift
	run "$name" "$@"
	expect_status "$name" 0
	expect_later "$name"
}

# Credentials
refuses shadow shadow-read EACCES cat /etc/shadow
refuses shadow-link shadow-read EACCES ln /etc/shadow /etc/other
refuses shadow-rename shadow-read EACCES mv /etc/shadow /etc/other
silent shadow-near cat /etc/shadow.txt
fires key ssh-private-key-read cat /root/.ssh/id_rsa
silent key-near cat /root/.ssh/id_rsa.pub
fires cloud cloud-credential-read cat /root/.aws/credentials
silent cloud-near cat /root/.aws/cli
fires token service-account-token-read cat /run/secrets/kubernetes.io/serviceaccount/token
silent token-near application open /run/secrets/kubernetes.io/serviceaccount/token

# Connections
fires metadata cloud-metadata-connect sockets tcp 169.254.169.254 80
fires pool mining-pool-connect sockets tcp 127.0.0.1 3333
silent pool-near sockets tcp 127.0.0.1 3334
refuses shell shell-connect EPERM bash tcp 127.0.0.1 80
run shell-near bash unix /run/nobody
expect_later shell-near
run runtime sockets unix /run/containerd/containerd.sock
expect_later runtime container-runtime-socket-connect
run runtime-near sockets unix /run/containerd/containerd.sock.ttrpc
expect_later runtime-near
fires packet packet-capture attack packet
fires raw packet-capture attack raw
silent udp sockets udp 127.0.0.1 7070

# Execution
refuses memory fileless-execution EACCES attack memfd program
silent memory-near attack memfd runc_cloned:/proc/self/exe
fires temporary temporary-execution /tmp/true 1
silent temporary-near true
fires tool connection-tool-execution nc --help
fires packages package-manager-execution attack container /usr/bin/rpm
run packages-near rpm --help
expect_later packages-near

# The kernel
refuses module kernel-module-load EPERM insmod /tmp/module.ko
silent module-near head -c 4 /tmp/module.ko
refuses kexec kernel-replace EPERM attack kexec
refuses kexec-file kernel-replace EPERM attack kexec-file /usr/bin/true
refuses memory-of-kernel kernel-memory-open EPERM cat /proc/kcore
fires device kernel-memory-open mknod /dev/other c 1 1
silent device-near mknod /dev/fifo p
run disk head -c 1 /dev/vda
expect_later disk raw-disk-open
fires bpf bpf-program-load attack bpf-load

# Processes, namespaces, mounts
start victim sleep 100
fires inject process-injection attack ptrace "$(pid_of victim)"
kill "$(pid_of victim)"
fires enter namespace-enter nsenter -t 1 -u /usr/bin/true
fires user user-namespace-create unshare -U /usr/bin/true
fires mount mount-change attack mount /mnt
fires fsmount mount-change attack fsmount /mnt
silent mount-near mount -t tmpfs none /mnt
umount /mnt
umount /mnt
umount /mnt
refuses core usermode-helper-change EPERM dd if=/etc/hostname of=/proc/sys/kernel/core_pattern
refuses agent usermode-helper-change EPERM dd if=/etc/hostname of=/tmp/release_agent conv=notrunc
silent core-near cat /proc/sys/kernel/core_pattern
fires setting security-setting-change sh -c 'echo 0 >/proc/sys/kernel/dmesg_restrict'
silent setting-near cat /proc/sys/kernel/dmesg_restrict
fires set-user-id setuid-bit-set chmod 4711 /tmp/true
fires set-group-id setuid-bit-set chmod 2711 /tmp/true
fires made-with-bit setuid-bit-set attack suid-file /tmp/made
silent mode-near chmod 0711 /tmp/true
pin=$(find /sys/fs/bpf/shrike -type f | head -n 1)
refuses pin shrike-pin-removal EPERM unlink "$pin"

check_expected
# An argument that a policy asks for in vain would be counted.
if grep -q 'kernel[.]' "$LOG"; then fail "the log tells of losses: $(grep 'kernel[.]' "$LOG" | tail -n 1)"; fi
