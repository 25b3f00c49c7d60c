// SPDX-License-Identifier: Apache-2.0
// Arguments of hooks as text, for lines of hooks that have no form of their own.

import FoundationEssentials
import ShrikeControl

/// Gives arguments a text.
enum ArgumentText {
    /// The text of an argument, or `nil` for one that says nothing in a word or two.
    static func text(_ argument: Tetragon_KprobeArgument) -> String? {
        switch argument.arg {
        case .stringArg(let text): text
        case .fileArg(let file): file.path
        case .pathArg(let path): path.path
        case .linuxBinprmArg(let program): program.path
        case .intArg(let value): String(value)
        case .uintArg(let value): String(value)
        case .longArg(let value): String(value)
        case .sizeArg(let value): String(value)
        case .bytesArg(let bytes): "(\(bytes.count)_bytes)"
        case .truncatedBytesArg(let bytes): "(\(bytes.origSize)_bytes)"
        case .sockArg(let socket):
            "\(socket.saddr):\(socket.sport)->\(socket.daddr):\(socket.dport)"
        case .skbArg(let packet):
            "\(packet.saddr):\(packet.sport)->\(packet.daddr):\(packet.dport)"
        case .sockaddrArg(let address): "\(address.addr):\(address.port)"
        case .sockaddrunArg(let address): address.path
        case .capabilityArg(let capability): capability.name
        case .moduleArg(let module): module.name
        case .netDevArg(let device): device.name
        case .bpfAttrArg(let program): program.progName
        case .bpfProgArg(let program): program.progName
        case .bpfMapArg(let map): map.mapName
        case .perfEventArg(let event): event.kprobeFunc
        case .bpfCmdArg(let command): BPFCommandText.text(command)
        case .syscallID(let call): "\(call.abi)/\(call.id)"
        case .errorArg: "?"
        default: nil
        }
    }
}

/// The names of bpf(2) commands.
private enum BPFCommandText {
    /// `BPF_MAP_CREATE` for the case `bpfMapCreate`.
    static func text(_ command: Tetragon_BpfCmd) -> String {
        if case .UNRECOGNIZED(let number) = command { return String(number) }
        var text = ""
        for character in String(describing: command) {
            if character.isUppercase, text.last?.isLowercase ?? false { text.append("_") }
            text.append(character)
        }
        return text.uppercased()
    }
}
