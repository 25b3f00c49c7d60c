// SPDX-License-Identifier: Apache-2.0
// Why a file says nothing of functions or probes.

/// What is wrong with a file, or what it does not have. The text says it to whoever wrote the file's path.
public struct ELFError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line, without the path.
    public let description: String

    /// With that text.
    public init(_ description: String) { self.description = description }
}
