// SPDX-License-Identifier: Apache-2.0
// Stack traces as JSON. Addresses that have no name are left out.

internal import ShrikeEvents
internal import ShrikeJSON
internal import ShrikeSymbols

/// Writes the stacks of a record.
internal struct StackEncoder {
    internal let symbols: StackSymbols
    internal let exposesAddresses: Bool

    /// `,"kernel_stack_trace":[…]`; nothing when no frame has a name.
    /// - Parameter function: the hooked one, where the trace begins; what is inside is the way into our program, as
    ///   `bpf_lsm_…`.
    internal func append(kernel record: HookRecord, from function: String, to line: inout ByteBuffer) {
        let frames = named(record.kernelStack) { symbols.kernelFrame(at: $0) }
        let start = frames.firstIndex { $0.frame.symbol == function } ?? 0
        append(",\"kernel_stack_trace\":[", frames[start...], to: &line)
    }

    /// `,"user_stack_trace":[…]`; nothing when no frame has a name.
    internal func append(user record: HookRecord, to line: inout ByteBuffer) {
        let frames = named(record.userStack) {
            symbols.userFrame(at: $0, pid: record.process.pid, start: record.process.ktime)
        }
        append(",\"user_stack_trace\":[", frames[...], to: &line)
    }

    private typealias Named = (address: UInt64, frame: StackFrame)

    private func named(_ addresses: StackAddresses, _ frame: (UInt64) -> StackFrame?) -> [Named] {
        addresses.compactMap { address in frame(address).map { (address, $0) } }
    }

    private func append(_ name: StaticString, _ frames: ArraySlice<Named>, to line: inout ByteBuffer) {
        guard !frames.isEmpty else { return }
        line.append(name)
        for (number, entry) in frames.enumerated() {
            if number > 0 { line.append(",") }
            append(entry.frame, entry.address, to: &line)
        }
        line.append("]")
    }

    private func append(_ frame: StackFrame, _ address: UInt64, to line: inout ByteBuffer) {
        var separator: StaticString = "{"
        func member(_ name: StaticString) {
            line.append(separator)
            line.append(name)
            separator = ","
        }
        if exposesAddresses {
            member("\"address\":")
            line.append(quoted: address)
        }
        if frame.offset != 0 {
            member("\"offset\":")
            line.append(quoted: frame.offset)
        }
        if let symbol = frame.symbol {
            member("\"symbol\":")
            line.append(jsonString: symbol)
        }
        if let module = frame.module {
            member("\"module\":")
            line.append(jsonString: module)
        }
        line.append("}")
    }
}
