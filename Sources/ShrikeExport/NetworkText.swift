// SPDX-License-Identifier: Apache-2.0
// Addresses and network numbers as words.

internal import ShrikeEvents
internal import ShrikeJSON

extension ByteBuffer {
    /// Appends an address: dotted quad, RFC 5952, or `invalid IP`.
    internal mutating func append(_ address: IPAddress) {
        switch address.family {
        case IPAddress.familyIPv4:
            for index in 0..<4 {
                if index > 0 { append(".") }
                append(decimal: UInt32(address.bytes[index]))
            }
        case IPAddress.familyIPv6:
            append(sixteen: address)
        default:
            append("invalid IP")
        }
    }

    /// RFC 5952: the longest run of two or more zero groups, the first of equals, is `::`; lower case; no
    /// leading zeros; an IPv4 address mapped into IPv6 is shown as a dotted quad.
    private mutating func append(sixteen address: IPAddress) {
        func group(_ index: Int) -> UInt32 {
            UInt32(address.bytes[index * 2]) << 8 | UInt32(address.bytes[index * 2 + 1])
        }
        var run = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, group(end) == 0 { end += 1 }
            if end - start > max(run.count, 1) { run = start..<end }
            start = max(end, start + 1)
        }
        let isMapped = run == 0..<5 && group(5) == 0xffff
        var index = 0
        while index < 8 {
            if index == run.lowerBound, !run.isEmpty {
                append("::")
                index = run.upperBound
                continue
            }
            if index > 0, index != run.upperBound || run.isEmpty { append(":") }
            if isMapped, index == 6 {
                for byte in 12..<16 {
                    if byte > 12 { append(".") }
                    append(decimal: UInt32(address.bytes[byte]))
                }
                return
            }
            append(hexadecimal: group(index))
            index += 1
        }
    }

    private mutating func append(hexadecimal value: UInt32) {
        var shift = 28
        while shift > 0, value >> UInt32(shift) == 0 { shift -= 4 }
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value >> UInt32(shift) & 0xf)
            append(byte: digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
    }

    /// Appends a name, or the number where there is none.
    internal mutating func append(_ name: StaticString?, orNumber number: UInt32) {
        if let name { append(name) } else { append(decimal: number) }
    }
}

/// Names of network numbers, as the event reference has them.
internal enum NetworkName {
    internal static func family(_ number: UInt32) -> StaticString? {
        switch number {
        case 0: "AF_UNSPEC"
        case 1: "AF_UNIX"
        case 2: "AF_INET"
        case 3: "AF_AX25"
        case 4: "AF_IPX"
        case 5: "AF_APPLETALK"
        case 6: "AF_NETROM"
        case 7: "AF_BRIDGE"
        case 8: "AF_ATMPVC"
        case 9: "AF_X25"
        case 10: "AF_INET6"
        case 11: "AF_ROSE"
        case 12: "AF_DECnet"
        case 13: "AF_NETBEUI"
        case 14: "AF_SECURITY"
        case 15: "AF_KEY"
        case 16: "AF_NETLINK"
        case 17: "AF_PACKET"
        case 18: "AF_ASH"
        case 19: "AF_ECONET"
        case 20: "AF_ATMSVC"
        case 21: "AF_RDS"
        case 22: "AF_SNA"
        case 23: "AF_IRDA"
        case 24: "AF_PPPOX"
        case 25: "AF_WANPIPE"
        case 26: "AF_LLC"
        case 27: "AF_IB"
        case 28: "AF_MPLS"
        case 29: "AF_CAN"
        case 30: "AF_TIPC"
        case 31: "AF_BLUETOOTH"
        case 32: "AF_IUCV"
        case 33: "AF_RXRPC"
        case 34: "AF_ISDN"
        case 35: "AF_PHONET"
        case 36: "AF_IEEE802154"
        case 37: "AF_CAIF"
        case 38: "AF_ALG"
        case 39: "AF_NFC"
        case 40: "AF_VSOCK"
        case 41: "AF_KCM"
        case 42: "AF_QIPCRTR"
        case 43: "AF_SMC"
        case 44: "AF_XDP"
        case 45: "AF_MCTP"
        default: nil
        }
    }

    internal static func socketType(_ number: UInt32) -> StaticString? {
        switch number {
        case 1: "SOCK_STREAM"
        case 2: "SOCK_DGRAM"
        case 3: "SOCK_RAW"
        case 4: "SOCK_RDM"
        case 5: "SOCK_SEQPACKET"
        case 6: "SOCK_DCCP"
        case 7: "SOCK_PACKET"
        default: nil
        }
    }

    /// ICMPv6 (58) is not in the reference's table and stays a number.
    internal static func `protocol`(_ number: UInt32) -> StaticString? {
        switch number {
        case 0: "IPPROTO_IP"
        case 1: "IPPROTO_ICMP"
        case 2: "IPPROTO_IGMP"
        case 4: "IPPROTO_IPIP"
        case 6: "IPPROTO_TCP"
        case 8: "IPPROTO_EGP"
        case 12: "IPPROTO_PUP"
        case 17: "IPPROTO_UDP"
        case 22: "IPPROTO_IDP"
        case 29: "IPPROTO_TP"
        case 33: "IPPROTO_DCCP"
        case 41: "IPPROTO_IPV6"
        case 46: "IPPROTO_RSVP"
        case 47: "IPPROTO_GRE"
        case 50: "IPPROTO_ESP"
        case 51: "IPPROTO_AH"
        case 92: "IPPROTO_MTP"
        case 94: "IPPROTO_BEETPH"
        case 98: "IPPROTO_ENCAP"
        case 103: "IPPROTO_PIM"
        case 108: "IPPROTO_COMP"
        case 132: "IPPROTO_SCTP"
        case 136: "IPPROTO_UDPLITE"
        case 137: "IPPROTO_MPLS"
        case 143: "IPPROTO_ETHERNET"
        case 255: "IPPROTO_RAW"
        case 262: "IPPROTO_MPTCP"
        default: nil
        }
    }

    internal static func state(_ number: UInt32) -> StaticString? {
        switch number {
        case 1: "TCP_ESTABLISHED"
        case 2: "TCP_SYN_SENT"
        case 3: "TCP_SYN_RECV"
        case 4: "TCP_FIN_WAIT1"
        case 5: "TCP_FIN_WAIT2"
        case 6: "TCP_TIME_WAIT"
        case 7: "TCP_CLOSE"
        case 8: "TCP_CLOSE_WAIT"
        case 9: "TCP_LAST_ACK"
        case 10: "TCP_LISTEN"
        case 11: "TCP_CLOSING"
        case 12: "TCP_NEW_SYN_RECV"
        default: nil
        }
    }
}
