// SPDX-License-Identifier: Apache-2.0
// Prints a system call from its number and raw arguments, as `openat(int dfd=3, const char *filename=…)`.

import ShrikeControl
import ShrikeSystemCalls

/// The text of the raw_syscalls/sys_enter tracepoint.
enum SyscallText {
    /// Gives the call with its arguments, as far as they are known.
    ///
    /// The first argument of the event is the number; the raw arguments of the call follow.
    /// - Parameter exactly: print the spaces that the incumbent prints.
    static func text(_ arguments: [Tetragon_KprobeArgument], exactly: Bool) -> String {
        guard let (abi, number) = call(arguments.first), let name = SystemCalls.name(of: number, abi: abi)
        else {
            return "unknown"
        }
        let title = abi == SystemCalls.defaultABI ? name : "\(abi)/\(name)"
        // The table is that of this ABI's calls, so the name without prefix decides.
        guard abi == SystemCalls.defaultABI, let parameters = self.parameters[name] else { return title }
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
        case .longArg(let number): (SystemCalls.defaultABI, Int(number))
        case .syscallID(let call): (call.abi, Int(call.id))
        default: nil
        }
    }

    private static func size(_ argument: Tetragon_KprobeArgument) -> UInt64? {
        guard case .sizeArg(let value) = argument.arg else { return nil }
        return value
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
