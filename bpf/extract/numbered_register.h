/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers by the processor's numbers. */
#ifndef SHRIKE_NUMBERED_REGISTER_H
#define SHRIKE_NUMBERED_REGISTER_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>

/* numbered_register - where the saved registers hold register @number, as instructions number them. */
static __always_inline __u32 numbered_register(__u32 number)
{
	switch (number) {
	case 0:
		return bpf_core_field_offset(struct pt_regs, ax);
	case 1:
		return bpf_core_field_offset(struct pt_regs, cx);
	case 2:
		return bpf_core_field_offset(struct pt_regs, dx);
	case 3:
		return bpf_core_field_offset(struct pt_regs, bx);
	case 4:
		return bpf_core_field_offset(struct pt_regs, sp);
	case 5:
		return bpf_core_field_offset(struct pt_regs, bp);
	case 6:
		return bpf_core_field_offset(struct pt_regs, si);
	case 7:
		return bpf_core_field_offset(struct pt_regs, di);
	case 8:
		return bpf_core_field_offset(struct pt_regs, r8);
	case 9:
		return bpf_core_field_offset(struct pt_regs, r9);
	case 10:
		return bpf_core_field_offset(struct pt_regs, r10);
	case 11:
		return bpf_core_field_offset(struct pt_regs, r11);
	case 12:
		return bpf_core_field_offset(struct pt_regs, r12);
	case 13:
		return bpf_core_field_offset(struct pt_regs, r13);
	case 14:
		return bpf_core_field_offset(struct pt_regs, r14);
	default:
		return bpf_core_field_offset(struct pt_regs, r15);
	}
}

#endif
