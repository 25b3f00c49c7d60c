// SPDX-License-Identifier: Apache-2.0
// Kernel objects and buffers as members of `args`. Members that are zero are left out, as in canonical proto3 JSON.

internal import ShrikeEvents
internal import ShrikeJSON
internal import ShrikeProcesses

extension LineEncoder {
    /// Sixteen hexadecimal digits.
    internal func append(
        capabilities argument: HookArgument, _ member: StaticString, to line: inout ByteBuffer
    ) {
        line.append("{\"")
        line.append(member)
        line.append("\":\"")
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: argument.integer >> UInt64(shift) & 0xf)
            line.append(byte: digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
        line.append("\"")
    }

    internal func append(capability argument: HookArgument, to line: inout ByteBuffer) {
        let number = Int32(truncatingIfNeeded: argument.integer)
        line.append("{\"capability_arg\":{\"value\":")
        line.append(decimal: Int64(number))
        line.append(",\"name\":\"")
        if let number = UInt32(exactly: number) {
            line.append(capabilityName: number)
        } else {
            line.append(decimal: Int64(number))
        }
        line.append("\"}")
    }

    internal func append(bpfCommand argument: HookArgument, to line: inout ByteBuffer) {
        line.append("{\"bpf_cmd_arg\":")
        let number = UInt32(truncatingIfNeeded: argument.integer)
        if let name = KernelName.bpfCommand(number) {
            line.append("\"")
            line.append(name)
            line.append("\"")
        } else {
            line.append(decimal: Int64(Int32(bitPattern: number)))
        }
    }

    /// Appends an element for each number; the last one without its end.
    internal func append(words argument: HookArgument, to line: inout ByteBuffer) {
        guard argument.payload.count >= MemoryLayout<UInt64>.size else { return appendError(to: &line) }
        let size = MemoryLayout<UInt64>.size
        for offset in stride(from: 0, through: argument.payload.count - size, by: size) {
            line.append(offset == 0 ? "{\"size_arg\":" : "},{\"size_arg\":")
            line.append(quoted: argument.payload.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    internal func append(systemCall argument: HookArgument, to line: inout ByteBuffer) {
        let number = UInt32(truncatingIfNeeded: argument.integer)
        let isCompat = number & 0x8000_0000 != 0
        line.append("{\"syscall_id\":{")
        if number & 0x7fff_ffff != 0 {
            line.append("\"id\":")
            line.append(decimal: number & 0x7fff_ffff)
            line.append(",")
        }
        #if arch(arm64)
            line.append(isCompat ? "\"abi\":\"arm32\"}" : "\"abi\":\"arm64\"}")
        #else
            line.append(isCompat ? "\"abi\":\"i386\"}" : "\"abi\":\"x64\"}")
        #endif
    }

    internal func append(credentials argument: HookArgument, to line: inout ByteBuffer) {
        guard let cred = CredentialsArgument(argument) else { return appendError(to: &line) }
        line.append("{\"process_credentials_arg\":{")
        line.append(credentialMembers: cred.credentials)
        line.append(",\"caps\":{")
        line.append(capabilityMembers: cred.credentials)
        line.append("},\"user_ns\":{")
        append(cred.userNamespace, to: &line)
        line.append("}}")
    }

    internal func append(userNamespace argument: HookArgument, to line: inout ByteBuffer) {
        guard let namespace = UserNamespaceArgument(argument) else { return appendError(to: &line) }
        line.append("{\"user_ns_arg\":{")
        append(namespace, to: &line)
        line.append("}")
    }

    private func append(_ namespace: UserNamespaceArgument, to line: inout ByteBuffer) {
        line.append("\"level\":")
        line.append(decimal: Int64(namespace.level))
        line.append(",\"uid\":")
        line.append(decimal: namespace.uid)
        line.append(",\"gid\":")
        line.append(decimal: namespace.gid)
        line.append(",\"ns\":{\"inum\":")
        line.append(decimal: namespace.inode)
        // The host's is the one at the top.
        if namespace.level == 0 { line.append(",\"is_host\":true") }
        line.append("}")
    }

    internal func append(module argument: HookArgument, to line: inout ByteBuffer) {
        guard let module = ModuleArgument(argument) else { return appendError(to: &line) }
        line.append("{\"module_arg\":{")
        var members = 0
        if !module.name.bytes.isEmpty {
            line.append("\"name\":\"")
            line.append(escaping: module.name.bytes)
            line.append("\"")
            members += 1
        }
        if argument.type == .loadInfo {
            if members > 0 { line.append(",") }
            line.append(module.isSignatureOK ? "\"signature_ok\":true" : "\"signature_ok\":false")
            members += 1
        }
        var isFirst = true
        for bit in UInt32(0)..<64 where module.taints >> UInt64(bit) & 1 != 0 {
            guard let name = KernelName.taint(bit) else { continue }
            if isFirst, members > 0 { line.append(",") }
            line.append(isFirst ? "\"tainted\":[\"" : ",\"")
            line.append(name)
            line.append("\"")
            isFirst = false
        }
        line.append(isFirst ? "}" : "]}")
    }

    internal func append(
        bpfProgram argument: HookArgument, _ member: StaticString, to line: inout ByteBuffer
    ) {
        guard let program = BPFProgramArgument(argument) else { return appendError(to: &line) }
        line.append("{\"")
        line.append(member)
        line.append("\":{\"ProgType\":\"")
        line.append(KernelName.programType(program.type), orNumber: program.type)
        line.append("\"")
        line.append(nonZero: program.instructionCount, ",\"InsnCnt\":")
        line.append(",\"ProgName\":", unlessEmpty: program.name)
        line.append("}")
    }

    internal func append(bpfMap argument: HookArgument, to line: inout ByteBuffer) {
        guard let map = BPFMapArgument(argument) else { return appendError(to: &line) }
        line.append("{\"bpf_map_arg\":{\"MapType\":\"")
        line.append(KernelName.mapType(map.type), orNumber: map.type)
        line.append("\"")
        line.append(nonZero: map.keySize, ",\"KeySize\":")
        line.append(nonZero: map.valueSize, ",\"ValueSize\":")
        line.append(nonZero: map.maxEntries, ",\"MaxEntries\":")
        line.append(",\"MapName\":", unlessEmpty: map.name)
        line.append("}")
    }

    internal func append(perfEvent argument: HookArgument, to line: inout ByteBuffer) {
        guard let event = PerfEventArgument(argument) else { return appendError(to: &line) }
        line.append("{\"perf_event_arg\":{")
        if !event.function.bytes.isEmpty {
            line.append("\"KprobeFunc\":\"")
            line.append(escaping: event.function.bytes)
            line.append("\",")
        }
        line.append("\"Type\":\"")
        line.append(KernelName.perfType(event.type), orNumber: event.type)
        line.append("\"")
        line.append(nonZero: event.config, ",\"Config\":")
        line.append(nonZero: event.probeOffset, ",\"ProbeOffset\":")
        line.append("}")
    }

    internal func append(unixAddress argument: HookArgument, to line: inout ByteBuffer) {
        line.append("{\"sockaddrun_arg\":{\"family\":\"")
        line.append(NetworkName.family(argument.addressFamily), orNumber: argument.addressFamily)
        line.append("\"")
        if argument.isAbstractName || !argument.payload.isEmpty {
            line.append(",\"path\":\"")
            if argument.isAbstractName { line.append("@") }
            line.append(escaping: argument.payload)
            line.append("\"")
        }
        line.append("}")
    }

    internal func append(buffer argument: HookArgument, to line: inout ByteBuffer) {
        let isWhole = !argument.flags.contains(.truncated)
        line.append(isWhole ? "{\"bytes_arg\":\"" : "{\"truncated_bytes_arg\":{\"bytes_arg\":\"")
        line.append(base64: argument.payload)
        line.append("\"")
        if isWhole { return }
        line.append(",\"orig_size\":")
        line.append(quoted: UInt64(argument.originalSize))
        line.append("}")
    }
}

extension ByteBuffer {
    /// Appends a 64-bit member unless it is zero.
    fileprivate mutating func append(nonZero value: UInt64, _ name: StaticString) {
        guard value != 0 else { return }
        append(name)
        append(quoted: value)
    }

    fileprivate mutating func append(_ name: StaticString, unlessEmpty text: FixedText) {
        guard !text.bytes.isEmpty else { return }
        append(name)
        append("\"")
        append(escaping: text.bytes)
        append("\"")
    }

    /// Appends the base64 of a literal.
    internal mutating func append(base64Of text: StaticString) {
        // SAFETY: a StaticString with a pointer representation lives as long as the program.
        append(base64: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
