// SPDX-License-Identifier: Apache-2.0
// Credentials and namespaces as JSON members of a process, printed when the operator asks for them.

package import ShrikeEvents
package import ShrikeJSON

/// Names as the event reference spells them (DAC_OVERRIDE really has no prefix).
private let capabilityNames = [
    "CAP_CHOWN", "DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
    "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
]

/// SECBIT_* in the order of their bits.
private let secureBitNames = [
    "SecBitNoRoot", "SecBitNoRootLocked", "SecBitNoSetUidFixup", "SecBitNoSetUidFixupLocked",
    "SecBitKeepCaps",
    "SecBitKeepCapsLocked", "SecBitNoCapAmbientRaise", "SecBitNoCapAmbientRaiseLocked",
]

extension ByteBuffer {
    /// Appends `,"cap":{…}`.
    internal mutating func append(capabilities credentials: Credentials) {
        append(",\"cap\":{")
        append(capabilityMembers: credentials)
        append("}")
    }

    /// Appends the three sets of capabilities, each unless it is empty.
    package mutating func append(capabilityMembers credentials: Credentials) {
        var comma = false
        append(capabilitySet: "permitted", credentials.permitted, &comma)
        append(capabilitySet: "effective", credentials.effective, &comma)
        append(capabilitySet: "inheritable", credentials.inheritable, &comma)
    }

    /// Appends the name of a capability, or its number.
    package mutating func append(capabilityName number: UInt32) {
        if number < capabilityNames.count {
            append(utf8: capabilityNames[Int(number)])
        } else {
            append(decimal: number)
        }
    }

    /// Appends `,"process_credentials":{…}`.
    internal mutating func append(processCredentials credentials: Credentials) {
        append(",\"process_credentials\":{")
        append(credentialMembers: credentials)
        append("}")
    }

    /// Appends ids and securebits, the members that credentials have everywhere.
    package mutating func append(credentialMembers credentials: Credentials) {
        append("\"uid\":")
        append(decimal: credentials.uid)
        append(",\"gid\":")
        append(decimal: credentials.gid)
        append(",\"euid\":")
        append(decimal: credentials.euid)
        append(",\"egid\":")
        append(decimal: credentials.egid)
        append(",\"suid\":")
        append(decimal: credentials.suid)
        append(",\"sgid\":")
        append(decimal: credentials.sgid)
        append(",\"fsuid\":")
        append(decimal: credentials.fsuid)
        append(",\"fsgid\":")
        append(decimal: credentials.fsgid)
        if credentials.securebits & 0xff != 0 {
            append(",\"securebits\":[")
            append(bits: UInt64(credentials.securebits & 0xff), names: secureBitNames)
            append("]")
        }
    }

    /// Appends `,"ns":{…}`; a namespace is the host's when it is the one of pid 1.
    internal mutating func append(namespaces: Namespaces, host: Namespaces) {
        append(",\"ns\":{")
        var comma = false
        append(namespace: "uts", namespaces.uts, host.uts, &comma)
        append(namespace: "ipc", namespaces.ipc, host.ipc, &comma)
        append(namespace: "mnt", namespaces.mnt, host.mnt, &comma)
        append(namespace: "pid", namespaces.pid, host.pid, &comma)
        append(namespace: "pid_for_children", namespaces.pidForChildren, host.pidForChildren, &comma)
        append(namespace: "net", namespaces.net, host.net, &comma)
        append(namespace: "time", namespaces.time, host.time, &comma)
        append(namespace: "time_for_children", namespaces.timeForChildren, host.timeForChildren, &comma)
        append(namespace: "cgroup", namespaces.cgroup, host.cgroup, &comma)
        append(namespace: "user", namespaces.user, host.user, &comma)
        append("}")
    }

    private mutating func append(capabilitySet name: StaticString, _ bits: UInt64, _ comma: inout Bool) {
        guard bits != 0 else { return }
        append(memberName: name, &comma)
        append(":[")
        append(bits: bits, names: capabilityNames)
        append("]")
    }

    private mutating func append(
        namespace name: StaticString, _ number: UInt32, _ host: UInt32, _ comma: inout Bool
    ) {
        guard number != 0 else { return }
        append(memberName: name, &comma)
        append(":{\"inum\":")
        append(decimal: number)
        if number == host { append(",\"is_host\":true") }
        append("}")
    }

    private mutating func append(memberName name: StaticString, _ comma: inout Bool) {
        if comma { append(",") }
        comma = true
        append("\"")
        append(name)
        append("\"")
    }

    /// Appends the names of the bits as strings; a bit without a name as its number.
    private mutating func append(bits: UInt64, names: [String]) {
        var rest = bits
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            rest &= rest - 1
            if bit < names.count {
                append(jsonString: names[bit])
            } else {
                append(decimal: UInt32(bit))
            }
            if rest != 0 { append(",") }
        }
    }
}
