// SPDX-License-Identifier: Apache-2.0
// An argument of a recorded event as a test writes it. Flow style: JSON is YAML, so one line holds any value.

internal import ShrikeControl
internal import ShrikeLint
internal import SwiftProtobuf

extension Tetragon_KprobeArgument {
    /// The value in YAML; nil when no filter can look at values of this kind.
    func testValue() throws(RecordingGap) -> String? {
        switch arg {
        case .stringArg(let text): return JSONValue.quoted(text)
        case .intArg(let number): return String(number)
        case .uintArg(let number): return String(number)
        case .sizeArg(let number): return String(number)
        case .longArg(let number): return String(number)
        case .bytesArg(let bytes): return Self.hex(Array(bytes))
        case .truncatedBytesArg(let bytes):
            guard bytes.origSize <= bytes.bytesArg.count else {
                throw RecordingGap("a buffer was cut when it was recorded")
            }
            return Self.hex(Array(bytes.bytesArg))
        case .pathArg(let path): return try Self.file(path.path, path.flags, path.permission)
        case .fileArg(let file): return try Self.file(file.path, file.flags, file.permission)
        case .linuxBinprmArg(let file): return try Self.file(file.path, file.flags, file.permission)
        case .sockArg(let sock):
            return Self.address(
                sock.saddr, sock.sport, sock.daddr, sock.dport, family: sock.family,
                protocol: sock.protocol, state: sock.state)
        case .skbArg(let packet):
            return Self.address(
                packet.saddr, packet.sport, packet.daddr, packet.dport, family: packet.family,
                protocol: packet.protocol)
        case .sockaddrArg(let address):
            return Self.address(address.addr, address.port, "", 0, family: address.family)
        case .sockaddrunArg(let address):
            return address.path.hasPrefix("@")
                ? "{abstract: \(JSONValue.quoted(String(address.path.dropFirst())))}"
                : JSONValue.quoted(address.path)
        case .capabilityArg(let capability): return String(capability.value.value)
        case .kernelCapTArg(let digits), .capInheritableArg(let digits), .capPermittedArg(let digits),
            .capEffectiveArg(let digits):
            return "0x" + digits
        case .netDevArg(let device): return JSONValue.quoted(device.name)
        case .bpfCmdArg(let command): return String(command.rawValue)
        case .syscallID(let call): return String(call.id)
        case .errorArg(let error): throw RecordingGap("an argument was not recorded (\(error.message))")
        case .credArg, .bpfAttrArg, .perfEventArg, .bpfMapArg, .userNamespaceArg, .processCredentialsArg,
            .userNsArg, .moduleArg, .bpfProgArg, nil:
            return nil
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        let text = bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
        return "{hex: \"\(text)\"}"
    }

    /// - Parameter permission: as `ls -l` prints it; its first letter is the type.
    private static func file(
        _ path: String, _ flags: String, _ permission: String
    ) throws(RecordingGap) -> String {
        guard !flags.contains("unresolvedPathComponents") else {
            throw RecordingGap("a path was cut when it was recorded")
        }
        let types: [Character: String] = [
            "d": "dir", "l": "lnk", "p": "fifo", "s": "sock", "b": "blk", "c": "chr",
        ]
        let type = permission.first.flatMap { types[$0] }
        guard !path.isEmpty else { return "{pathless: true\(type.map { ", type: \($0)" } ?? "")}" }
        guard let type else { return JSONValue.quoted(path) }
        return "{path: \(JSONValue.quoted(path)), type: \(type)}"
    }

    private static func address(
        _ source: String, _ sourcePort: UInt32, _ destination: String, _ destinationPort: UInt32,
        family: String, protocol name: String = "", state: String = ""
    ) -> String {
        let fields = [
            ("saddr", source), ("sport", sourcePort == 0 ? "" : String(sourcePort)), ("daddr", destination),
            ("dport", destinationPort == 0 ? "" : String(destinationPort)), ("family", family),
            ("protocol", name), ("state", state),
        ]
        return "{"
            + fields.filter { !$0.1.isEmpty }.map { "\($0): \(JSONValue.quoted($1))" }.joined(separator: ", ")
            + "}"
    }
}
