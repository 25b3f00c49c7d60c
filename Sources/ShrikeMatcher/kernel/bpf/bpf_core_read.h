/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In the place of libbpf's header when the hook program is compiled for user space: here the types of
 * base/kernel_types.h are what memory holds, so nothing is relocated. A chain that meets NULL yields 0, as a read that
 * fails does in the kernel.
 */
#ifndef SHRIKE_MATCHER_BPF_CORE_READ_H
#define SHRIKE_MATCHER_BPF_CORE_READ_H

#include <stddef.h>
#include <bpf/bpf_helpers.h>

#define bpf_core_field_offset(type, field) offsetof(type, field)
#define bpf_core_field_exists(...) 1
#define bpf_core_type_size(type) sizeof(type)
#define bpf_core_enum_value(type, name) name
#define bpf_core_enum_value_exists(type, name) 1
#define bpf_core_read(to, size, from) bpf_probe_read_kernel(to, size, from)
#define bpf_core_read_str(to, size, from) bpf_probe_read_kernel_str(to, size, from)

#define MATCHER_FOLLOW(from, member)                                                      \
	({                                                                                \
		__typeof__(from) pointer_ = (from);                                       \
		__typeof__(pointer_->member) value_ = {};                                 \
		bpf_probe_read_kernel((void *)&value_, sizeof(value_),                    \
				      pointer_ ? (const void *)&pointer_->member : NULL); \
		value_;                                                                   \
	})
#define MATCHER_READ_1(from, a) MATCHER_FOLLOW(from, a)
#define MATCHER_READ_2(from, a, b) MATCHER_FOLLOW(MATCHER_READ_1(from, a), b)
#define MATCHER_READ_3(from, a, b, c) MATCHER_FOLLOW(MATCHER_READ_2(from, a, b), c)
#define MATCHER_READ_4(from, a, b, c, d) MATCHER_FOLLOW(MATCHER_READ_3(from, a, b, c), d)
#define MATCHER_READ_5(from, a, b, c, d, e) MATCHER_FOLLOW(MATCHER_READ_4(from, a, b, c, d), e)
#define MATCHER_SELECT(a, b, c, d, e, name, ...) name
#define BPF_CORE_READ(from, ...)                                                    \
	MATCHER_SELECT(__VA_ARGS__, MATCHER_READ_5, MATCHER_READ_4, MATCHER_READ_3, \
		       MATCHER_READ_2, MATCHER_READ_1)                              \
	(from, __VA_ARGS__)

#endif
