/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In the place of libbpf's header when the hook program is compiled for user space. Little-endian, as the programs. */
#ifndef SHRIKE_MATCHER_BPF_ENDIAN_H
#define SHRIKE_MATCHER_BPF_ENDIAN_H

#define bpf_ntohs(number) __builtin_bswap16(number)
#define bpf_ntohl(number) __builtin_bswap32(number)
#define bpf_htons(number) __builtin_bswap16(number)
#define bpf_htonl(number) __builtin_bswap32(number)

#endif
