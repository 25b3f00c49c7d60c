/* SPDX-License-Identifier: Apache-2.0 */
/* open-file HOW PATH: opens PATH for reading in one of many ways and copies it to stdout. A refused
 * open is told on stderr and ends with status 10; a way that the kernel lacks ends with 77.
 *
 * HOW: open, openat2, creat, thread, handle, io-uring, io-uring-worker
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int by_openat2(const char *path)
{
	struct open_how how = { .flags = O_RDONLY };

	return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static void *in_thread(void *path)
{
	printf("pid %d tid %ld\n", getpid(), syscall(SYS_gettid));
	fflush(stdout);
	long fd = open(path, O_RDONLY);

	return (void *)(fd < 0 ? (long)-errno : fd);
}

static int by_thread(char *path)
{
	pthread_t thread;
	void *result;

	if (pthread_create(&thread, NULL, in_thread, path) || pthread_join(thread, &result))
		exit(1);
	if ((long)result >= 0)
		return (long)result;
	errno = -(long)result;
	return -1;
}

static int by_handle(const char *path)
{
	struct {
		struct file_handle handle;
		unsigned char bytes[MAX_HANDLE_SZ];
	} file = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount, directory;
	char *parent = strdup(path);

	if (name_to_handle_at(AT_FDCWD, path, &file.handle, &mount, 0))
		exit(77);
	/* Any descriptor of the same mount will do. */
	directory = open(dirname(parent), O_RDONLY | O_DIRECTORY);
	return open_by_handle_at(directory, &file.handle, O_RDONLY);
}

/* One IORING_OP_OPENAT; with IOSQE_ASYNC a kernel worker thread does the open. */
static int by_io_uring(const char *path, unsigned char flags)
{
	struct io_uring_params parameters = { 0 };
	int ring = syscall(SYS_io_uring_setup, 4, &parameters);

	if (ring < 0)
		exit(77);
	size_t sq_size = parameters.sq_off.array + parameters.sq_entries * sizeof(unsigned int);
	size_t cq_size = parameters.cq_off.cqes +
			 parameters.cq_entries * sizeof(struct io_uring_cqe);
	char *sq = mmap(NULL, sq_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
			IORING_OFF_SQ_RING);
	char *cq = mmap(NULL, cq_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
			IORING_OFF_CQ_RING);
	struct io_uring_sqe *entries = mmap(NULL, parameters.sq_entries * sizeof(*entries),
					    PROT_READ | PROT_WRITE, MAP_SHARED, ring,
					    IORING_OFF_SQES);

	if (sq == MAP_FAILED || cq == MAP_FAILED || entries == MAP_FAILED)
		exit(77);
	entries[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT,
		.flags = flags,
		.fd = AT_FDCWD,
		.addr = (unsigned long)path,
		.open_flags = O_RDONLY,
	};
	((unsigned int *)(sq + parameters.sq_off.array))[0] = 0;
	__atomic_store_n((unsigned int *)(sq + parameters.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		exit(1);
	struct io_uring_cqe *answer = (struct io_uring_cqe *)(cq + parameters.cq_off.cqes);

	if (answer->res >= 0)
		return answer->res;
	errno = -answer->res;
	return -1;
}

int main(int argc, char **argv)
{
	char buffer[4096];
	ssize_t length;
	int fd;

	if (argc < 3)
		return 2;
	const char *how = argv[1];
	char *path = argv[2];

	if (!strcmp(how, "open"))
		fd = open(path, O_RDONLY);
	else if (!strcmp(how, "openat2"))
		fd = by_openat2(path);
	else if (!strcmp(how, "creat"))
		fd = creat(path, 0600);
	else if (!strcmp(how, "thread"))
		fd = by_thread(path);
	else if (!strcmp(how, "handle"))
		fd = by_handle(path);
	else if (!strcmp(how, "io-uring"))
		fd = by_io_uring(path, 0);
	else if (!strcmp(how, "io-uring-worker"))
		fd = by_io_uring(path, IOSQE_ASYNC);
	else
		return 2;

	if (fd < 0) {
		fprintf(stderr, "open-file: %s: %s\n", path, strerror(errno));
		return errno == ENOSYS ? 77 : 10;
	}
	while (strcmp(how, "creat") && (length = read(fd, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, length, stdout);
	return 0;
}
