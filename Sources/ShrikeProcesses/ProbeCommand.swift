// SPDX-License-Identifier: Apache-2.0
// Commands that kubelet executes in a container to see how it is, and whether a process is one.

internal import ShrikeJSON

/// The command of a container's liveness or readiness probe, in the form that processes are rendered in.
///
/// Not the arguments of a process are taken apart: joined, they have lost where one ends. The command is joined by the same
/// rule, and the texts are compared.
public struct ProbeCommand: Sendable, Equatable {
    /// The path, or the name alone where it is not absolute; escaped as in JSON.
    private var program: [UInt8]
    private var isPath: Bool
    /// What follows the first word, joined.
    private var arguments: [UInt8]
    /// The same for a script: the kernel gives its interpreter the script's path first.
    private var scriptArguments: [UInt8]

    /// - Parameter words: the command; nil is the answer to an empty one.
    public init?(_ words: [String]) {
        guard let first = words.first, !first.isEmpty else { return nil }
        isPath = first.hasPrefix("/")
        program = Self.escaped(isPath ? first : String(first.split(separator: "/").last ?? ""))
        arguments = Self.joined(words.dropFirst())
        scriptArguments = Self.joined(words[...])
    }

    /// Whether a process is this command.
    /// - Parameters:
    ///   - binary: the path, escaped as in JSON.
    ///   - arguments: those behind the first, joined and escaped.
    internal func matches(binary: UnsafeRawBufferPointer, arguments: UnsafeRawBufferPointer) -> Bool {
        guard isPath else {
            let name = binary.lastIndex(of: UInt8(ascii: "/")).map { binary[($0 + 1)...] } ?? binary[...]
            return name.elementsEqual(program) && arguments.elementsEqual(self.arguments)
        }
        return binary.elementsEqual(program)
            && (arguments.elementsEqual(self.arguments) || arguments.elementsEqual(scriptArguments))
    }

    private static func escaped(_ text: String) -> [UInt8] {
        var buffer = ByteBuffer(capacity: text.utf8.count + 16)
        buffer.append(escaping: text)
        return Array(buffer.bytes)
    }

    private static func joined(_ words: ArraySlice<String>) -> [UInt8] {
        var block: [UInt8] = []
        for word in words { block += Array(word.utf8) + [0] }
        var buffer = ByteBuffer(capacity: block.count + 16)
        block.withUnsafeBytes { buffer.append(joining: $0, keepsTrailing: false) }
        return Array(buffer.bytes)
    }
}
