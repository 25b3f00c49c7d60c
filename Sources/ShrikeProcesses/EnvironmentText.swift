// SPDX-License-Identifier: Apache-2.0
// The environment of a process as JSON, printed when the operator asks for it.

internal import ShrikeJSON

/// Which variables processes carry.
public struct EnvironmentSelection: Sendable, Equatable {
    /// Names of variables, exact; empty: all.
    public var names: Set<String>

    /// Makes a selection.
    public init(names: Set<String> = []) { self.names = names }

    /// Most bytes of an environment that are kept; what is longer is cut and told by the flag `errorEnvs`.
    internal static let maximumBytes = 128 << 10
}

extension ByteBuffer {
    /// Appends `,"environment_variables":[…]`, or nothing when no variable is wanted.
    ///
    /// An entry without `=` is told as a variable called `invalid`, as the incumbent does.
    /// - Parameters:
    ///   - environment: entries that end in NUL.
    ///   - redact: takes secrets out of `NAME=value`; nil: nothing is taken out.
    internal mutating func append(
        environment: UnsafeRawBufferPointer, _ selection: EnvironmentSelection, redact: ((String) -> String)?
    ) {
        let start = count
        append(",\"environment_variables\":[")
        let first = count
        for entry in environment.split(separator: 0) {
            let equals = entry.firstIndex(of: UInt8(ascii: "="))
            if !selection.names.isEmpty {
                guard let equals, selection.names.contains(String(decoding: entry[..<equals], as: UTF8.self))
                else {
                    continue
                }
            }
            if count > first { append(byte: UInt8(ascii: ",")) }
            if let redact {
                append(variable: Array(redact(String(decoding: entry, as: UTF8.self)).utf8)[...])
            } else {
                append(variable: entry)
            }
        }
        if count == first { truncate(to: start) } else { append("]") }
    }

    private mutating func append<Bytes: Collection<UInt8>>(variable entry: Bytes) {
        let equals = entry.firstIndex(of: UInt8(ascii: "="))
        append("{\"Key\":\"")
        if let equals {
            append(escapingBytes: entry[..<equals])
        } else {
            append("invalid")
        }
        append("\"")
        let value = equals.map { entry[entry.index(after: $0)...] } ?? entry[...]
        if !value.isEmpty {
            append(",\"Value\":\"")
            append(escapingBytes: value)
            append("\"")
        }
        append("}")
    }

    private mutating func append<Bytes: Collection<UInt8>>(escapingBytes bytes: Bytes) {
        Array(bytes).withUnsafeBytes { append(escaping: $0) }
    }
}
