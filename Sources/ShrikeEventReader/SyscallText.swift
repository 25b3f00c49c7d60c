// SPDX-License-Identifier: Apache-2.0
// Prints a system call from its number and raw arguments, as `openat(int dfd=3, const char *filename=…)`.

import ShrikeControl

/// The text of the raw_syscalls/sys_enter tracepoint.
enum SyscallText {
    /// The ABI of the machine that this program was built for; its names are printed without prefix.
    static let defaultABI: String = {
        #if arch(arm64)
            "arm64"
        #else
            "x64"
        #endif
    }()

    /// Gives the call with its arguments, as far as they are known.
    ///
    /// The first argument of the event is the number; the raw arguments of the call follow.
    /// - Parameter exactly: print the spaces that the incumbent prints.
    static func text(_ arguments: [Tetragon_KprobeArgument], exactly: Bool) -> String {
        guard let (abi, number) = call(arguments.first), let name = names[abi]?[number] else {
            return "unknown"
        }
        let title = abi == defaultABI ? name : "\(abi)/\(name)"
        // The table is that of this ABI's calls, so the name without prefix decides.
        guard abi == defaultABI, let parameters = self.parameters[name] else { return title }
        let texts = parameters.enumerated().map { index, parameter in
            let value = arguments.count > index + 1 ? size(arguments[index + 1]) : nil
            let isPointer = parameter.type.hasSuffix("*")
            let space = isPointer && (value != nil || !exactly) ? "" : " "
            let text =
                value.map { isPointer ? "0x" + String($0, radix: 16) : String($0) } ?? "?"
            return "\(parameter.type)\(space)\(parameter.name)=\(text)"
        }
        return "\(title)(\(texts.joined(separator: ", ")))"
    }

    private static func call(_ argument: Tetragon_KprobeArgument?) -> (abi: String, number: Int)? {
        switch argument?.arg {
        case .longArg(let number): (defaultABI, Int(number))
        case .syscallID(let call): (call.abi, Int(call.id))
        default: nil
        }
    }

    private static func size(_ argument: Tetragon_KprobeArgument) -> UInt64? {
        guard case .sizeArg(let value) = argument.arg else { return nil }
        return value
    }

    private static let names: [String: [Int: String]] = [
        "x64": numbered(SyscallNumbers.x64),
        "i386": numbered(SyscallNumbers.i386),
        "arm64": numbered(SyscallNumbers.arm64),
    ]

    private static func numbered(_ table: String) -> [Int: String] {
        var names: [Int: String] = [:]
        var number = 0
        for word in table.split(separator: " ") {
            if word.hasPrefix("@"), let next = Int(word.dropFirst()) {
                number = next
            } else {
                names[number] = String(word)
                number += 1
            }
        }
        return names
    }

    private static let parameters: [String: [(type: String, name: String)]] = {
        var parameters: [String: [(type: String, name: String)]] = [:]
        for line in SyscallArguments.table.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let list = line[line.index(after: colon)...]
            parameters[String(line[..<colon])] = list.split(separator: ",").compactMap { parameter in
                let parts = parameter.split(separator: "|")
                return parts.count == 2 ? (String(parts[0].drop { $0 == " " }), String(parts[1])) : nil
            }
        }
        return parameters
    }()
}
