// SPDX-License-Identifier: Apache-2.0
// A socket, packet or address of a test, by the names that filters have for its parts.

internal import ShrikeABI
internal import ShrikePolicy

/// `{saddr: 10.0.0.1, sport: 4711, daddr: 192.0.2.7, dport: 443, family: AF_INET, protocol: IPPROTO_TCP, state: …}`
struct SocketValue {
    private var source: [UInt8] = []
    private var destination: [UInt8] = []
    private var sourcePort: UInt32 = 0
    private var destinationPort: UInt32 = 0
    private var family: UInt32 = 0
    private var number: UInt32 = 0
    private var state: UInt32 = 0

    init(_ node: YAMLNode) throws(TestProblem) {
        var fields = try LocatedFields(node, "a socket or address")
        source = try Self.address(fields.text("saddr"))
        destination = try Self.address(fields.text("daddr"))
        sourcePort = try Self.number(fields.text("sport"), .port) ?? 0
        destinationPort = try Self.number(fields.text("dport"), .port) ?? 0
        let longest = max(source.count, destination.count)
        family =
            try Self.number(fields.text("family"), .family) ?? (longest == 4 ? 2 : longest == 16 ? 10 : 0)
        number = try Self.number(fields.text("protocol"), .protocol) ?? 6
        state = try Self.number(fields.text("state"), .state) ?? 0
        try fields.finish()
    }

    private static func address(_ text: Located<String>?) throws(TestProblem) -> [UInt8] {
        guard let text else { return [] }
        guard let block = AddressBlock(text.value), block.prefixLength == block.bytes.count * 8 else {
            throw TestProblem(text.range, "`\(text.value)` is no address")
        }
        return block.bytes
    }

    private static func number(
        _ text: Located<String>?, _ kind: NetworkNumber
    ) throws(TestProblem) -> UInt32? {
        guard let text else { return nil }
        guard let interval = kind.interval(text.value), interval.lowest == interval.highest,
            let number = UInt32(exactly: interval.lowest), Int128(number) <= kind.maximum
        else {
            throw TestProblem(text.range, "`\(text.value)` is no number or name for this")
        }
        return number
    }

    var sock: shrike_sock {
        var sock = shrike_sock()
        (sock.family, sock.protocol, sock.state, sock.type) = (family, number, state, 1)
        (sock.source_port, sock.destination_port) = (sourcePort, destinationPort)
        Self.put(source, in: &sock.source)
        Self.put(destination, in: &sock.destination)
        return sock
    }

    var packet: shrike_skb {
        var packet = shrike_skb()
        (packet.family, packet.protocol) = (family, number)
        (packet.source_port, packet.destination_port) = (sourcePort, destinationPort)
        Self.put(source, in: &packet.source)
        Self.put(destination, in: &packet.destination)
        return packet
    }

    /// Of an address SAddr and SPort are its own parts.
    var address: shrike_sockaddr {
        var address = shrike_sockaddr()
        (address.family, address.port) = (family, sourcePort)
        Self.put(source, in: &address.address)
        return address
    }

    func bytes<Value: BitwiseCopyable>(of value: Value) -> [UInt8] {
        unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
    }

    private static func put<Room>(_ address: [UInt8], in room: inout Room) {
        unsafe withUnsafeMutableBytes(of: &room) { unsafe $0.copyBytes(from: address.prefix(16)) }
    }
}
