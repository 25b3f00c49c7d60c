/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets, packets and addresses: addresses, ports and what else a filter or a reader wants of them. */
#ifndef SHRIKE_READ_SOCKET_H
#define SHRIKE_READ_SOCKET_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "extract/is_kernel_address.h"
#include "shrike_abi.h"

#define AF_INET_NUMBER 2 /* include/linux/socket.h */
#define AF_INET6_NUMBER 10
#define PROTOCOL_TCP 6 /* include/uapi/linux/in.h */
#define PROTOCOL_UDP 17
#define IPV4_BYTES 4
#define IPV6_BYTES 16

/* read_sock - a socket's two ends as its owner sees them: the source is the local side.
 * Return: 0, or -1 when there is no socket.
 */
static __noinline int read_sock(struct shrike_sock *to, __u64 address)
{
	struct sock *sock = (struct sock *)address;
	struct sock_common *common = &sock->__sk_common;
	__u16 family;

	if (!address || bpf_core_read(&family, sizeof(family), &common->skc_family))
		return -1;
	__builtin_memset(to, 0, sizeof(*to));
	to->family = family;
	to->type = BPF_CORE_READ(sock, sk_type);
	to->protocol = BPF_CORE_READ(sock, sk_protocol);
	to->state = BPF_CORE_READ(common, skc_state);
	to->mark = BPF_CORE_READ(sock, sk_mark);
	to->priority = BPF_CORE_READ(sock, sk_priority);
	to->cookie = address;
	/* These members are others' in other families. */
	if (family == AF_INET_NUMBER) {
		bpf_core_read(to->source, IPV4_BYTES, &common->skc_rcv_saddr);
		bpf_core_read(to->destination, IPV4_BYTES, &common->skc_daddr);
	} else if (family == AF_INET6_NUMBER) {
		bpf_core_read(to->source, IPV6_BYTES, &common->skc_v6_rcv_saddr);
		bpf_core_read(to->destination, IPV6_BYTES, &common->skc_v6_daddr);
	} else {
		return 0;
	}
	to->source_port = BPF_CORE_READ(common, skc_num);
	to->destination_port = bpf_ntohs(BPF_CORE_READ(common, skc_dport));
	return 0;
}

/* read_ports - of the TCP or UDP header at @header: both start with them. */
static __always_inline void read_ports(struct shrike_skb *to, unsigned char *header)
{
	__u16 ports[2];

	if (to->protocol != PROTOCOL_TCP && to->protocol != PROTOCOL_UDP)
		return;
	if (bpf_probe_read_kernel(ports, sizeof(ports), header))
		return;
	to->source_port = bpf_ntohs(ports[0]);
	to->destination_port = bpf_ntohs(ports[1]);
}

/* read_security_path - how many IPsec transformations the packet went through. */
static __always_inline void read_security_path(struct shrike_skb *to, struct sk_buff *packet)
{
	struct skb_ext *extensions;
	struct sec_path *path;
	__u32 number;
	__u8 offset;

	if (!bpf_core_enum_value_exists(enum skb_ext_id, SKB_EXT_SEC_PATH))
		return;
	number = bpf_core_enum_value(enum skb_ext_id, SKB_EXT_SEC_PATH);
	if (!(BPF_CORE_READ(packet, active_extensions) & 1u << number))
		return;
	extensions = BPF_CORE_READ(packet, extensions);
	/* The offset counts in steps of eight bytes from the extensions' head. */
	if (bpf_probe_read_kernel(&offset, sizeof(offset),
				  (char *)extensions +
					  bpf_core_field_offset(struct skb_ext, offset) + number))
		return;
	path = (struct sec_path *)((char *)extensions + offset * 8);
	to->security_path_length = BPF_CORE_READ(path, len);
	to->security_path_offload_length = BPF_CORE_READ(path, olen);
}

/* read_skb - a packet's headers, where the kernel has found them already. IPv6 extension headers are not
 * followed: the protocol is then the extension's number.
 */
static __noinline int read_skb(struct shrike_skb *to, __u64 address)
{
	struct sk_buff *packet = (struct sk_buff *)address;
	unsigned char *network, bytes[40]; /* as long as an IPv6 header */

	if (!address)
		return -1;
	__builtin_memset(to, 0, sizeof(*to));
	to->hash = BPF_CORE_READ(packet, hash);
	to->length_bytes = BPF_CORE_READ(packet, len);
	to->priority = BPF_CORE_READ(packet, priority);
	to->mark = BPF_CORE_READ(packet, mark);
	read_security_path(to, packet);
	network = BPF_CORE_READ(packet, head) + BPF_CORE_READ(packet, network_header);
	/* Reads past the headers of a short packet stay in its buffer's page, or fail. */
	if (bpf_probe_read_kernel(bytes, 20, network))
		return -1;
	if (bytes[0] >> 4 == 4) {
		to->family = AF_INET_NUMBER;
		to->protocol = bytes[9];
		__builtin_memcpy(to->source, bytes + 12, IPV4_BYTES);
		__builtin_memcpy(to->destination, bytes + 16, IPV4_BYTES);
		/* Only the first fragment has ports. */
		if (!((bytes[6] & 0x1f) | bytes[7]))
			read_ports(to, network + (bytes[0] & 0xf) * 4);
	} else if (bytes[0] >> 4 == 6 && !bpf_probe_read_kernel(bytes, 40, network)) {
		to->family = AF_INET6_NUMBER;
		to->protocol = bytes[6];
		__builtin_memcpy(to->source, bytes + 8, IPV6_BYTES);
		__builtin_memcpy(to->destination, bytes + 24, IPV6_BYTES);
		read_ports(to, network + 40);
	}
	return 0;
}

/* read_bytes - of the kernel or of the process. */
static __always_inline long read_bytes(void *to, __u32 bytes, __u64 address)
{
	if (is_kernel_address(address))
		return bpf_probe_read_kernel(to, bytes, (void *)address);
	return bpf_probe_read_user(to, bytes, (void *)address);
}

/* read_sockaddr - struct sockaddr_in and sockaddr_in6; of other families the family alone. */
static __noinline int read_sockaddr(struct shrike_sockaddr *to, __u64 address)
{
	__u16 head[2]; /* sin_family, sin_port; also those of sin6 */

	if (!address || read_bytes(head, sizeof(head), address))
		return -1;
	__builtin_memset(to, 0, sizeof(*to));
	to->family = head[0];
	if (to->family == AF_INET_NUMBER) {
		to->port = bpf_ntohs(head[1]);
		return read_bytes(to->address, IPV4_BYTES, address + 4); /* sin_addr */
	}
	if (to->family == AF_INET6_NUMBER) {
		to->port = bpf_ntohs(head[1]);
		return read_bytes(to->address, IPV6_BYTES, address + 8); /* sin6_addr */
	}
	return 0;
}

#endif
