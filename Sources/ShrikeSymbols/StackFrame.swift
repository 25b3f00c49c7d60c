// SPDX-License-Identifier: Apache-2.0
// A place in a stack, named.

/// Where an address of a stack is.
public struct StackFrame: Sendable, Equatable {
    /// The function; nil when only the file is known.
    public var symbol: String?
    /// Bytes from the function's beginning, or, without one, from address 0 of the file as it is linked.
    public var offset: UInt64
    /// The file, as the process names it; nil in the kernel.
    public var module: String?

    /// A frame.
    public init(symbol: String?, offset: UInt64, module: String? = nil) {
        self.symbol = symbol
        self.offset = offset
        self.module = module
    }
}
