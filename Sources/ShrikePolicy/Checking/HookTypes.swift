// SPDX-License-Identifier: Apache-2.0
// Which argument types each kind of hook can read.

enum HookTypes {
    private static let integers = Set(ArgumentType.allCases.filter { $0.integerShape != nil })
        .subtracting([.syscall64])

    /// What reads a kernel function's parameters can read.
    private static let functions = Set(ArgumentType.allCases)
        .subtracting([.auto, .syscall64, .constBuffer, .dataLoc])

    /// The parameters of a raw tracepoint are those of a function.
    private static let rawTracepoints = functions.union([.syscall64])

    private static let tracepoints = integers.union([
        .auto, .string, .charBuffer, .dataLoc, .skb, .sock, .socket, .sockaddr, .syscall64, .nop,
    ])

    /// - Parameter source: of a `data` entry.
    static func allow(
        _ type: ArgumentType, _ hook: any PolicyHook, hasResolve: Bool, source: Argument.Source? = nil
    ) -> Bool {
        switch hook.section {
        // What the kernel knows of the task is the same wherever it is asked.
        case .uprobes where source == .currentTask: functions.contains(type) || type == .auto
        case .kprobes, .fentries: functions.contains(type)
        case .lsmHooks: functions.subtracting([.bpfCmd]).contains(type) || type == .auto && hasResolve
        case .tracepoints:
            (hook as? TracepointHook)?.raw == true
                ? rawTracepoints.contains(type) || type == .auto && hasResolve : tracepoints.contains(type)
        case .uprobes:
            integers.union([.string, .charBuffer, .nop]).contains(type) || type == .auto && hasResolve
        case .usdts: integers.union([.string, .nop]).contains(type) || type == .auto && hasResolve
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
