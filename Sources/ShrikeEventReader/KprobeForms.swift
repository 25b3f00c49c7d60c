// SPDX-License-Identifier: Apache-2.0
// The kernel functions that have a line of their own, in one table.

import ShrikeControl

/// How the line of a kernel function looks.
struct KprobeForm: Sendable {
    /// The emoji and the kind; some depend on the arguments.
    let title: @Sendable (Tetragon_ProcessKprobe) -> CompactTitle
    /// Appends what follows the binary and its space.
    let rest: @Sendable (inout CompactLine, Tetragon_ProcessKprobe) -> Void
    /// The function has no form of its own: its name and arguments are printed.
    var isGeneric = false

    private init(
        title: @escaping @Sendable (Tetragon_ProcessKprobe) -> CompactTitle,
        rest: @escaping @Sendable (inout CompactLine, Tetragon_ProcessKprobe) -> Void
    ) {
        self.title = title
        self.rest = rest
    }

    private init(
        _ emoji: String, _ kind: String,
        _ rest: @escaping @Sendable (inout CompactLine, Tetragon_ProcessKprobe) -> Void
    ) {
        self.init(title: { _ in CompactTitle(emoji, kind) }, rest: rest)
    }

    /// Finds the form of a function; the prefixes that architectures give to system calls do not count.
    static func form(of kprobe: Tetragon_ProcessKprobe) -> KprobeForm {
        let name = kprobe.functionName
        for prefix in ["__x64_", "__arm64_", "__ia32_"] where name.hasPrefix(prefix) {
            return forms[String(name.dropFirst(prefix.count))] ?? generic
        }
        return forms[name] ?? generic
    }

    private static let generic: KprobeForm = {
        var form = KprobeForm("❓", "syscall") { _, _ in }
        form.isGeneric = true
        return form
    }()

    private static let forms: [String: KprobeForm] = [
        "sys_write": KprobeForm("📝", "write", fileAndSize),
        "sys_read": KprobeForm("📚", "read", fileAndSize),
        "fd_install": KprobeForm("📬", "open") { $0.file($1.args, 1) },
        "sys_openat": KprobeForm("📬\u{FE0F}", "openat") { $0.string($1.args, 1) },
        // Index 1 holds the flags; it is what the incumbent reads, and readers compare lines.
        "sys_open": KprobeForm("📬\u{FE0F}", "open") { $0.string($1.args, 1) },
        "sys_close": KprobeForm("📪", "close") { $0.file($1.args, 0) },
        "sys_mount": KprobeForm("💾", "mount", twoStrings),
        "sys_pivot_root": KprobeForm("💾", "pivot_root", twoStrings),
        "sys_setuid": KprobeForm("🔑", "setuid") { line, kprobe in
            guard let argument = kprobe.args.first else { return }
            line.coloured(.cyan) { $0.number(argument.intArg) }
        },
        "sys_clock_settime": KprobeForm("⏰", "clock_settime") { line, _ in line.removeSpace() },
        "proc_exec_connector": KprobeForm("🔧", "proc_exec_connector") { line, _ in line.removeSpace() },
        "sys_setns": KprobeForm("🔧", "setns") { line, kprobe in
            guard kprobe.args.count > 1 else { return }
            line.text(namespaceName(kprobe.args[1].intArg))
        },
        "tcp_connect": KprobeForm("🔌", "connect", socket),
        "tcp_close": KprobeForm("🧹", "close", socket),
        "tcp_sendmsg": KprobeForm("📤", "sendmsg") { line, kprobe in
            socket(&line, kprobe)
            line.text(" bytes ")
            line.number(kprobe.args.count > 1 ? kprobe.args[1].intArg : 0)
        },
        "bpf_check": KprobeForm("🐝", "bpf_load") { line, kprobe in
            guard let program = kprobe.args.first?.bpfAttrArg else { return }
            line.coloured(.cyan) { line in
                line.value(program.progType)
                line.text(" ")
                line.value(program.progName)
                line.text(" instruction count \(program.insnCnt)")
            }
        },
        "security_perf_event_alloc": KprobeForm("🐝", "perf_event_alloc") { line, kprobe in
            guard let event = kprobe.args.first?.perfEventArg else { return }
            line.coloured(.cyan) { line in
                line.value(event.type)
                line.text(" ")
                line.value(event.kprobeFunc)
            }
        },
        "security_bpf_map_alloc": KprobeForm("🗺", "bpf_map_create", map),
        "security_bpf_map_create": KprobeForm("🗺", "bpf_map_create", map),
        "security_file_permission": KprobeForm(
            title: { filePermissionTitle($0) },
            rest: { if $1.args.count > 1 { $0.value($1.args[0].fileArg.path, .cyan) } }),
        "security_mmap_file": KprobeForm(
            title: { mmapTitle($0) },
            rest: { if $1.args.count > 1 { $0.value($1.args[0].fileArg.path, .cyan) } }),
        "security_path_truncate": KprobeForm(
            title: { truncateTitle($0, "security_path_truncate") },
            rest: { if !$1.args.isEmpty { $0.value($1.args[0].pathArg.path, .cyan) } }),
        "security_file_truncate": KprobeForm(
            title: { truncateTitle($0, "security_file_truncate") },
            rest: { if !$1.args.isEmpty { $0.value($1.args[0].fileArg.path, .cyan) } }),
    ]

    @Sendable private static func fileAndSize(_ line: inout CompactLine, _ kprobe: Tetragon_ProcessKprobe) {
        line.file(kprobe.args, 0)
        line.text(" ")
        guard kprobe.args.count > 2 else { return }
        line.coloured(.cyan) { $0.text("\(kprobe.args[2].sizeArg) bytes") }
    }

    @Sendable private static func twoStrings(_ line: inout CompactLine, _ kprobe: Tetragon_ProcessKprobe) {
        line.string(kprobe.args, 0)
        line.text(" ")
        line.string(kprobe.args, 1)
    }

    @Sendable private static func socket(_ line: inout CompactLine, _ kprobe: Tetragon_ProcessKprobe) {
        guard let socket = kprobe.args.first?.sockArg else { return }
        line.coloured(.cyan) { line in
            line.text("tcp ")
            line.value(socket.saddr)
            line.text(":\(socket.sport) -> ")
            line.value(socket.daddr)
            line.text(":\(socket.dport)")
        }
    }

    @Sendable private static func map(_ line: inout CompactLine, _ kprobe: Tetragon_ProcessKprobe) {
        guard let map = kprobe.args.first?.bpfMapArg else { return }
        line.coloured(.cyan) { line in
            line.value(map.mapType)
            line.text(" ")
            line.value(map.mapName)
            line.text(" key size \(map.keySize) value size \(map.valueSize) max entries \(map.maxEntries)")
        }
    }

    private static func filePermissionTitle(_ kprobe: Tetragon_ProcessKprobe) -> CompactTitle {
        // MAY_WRITE and MAY_READ of include/linux/fs.h.
        switch kprobe.args.count > 1 ? kprobe.args[1].intArg : 0 {
        case 2: CompactTitle("📝", "write")
        case 4: CompactTitle("📚", "read")
        default: CompactTitle("❓", "security_file_permission")
        }
    }

    private static func mmapTitle(_ kprobe: Tetragon_ProcessKprobe) -> CompactTitle {
        guard kprobe.args.count > 1 else { return CompactTitle("❓", "security_mmap_file") }
        // PROT_READ, PROT_WRITE and PROT_EXEC.
        let protection = kprobe.args[1].uintArg
        let letters = [(1, "r"), (2, "w"), (4, "x")].filter { protection & $0.0 != 0 }.map(\.1)
        return CompactTitle("📝", "mmap-" + letters.joined())
    }

    private static func truncateTitle(_ kprobe: Tetragon_ProcessKprobe, _ name: String) -> CompactTitle {
        kprobe.args.isEmpty ? CompactTitle("❓", name) : CompactTitle("📝", "truncate")
    }

    /// The namespace that a CLONE_NEW… constant stands for (include/uapi/linux/sched.h).
    private static func namespaceName(_ flag: Int32) -> String {
        switch flag {
        case 0: "any"
        case 0x0200_0000: "cgroup"
        case 0x0800_0000: "ipc"
        case 0x4000_0000: "net"
        case 0x0002_0000: "mnt"
        case 0x2000_0000: "pid"
        case 0x0000_0080: "time"
        case 0x1000_0000: "user"
        case 0x0400_0000: "uts"
        default: ""
        }
    }
}

extension CompactLine {
    /// Appends the path of a file argument, if there is one.
    fileprivate mutating func file(_ arguments: [Tetragon_KprobeArgument], _ index: Int) {
        guard arguments.count > index, case .fileArg(let file) = arguments[index].arg else { return }
        value(file.path, .cyan)
    }

    /// Appends a string argument, if there is an argument.
    fileprivate mutating func string(_ arguments: [Tetragon_KprobeArgument], _ index: Int) {
        guard arguments.count > index else { return }
        value(arguments[index].stringArg, .cyan)
    }
}
