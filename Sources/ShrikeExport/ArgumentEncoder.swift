// SPDX-License-Identifier: Apache-2.0
// Arguments of a hook as members of `args`.

internal import ShrikeEvents
internal import ShrikeJSON

extension LineEncoder {
    /// Appends `,"args":[…]`, or the same as `data`, with exactly the arguments that a policy declares, in its order.
    /// - Returns: false when one of them is not in the record.
    internal func append(
        _ arguments: Range<Int>, as member: StaticString = ",\"args\":[", of hook: PreparedHook,
        _ record: HookRecord, to line: inout ByteBuffer
    ) -> Bool {
        guard !arguments.isEmpty else { return true }
        var fits = true
        line.append(member)
        for position in arguments {
            if position > arguments.lowerBound { line.append(",") }
            if !append(hook.arguments[position], of: hook, record, to: &line) { fits = false }
        }
        line.append("]")
        return fits
    }

    /// Appends `,"return":{…}`.
    /// - Returns: false when the value is not in the record.
    internal func append(
        result: PreparedHook.Argument, of hook: PreparedHook, _ record: HookRecord, to line: inout ByteBuffer
    ) -> Bool {
        line.append(",\"return\":")
        return append(result, of: hook, record, to: &line)
    }

    private func append(
        _ layout: PreparedHook.Argument, of hook: PreparedHook, _ record: HookRecord,
        to line: inout ByteBuffer
    ) -> Bool {
        let isThere = layout.slot >= 0 && layout.slot < record.argumentCount
        if isThere {
            append(record.argument(layout.slot), as: layout.type, to: &line)
        } else {
            appendError(to: &line)
        }
        line.append(hook.bytes(layout.end))
        return isThere
    }

    /// Appends an argument without the end of its object, which the layout has.
    private func append(_ argument: HookArgument, as type: ArgumentType, to line: inout ByteBuffer) {
        if argument.flags.contains(.badPointer) {
            line.append(
                "{\"error_arg\":{\"Message\":\"Bad address encountered during resolve dereference at depth ")
            line.append(decimal: argument.mode)
            line.append("\"}")
            return
        }
        if argument.flags.contains(.error), type.isBuffer {
            line.append("{\"bytes_arg\":\"")
            line.append(base64Of: "CharBufErrorPageFault")
            line.append("\"")
            return
        }
        guard !argument.flags.contains(.error), argument.type.isInteger == type.isInteger,
            argument.type.structureSize == type.structureSize
        else {
            return appendError(to: &line)
        }
        switch type {
        case .none:
            appendError(to: &line)
        case .int8, .int16, .int32:
            line.append("{\"int_arg\":")
            line.append(decimal: Int64(Int32(truncatingIfNeeded: argument.integer)))
        case .uint8, .uint16, .uint32:
            line.append("{\"uint_arg\":")
            line.append(decimal: UInt32(truncatingIfNeeded: argument.integer))
        case .int64:
            line.append("{\"long_arg\":")
            line.append(quoted: Int64(bitPattern: argument.integer))
        case .uint64, .size:
            line.append("{\"size_arg\":")
            line.append(quoted: argument.integer)
        case .string, .filename, .netDevice:
            line.append("{\"string_arg\":\"")
            line.append(escaping: argument.payload)
            line.append("\"")
        case .file, .fd, .kiocb:
            line.append("{\"file_arg\":{")
            append(path: argument, to: &line)
        case .path, .dentry:
            line.append("{\"path_arg\":{")
            append(path: argument, to: &line)
        case .binprm:
            line.append("{\"linux_binprm_arg\":{")
            append(path: argument, to: &line)
        case .sock, .socket:
            append(sock: argument, to: &line)
        case .skb:
            append(packet: argument, to: &line)
        case .sockaddr:
            append(socketAddress: argument, to: &line)
        case .unixAddress:
            append(unixAddress: argument, to: &line)
        case .kernelCap:
            append(capabilities: argument, "kernel_cap_t_arg", to: &line)
        case .capInheritable:
            append(capabilities: argument, "cap_inheritable_arg", to: &line)
        case .capPermitted:
            append(capabilities: argument, "cap_permitted_arg", to: &line)
        case .capEffective:
            append(capabilities: argument, "cap_effective_arg", to: &line)
        case .capability:
            append(capability: argument, to: &line)
        case .bpfCommand:
            append(bpfCommand: argument, to: &line)
        case .systemCall:
            append(systemCall: argument, to: &line)
        case .cred:
            append(credentials: argument, to: &line)
        case .userNamespace:
            append(userNamespace: argument, to: &line)
        case .module, .loadInfo:
            append(module: argument, to: &line)
        case .bpfAttributes:
            append(bpfProgram: argument, "bpf_attr_arg", to: &line)
        case .bpfProgram:
            append(bpfProgram: argument, "bpf_prog_arg", to: &line)
        case .bpfMap:
            append(bpfMap: argument, to: &line)
        case .perfEvent:
            append(perfEvent: argument, to: &line)
        case .words:
            append(words: argument, to: &line)
        case .charBuffer, .ioVector, .ioIterator:
            append(buffer: argument, to: &line)
        }
    }

    private func append(path argument: HookArgument, to line: inout ByteBuffer) {
        line.append("\"path\":\"")
        if argument.payload.isEmpty || argument.flags.contains(.pathless) {
            line.append("/")
        } else {
            line.append(escaping: argument.payload)
        }
        line.append("\"")
        if argument.flags.contains(.truncated) { line.append(",\"flags\":\"unresolvedPathComponents\"") }
        line.append(",\"permission\":\"")
        line.append(permission: argument.mode)
        line.append("\"}")
    }

    internal func appendError(to line: inout ByteBuffer) {
        line.append("{\"error_arg\":{\"Message\":\"Bad address for basic type\"}")
    }
}
