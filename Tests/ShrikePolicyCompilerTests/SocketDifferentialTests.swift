// SPDX-License-Identifier: Apache-2.0
// Random filters on sockets: what the tables say, against the filters' own words.

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct SocketDifferentialTests {
    /// One filter in words that need no table.
    private struct PlainFilter: CustomStringConvertible {
        var name: String
        var values: [String]

        var description: String { "\(name) \(values)" }

        func holds(_ sock: shrike_sock) -> Bool {
            switch name {
            case "SAddr", "NotSAddr": address(sock.source, sock.family)
            case "DAddr", "NotDAddr": address(sock.destination, sock.family)
            case "SPort", "NotSPort": number(sock.source_port) != name.hasPrefix("Not")
            case "DPort", "NotDPort": number(sock.destination_port) != name.hasPrefix("Not")
            case "SPortPriv": sock.source_port < 1024
            case "NotSportPriv": sock.source_port >= 1024
            case "DPortPriv": sock.destination_port < 1024
            case "NotDPortPriv": sock.destination_port >= 1024
            case "Protocol": number(sock.protocol)
            case "Family": number(sock.family)
            default: number(sock.state)
            }
        }

        private func number(_ number: UInt32) -> Bool {
            values.contains { value in
                let bounds = value.split(separator: ":").compactMap { UInt32($0) }
                return bounds[0] <= number && number <= bounds[bounds.count - 1]
            }
        }

        private func address<Bytes>(_ bytes: Bytes, _ family: UInt32) -> Bool {
            guard family == 2 || family == 10 else { return false }
            let address = withUnsafeBytes(of: bytes) { Array($0.prefix(family == 2 ? 4 : 16)) }
            func bits(_ bytes: [UInt8]) -> [UInt8] {
                bytes.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
            }
            let hit = values.contains { value in
                guard let block = AddressBlock(value), block.bytes.count == address.count else { return false }
                return bits(block.bytes).prefix(block.prefixLength) == bits(address).prefix(block.prefixLength)
            }
            return hit != name.hasPrefix("Not")
        }
    }

    @Test(arguments: 0..<60)
    func socketsAgreeWithTheirFilters(_ seed: Int) throws {
        var random = SeededRandom(state: UInt64(seed) + 501)
        func byte() -> UInt8 { [0, 1, 10, 127, 128, 255].randomElement(using: &random) ?? 0 }
        func block() -> String {
            if Bool.random(using: &random) {
                let text = (0..<4).map { _ in "\(byte())" }.joined(separator: ".")
                return Bool.random(using: &random) ? text : text + "/\(Int.random(in: 0...32, using: &random))"
            }
            let text = "fe80::\(byte()):\(byte())"
            return Bool.random(using: &random) ? text : text + "/\(Int.random(in: 0...128, using: &random))"
        }
        func number(_ most: Int) -> String {
            let one = Int.random(in: 0...most, using: &random)
            return Bool.random(using: &random) ? "\(one)" : "\(one):\(Int.random(in: one...most, using: &random))"
        }
        let names = [
            "SAddr", "NotSAddr", "DAddr", "NotDAddr", "SPort", "NotSPort", "DPort", "NotDPort", "SPortPriv",
            "NotSportPriv", "DPortPriv", "NotDPortPriv", "Protocol", "Family", "State",
        ]
        let filters = (0..<Int.random(in: 1...60, using: &random)).map { _ in
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                let name = names.randomElement(using: &random) ?? "SAddr"
                let count = name.hasSuffix("Priv") ? 0 : Int.random(in: 1...4, using: &random)
                return PlainFilter(
                    name: name,
                    values: (0..<count).map { _ in
                        name.hasSuffix("Addr") ? block() : number(name.hasSuffix("Port") ? 1100 : 12)
                    })
            }
        }
        let yaml = filters.map { selector in
            "    - matchArgs:\n"
                + selector.map { filter in
                    let values = filter.values.map { "\"\($0)\"" }.joined(separator: ", ")
                    return "      - {index: 0, operator: \(filter.name)\(values.isEmpty ? "" : ", values: [\(values)]")}\n"
                }.joined()
        }.joined()
        let plan = try compile(
            policy("s", call: "tcp_connect", args: "    - {index: 0, type: sock}", selectors: yaml))
        let lookup = KernelLookup(plan: try #require(plan.hooks.first))
        for _ in 0..<200 {
            var sock = shrike_sock()
            sock.family = [1, 2, 10].randomElement(using: &random) ?? 2
            sock.source_port = .random(in: 0...1100, using: &random)
            sock.destination_port = .random(in: 0...1100, using: &random)
            sock.protocol = .random(in: 0...12, using: &random)
            sock.state = .random(in: 0...12, using: &random)
            withUnsafeMutableBytes(of: &sock) { bytes in
                let isSix = bytes[0] == 10
                for offset in [40, 56] {
                    for index in 0..<(isSix ? 16 : 4) { bytes[offset + index] = isSix && index < 12 ? 0 : byte() }
                    if isSix { (bytes[offset], bytes[offset + 1]) = (0xfe, 0x80) }
                }
            }
            let alive = lookup.alive(object: sock, argument: 0)
            for (selector, all) in filters.enumerated() {
                let expected = all.allSatisfy { $0.holds(sock) }
                if alive.contains(selector) != expected {
                    Issue.record("seed \(seed): \(all) on \(sock): \(expected) expected")
                }
            }
        }
    }
}
