// SPDX-License-Identifier: Apache-2.0
// From the name of a system call to the kernel symbol of its entry.

/// Names of system call entries.
public enum SyscallSymbol {
    /// The prefix of this machine's entries, for example `__x64_`.
    public static let prefix: String = {
        #if arch(x86_64)
            "__x64_"
        #elseif arch(arm64)
            "__arm64_"
        #else
            ""
        #endif
    }()

    /// The prefix of entries of 32-bit programs on x86-64.
    public static let compatPrefix = "__ia32_"

    /// Prefixes of all entries that the language knows.
    static let allPrefixes = ["__x64_", "__ia32_", "__arm64_", "__arm32_"]

    /// The kernel symbol: `sys_openat` becomes `__x64_sys_openat`, a name with any architecture's
    /// prefix stays.
    public static func symbol(for call: String) -> String {
        allPrefixes.contains { call.hasPrefix($0) } ? call : prefix + call
    }

    /// The kernel symbol of a value in a list of type `syscalls`: as above, or `ABI/sys_openat`.
    ///
    /// Where structures or numbers differ, 32-bit programs enter another function (`COMPAT_SYSCALL_DEFINE`): the kernel
    /// has `__ia32_sys_lseek`, and nobody calls it.
    static func symbol(forListValue value: String, _ kernel: (any KernelFacts)?) -> String {
        if value.hasPrefix("i386/"), let kernel {
            let compat = compatPrefix + "compat_" + value.dropFirst("i386/".count)
            if kernel.isCompatEntry(compat) { return compat }
        }
        let parts = value.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else { return symbol(for: value) }
        let prefixes: [Substring: String] = [
            "x64": "__x64_", "i386": "__ia32_", "arm64": "__arm64_", "arm32": "__arm64_",
        ]
        return (prefixes[parts[0]] ?? prefix) + parts[1]
    }

    /// The name without any prefix: `openat` for `sys_openat` and `__x64_sys_openat`; nil if it is
    /// not written as a system call.
    public static func bareName(of call: String) -> String? {
        let name = allPrefixes.first { call.hasPrefix($0) }.map { call.dropFirst($0.count) } ?? call[...]
        if call.hasPrefix(compatPrefix), name.hasPrefix("compat_sys_") {
            return String(name.dropFirst("compat_sys_".count))
        }
        return name.hasPrefix("sys_") ? String(name.dropFirst("sys_".count)) : nil
    }
}
