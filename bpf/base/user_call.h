/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A call of a user space function, as it is remembered until it returns. */
#ifndef SHRIKE_USER_CALL_H
#define SHRIKE_USER_CALL_H

#include "base/kernel_types.h"

/* Registers that hand over parameters. */
#define CALL_REGISTERS 6

/* A call that has not returned: there is one at a time for a place on a thread's stack. */
struct user_call_key {
	__u64 thread; /* bpf_get_current_pid_tgid() */
	__u64 stack; /* where the return address is */
};

struct user_call {
	__u64 registers[CALL_REGISTERS]; /* in the order of parameters */
};

#endif
