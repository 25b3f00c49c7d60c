// SPDX-License-Identifier: Apache-2.0
// Sockets, packets and addresses as members of `args`. Members that are zero are left out, as in canonical proto3 JSON.

internal import ShrikeEvents
internal import ShrikeJSON

extension LineEncoder {
    internal func append(sock argument: HookArgument, to line: inout ByteBuffer) {
        guard let sock = SockArgument(argument) else { return appendError(to: &line) }
        line.append("{\"sock_arg\":{\"family\":\"")
        line.append(NetworkName.family(sock.family), orNumber: sock.family)
        line.append("\",\"type\":\"")
        line.append(NetworkName.socketType(sock.type), orNumber: sock.type)
        line.append("\",\"protocol\":\"")
        line.append(NetworkName.protocol(sock.protocol), orNumber: sock.protocol)
        line.append("\"")
        line.append(nonZero: sock.mark, ",\"mark\":")
        line.append(nonZero: sock.priority, ",\"priority\":")
        line.append(sock.source, sock.destination)
        line.append(nonZero: sock.sourcePort, ",\"sport\":")
        line.append(nonZero: sock.destinationPort, ",\"dport\":")
        if sock.cookie != 0 {
            line.append(",\"cookie\":")
            line.append(quoted: sock.cookie)
        }
        line.append(",\"state\":\"")
        line.append(NetworkName.state(sock.state), orNumber: sock.state)
        line.append("\"}")
    }

    internal func append(packet argument: HookArgument, to line: inout ByteBuffer) {
        guard let packet = PacketArgument(argument) else { return appendError(to: &line) }
        line.append("{\"skb_arg\":{")
        for (value, name) in [
            (packet.hash, "\"hash\":" as StaticString), (packet.length, "\"len\":"),
            (packet.priority, "\"priority\":"), (packet.mark, "\"mark\":"),
        ] where value != 0 {
            line.append(name)
            line.append(decimal: value)
            line.append(",")
        }
        line.append(packet.source, packet.destination, isFirst: true)
        line.append(nonZero: packet.sourcePort, ",\"sport\":")
        line.append(nonZero: packet.destinationPort, ",\"dport\":")
        line.append(nonZero: packet.protocol, ",\"proto\":")
        line.append(nonZero: packet.securityPathLength, ",\"sec_path_len\":")
        line.append(nonZero: packet.securityPathOffloadLength, ",\"sec_path_olen\":")
        line.append(",\"protocol\":\"")
        line.append(NetworkName.protocol(packet.protocol), orNumber: packet.protocol)
        line.append("\",\"family\":\"")
        line.append(NetworkName.family(packet.family), orNumber: packet.family)
        line.append("\"}")
    }

    internal func append(socketAddress argument: HookArgument, to line: inout ByteBuffer) {
        guard let address = SocketAddressArgument(argument) else { return appendError(to: &line) }
        line.append("{\"sockaddr_arg\":{\"family\":\"")
        line.append(NetworkName.family(address.family), orNumber: address.family)
        line.append("\",\"addr\":\"")
        line.append(address.address)
        line.append("\"")
        line.append(nonZero: address.port, ",\"port\":")
        line.append("}")
    }
}

extension ByteBuffer {
    /// Appends a member of 32 bits unless it is zero.
    internal mutating func append(nonZero value: UInt32, _ name: StaticString) {
        guard value != 0 else { return }
        append(name)
        append(decimal: value)
    }

    fileprivate mutating func append(
        _ source: IPAddress, _ destination: IPAddress, isFirst: Bool = false
    ) {
        append(isFirst ? "\"saddr\":\"" : ",\"saddr\":\"")
        append(source)
        append("\",\"daddr\":\"")
        append(destination)
        append("\"")
    }
}
