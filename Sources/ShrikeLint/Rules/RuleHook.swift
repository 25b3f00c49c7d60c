// SPDX-License-Identifier: Apache-2.0
// Hooks and selectors as rules look at them: macros expanded, names without architecture.

internal import ShrikePolicy

/// A hook, with what most rules ask about it.
struct RuleHook {
    let hook: any PolicyHook
    /// What is hooked: `security_file_open` for both the function and the LSM hook, `sys_openat` for a
    /// system call, `sched/sched_switch` for a tracepoint. The members of a list, if it is one.
    let names: [String]
    /// Whether system calls are hooked.
    let isSyscall: Bool
    /// Whether the hook's list holds whatever the kernel has.
    let isGenerated: Bool
    let selectors: [RuleSelector]

    init(_ hook: any PolicyHook, _ policy: TracingPolicy) {
        self.hook = hook
        let list = (hook as? KprobeHook)?.listName.flatMap { name in
            policy.spec.lists.first { $0.name.value == name }
        }
        let kind = list?.kind.value
        isGenerated = kind == .generatedSyscalls || kind == .generatedFtrace
        isSyscall =
            (hook as? KprobeHook).map {
                list == nil ? $0.syscall : kind == .syscalls || kind == .generatedSyscalls || $0.syscall
            } ?? false
        switch hook {
        case let kprobe as KprobeHook:
            let members = list?.values.map(\.value) ?? (kprobe.listName == nil ? [kprobe.call.value] : [])
            let isSyscall = isSyscall
            names = members.map { name in
                let last = name.split(separator: "/").last.map(String.init) ?? name
                return isSyscall ? SyscallSymbol.bareName(of: last).map { "sys_" + $0 } ?? last : name
            }
        case let lsm as LSMHook: names = ["security_" + lsm.hook.value]
        default: names = [hook.target.value]
        }
        selectors = hook.selectors.map { RuleSelector($0, policy) }
    }

    /// Whether it is a kernel function or LSM hook.
    var isFunction: Bool { [.kprobes, .fentries, .lsmHooks].contains(hook.section) }

    /// The argument that a filter of `matchArgs` compares.
    func argument(of filter: ArgumentFilter) -> Argument? {
        filter.position(in: hook).map { hook.arguments[$0] }
    }
}

/// A selector with the filters of its macros.
struct RuleSelector {
    let selector: Selector
    let args: [ArgumentFilter]
    let binaries: [BinaryFilter]
    let pids: [ProcessFilter]
    let namespaces: [NamespaceFilter]
    let capabilities: [CapabilityFilter]
    let actions: [Action]
    /// Filters of other kinds: data, parents, changes, workloads.
    let otherFilters: Int
    let filtersReturn: Bool

    init(_ selector: Selector, _ policy: TracingPolicy) {
        let names = Set(selector.macros.map(\.value))
        let parts =
            [selector] + policy.spec.selectorMacros.filter { names.contains($0.name.value) }.map(\.selector)
        self.selector = selector
        args = parts.flatMap(\.matchArgs)
        binaries = parts.flatMap(\.matchBinaries).filter { !$0.values.isEmpty }
        pids = parts.flatMap(\.matchPIDs)
        namespaces = parts.flatMap(\.matchNamespaces)
        capabilities = parts.flatMap(\.matchCapabilities)
        actions = parts.flatMap(\.actions)
        filtersReturn = parts.contains { !$0.matchReturnArgs.isEmpty }
        otherFilters = parts.reduce(0) {
            $0 + $1.matchData.count + $1.matchReturnArgs.count + $1.matchParentBinaries.count
                + $1.matchNamespaceChanges.count + $1.matchCapabilityChanges.count
                + ($1.matchWorkloads == nil ? 0 : 1)
        }
    }

    /// Whether anything but the hook itself decides.
    var hasFilters: Bool { !args.isEmpty || hasProcessFilters || otherFilters > 0 }
    /// Whether the process matters.
    var hasProcessFilters: Bool {
        !binaries.isEmpty || !pids.isEmpty || !namespaces.isEmpty || !capabilities.isEmpty
            || selector.matchWorkloads != nil || !selector.matchParentBinaries.isEmpty
    }
    /// Whether it is limited to some named programs or workloads.
    var isTargeted: Bool {
        binaries.contains { !$0.operator.value.isNegative }
            || selector.matchParentBinaries.contains { !$0.operator.value.isNegative }
            || pids.contains { !$0.operator.value.isNegative } || selector.matchWorkloads != nil
            || namespaces.contains { $0.operator.value.isNegative }
            || capabilities.contains { !$0.operator.value.isNegative }
    }
    /// Whether an action changes what the process does.
    var enforces: Bool { actions.contains { $0.kind.value.isEnforcement } }
    /// Whether the process is killed.
    var kills: Bool {
        actions.contains {
            $0.kind.value == .sigkill || $0.kind.value == .signal && ($0.signal?.value ?? 0) != 0
                || $0.kind.value == .notifyEnforcer && ($0.signal?.value ?? 0) != 0
        }
    }
    /// Whether the call is refused.
    var denies: Bool {
        actions.contains {
            $0.kind.value == .override
                || $0.kind.value == .notifyEnforcer && ($0.errorNumber?.value ?? 0) != 0
        }
    }
    /// The first action that enforces.
    var enforcement: Action? { actions.first { $0.kind.value.isEnforcement } }

    /// Every filter as text, so that equal filters are equal texts.
    func filterKeys(in hook: any PolicyHook) -> Set<String>? {
        // Filters that the keys do not describe make selectors incomparable.
        guard otherFilters == 0 else { return nil }
        var keys: Set<String> = []
        for filter in args {
            let position = filter.position(in: hook).map(String.init) ?? "?"
            keys.insert("a\(position)" + Self.key(filter.operator.value, filter.values.map(\.value)))
        }
        for filter in binaries {
            keys.insert(
                "b\(filter.followChildren)" + Self.key(filter.operator.value, filter.values.map(\.value)))
        }
        for filter in pids {
            keys.insert(
                "p\(filter.isNamespacePID)\(filter.followForks)"
                    + Self.key(filter.operator.value, filter.values.map { String($0.value) }))
        }
        for filter in namespaces {
            keys.insert(
                "n\(filter.namespace.value.rawValue)"
                    + Self.key(filter.operator.value, filter.values.map(\.value)))
        }
        for filter in capabilities {
            keys.insert(
                "c\(filter.set.value.rawValue)\(filter.isNamespaceCapability)"
                    + Self.key(filter.operator.value, filter.values.map(\.value)))
        }
        return keys
    }

    private static func key(_ comparison: Operator, _ values: [String]) -> String {
        "\u{1}\(comparison.rawValue)\u{1}" + Set(values).sorted().joined(separator: "\u{1}")
    }
}

extension Located<String> {
    /// The last component of a path.
    var lastComponent: Substring { value.split(separator: "/").last ?? "" }
}
