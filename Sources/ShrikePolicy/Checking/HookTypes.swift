// SPDX-License-Identifier: Apache-2.0
// Which argument types each kind of hook can read.

enum HookTypes {
    private static let integers = Set(ArgumentType.allCases.filter { $0.integerShape != nil })
        .subtracting([.syscall64])

    /// What reads a kernel function's parameters can read.
    private static let functions = Set(ArgumentType.allCases)
        .subtracting([.auto, .syscall64, .constBuffer, .dataLoc])

    private static let rawTracepoints = integers.union([
        .string, .charBuffer, .charIOVector, .skb, .sock, .socket, .sockaddr, .sockaddrUn, .syscall64,
        .linuxBinprm, .file, .fd, .kiocb, .nop,
    ])

    private static let tracepoints = integers.union([
        .auto, .string, .charBuffer, .dataLoc, .skb, .sock, .socket, .sockaddr, .syscall64, .nop,
    ])

    static func allow(_ type: ArgumentType, _ hook: any PolicyHook, hasResolve: Bool) -> Bool {
        switch hook.section {
        case .kprobes, .fentries: functions.contains(type)
        case .lsmHooks: functions.subtracting([.bpfCmd]).contains(type) || type == .auto && hasResolve
        case .tracepoints:
            (hook as? TracepointHook)?.raw == true
                ? rawTracepoints.contains(type) || type == .auto && hasResolve : tracepoints.contains(type)
        case .uprobes: integers.union([.string, .charBuffer, .nop]).contains(type)
        case .usdts: integers.union([.string, .nop]).contains(type)
        }
    }

    static func help(for type: ArgumentType, _ hook: any PolicyHook) -> String? {
        switch (type, hook.section) {
        case (.syscall64, _): "`syscall64` is for tracepoints"
        case (.dataLoc, _): "`data_loc` is for tracepoints; write `type: string`"
        case (.constBuffer, _): "leave `type` out to read an array of a tracepoint"
        case (.bpfCmd, _): "write `type: int`"
        case (_, .tracepoints): "add `raw: true`, or read another field"
        case (_, .uprobes), (_, .usdts): "user space has integers and strings"
        default: nil
        }
    }
}
