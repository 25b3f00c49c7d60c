/* SPDX-License-Identifier: Apache-2.0 */
/* attack WHAT [ARGUMENT]: does one thing that intruders do and that no tool of the guest does. A refusal is told on
 * stderr and ends with status 10.
 *
 * kexec | kexec-file FILE   prepares another kernel, from memory or from a file
 * ptrace PID                attaches to a process and leaves it again
 * mount DIR | fsmount DIR   mounts a tmpfs by the old call or by the new ones
 * memfd NAME                executes /usr/bin/true from memory, under a name
 * suid-file FILE            makes a file with the set-user-id bit
 * mmap-write FILE           changes the first byte of a file by a mapping
 * packet | raw              makes a socket that sees other programs' packets
 * container PROGRAM         executes a program in a mount namespace of its own
 * kernel-path ADDRESS       opens what the kernel has at that address, as if it were a path
 * bpf-load                  loads a BPF program that does nothing
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/mount.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int mount(const char *, const char *, const char *, unsigned long, const void *);

/* An empty list of segments unloads what was prepared, after the same checks. */
static int kexec(const char *unused)
{
	(void)unused;
	return syscall(SYS_kexec_load, 0, 0, NULL, 0);
}

/* The file is read, and refused as no kernel when it is let through. */
static int kexec_file(const char *path)
{
	return syscall(SYS_kexec_file_load, open(path, O_RDONLY), -1, 1, "",
		       4 /* KEXEC_FILE_NO_INITRAMFS */);
}

static int attach(const char *pid)
{
	if (ptrace(PTRACE_ATTACH, atoi(pid), NULL, NULL))
		return -1;
	waitpid(atoi(pid), NULL, __WALL);
	return ptrace(PTRACE_DETACH, atoi(pid), NULL, NULL);
}

static int old_mount(const char *folder)
{
	return mount("none", folder, "tmpfs", 0, NULL);
}

static int new_mount(const char *folder)
{
	int context = syscall(SYS_fsopen, "tmpfs", 0);

	if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	int made = syscall(SYS_fsmount, context, 0, 0);

	return syscall(SYS_move_mount, made, "", AT_FDCWD, folder, MOVE_MOUNT_F_EMPTY_PATH);
}

static int from_memory(const char *name)
{
	int memory = memfd_create(name, 0), program = open("/usr/bin/true", O_RDONLY);
	struct stat facts;

	if (memory < 0 || fstat(program, &facts) ||
	    sendfile(memory, program, NULL, facts.st_size) != facts.st_size)
		return -1;
	return fexecve(memory, (char *[]){ "true", NULL }, (char *[]){ NULL });
}

static int suid_file(const char *path)
{
	return open(path, O_CREAT | O_WRONLY, 04755);
}

static int mmap_write(const char *path)
{
	char *byte = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, open(path, O_RDWR), 0);

	if (byte == MAP_FAILED)
		return -1;
	*byte = '#';
	return 0;
}

static int container(const char *program)
{
	if (unshare(CLONE_NEWNS))
		return -1;
	return execl(program, program, "--help", NULL);
}

static int packet(const char *unused)
{
	(void)unused;
	return socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
}

static int raw(const char *unused)
{
	(void)unused;
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int bpf_load(const char *unused)
{
	struct bpf_insn nothing[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
				      { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (__u64)nothing,
		.insn_cnt = 2,
		.license = (__u64) "GPL",
	};

	(void)unused;
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
}

static int kernel_path(const char *address)
{
	return syscall(SYS_openat, AT_FDCWD, strtoul(address, NULL, 16), O_RDONLY);
}

static const struct {
	const char *name;
	int (*run)(const char *argument);
} attacks[] = {
	{ "kexec", kexec },
	{ "kexec-file", kexec_file },
	{ "ptrace", attach },
	{ "mount", old_mount },
	{ "fsmount", new_mount },
	{ "memfd", from_memory },
	{ "suid-file", suid_file },
	{ "mmap-write", mmap_write },
	{ "packet", packet },
	{ "raw", raw },
	{ "bpf-load", bpf_load },
	{ "container", container },
	{ "kernel-path", kernel_path },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(attacks) / sizeof(*attacks); i++) {
		if (strcmp(argv[1], attacks[i].name))
			continue;
		if (attacks[i].run(argc > 2 ? argv[2] : "") < 0) {
			fprintf(stderr, "attack: %s: %s\n", argv[1], strerror(errno));
			return 10;
		}
		return 0;
	}
	return 2;
}
