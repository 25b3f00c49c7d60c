// SPDX-License-Identifier: Apache-2.0
// The capabilities of Linux, by number: include/uapi/linux/capability.h.

/// Names of capabilities.
public enum Capability {
    /// The names by number, without `CAP_`.
    public static let names = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK",
        "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE",
        "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND",
        "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ]

    /// The number of a capability, written with or without `CAP_`, in any case.
    public static func number(of name: String) -> Int? {
        let upper = trimmed(name).uppercased()
        return names.firstIndex(of: upper.hasPrefix("CAP_") ? String(upper.dropFirst(4)) : upper)
    }

    /// The bits of a value of a capability mask: a number, or names separated by commas.
    public static func mask(_ text: String) -> UInt64? {
        if let number = IntegerSyntax.parse(text) { return UInt64(exactly: number) }
        var mask: UInt64 = 0
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = number(of: String(name)) else { return nil }
            mask |= 1 << UInt64(number)
        }
        return mask
    }

    private static func trimmed(_ name: String) -> Substring {
        var name = name[...]
        while name.first == " " { name.removeFirst() }
        while name.last == " " { name.removeLast() }
        return name
    }
}
