// SPDX-License-Identifier: Apache-2.0
// SHR700 to SHR719: whom enforcement would hit that nobody meant. Not for policies in monitor mode.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkBlastRadius() {
        guard isEnforcing else { return }
        for rule in hooks {
            for selector in rule.selectors where selector.enforces {
                guard let action = selector.enforcement else { continue }
                checkScope(selector, rule, action)
                checkVitalPrograms(selector)
                checkPIDs(selector, action)
                checkAllowList(selector, action)
                checkLoopback(selector)
                if !selector.isTargeted, !isScoped { checkCommonFiles(selector, rule) }
            }
            if rule.isGenerated, let selector = rule.selectors.first(where: \.enforces),
                let action = selector.enforcement
            {
                report(
                    "SHR712", action.kind.range,
                    "this is enforced on every function that the kernel happens to have in a generated list",
                    help: "list the functions by name")
            }
        }
    }

    private mutating func checkScope(_ selector: RuleSelector, _ rule: RuleHook, _ action: Action) {
        guard !isScoped else { return }
        let verb = selector.kills ? "kills" : "stops"
        if !selector.hasFilters {
            let isEveryone = rule.names.contains { KnownFunctions.everyonesCalls.contains($0) }
            report(
                isEveryone ? "SHR701" : "SHR700", action.kind.range,
                isEveryone
                    ? "this \(verb) every program at once: all of them reach \(code(rule.hook.target.value))"
                    : "this \(verb) every process that reaches \(code(rule.hook.target.value)), init and the "
                        + "kubelet included",
                help: "add `matchBinaries`, `matchArgs` or a `podSelector`, and try it with "
                    + "`policy-mode: monitor`")
        } else if selector.args.isEmpty, selector.otherFilters == 0, !selector.isTargeted,
            selector.binaries.isEmpty
        {
            let onlyHost = selector.namespaces.contains {
                $0.operator.value == .in && $0.values.contains { $0.value == "host_ns" }
            }
            guard onlyHost else { return }
            report(
                "SHR713", action.kind.range,
                "this \(verb) processes of the host, where init, sshd and the kubelet run",
                help: "add `matchBinaries` or `matchArgs`")
        }
    }

    private mutating func checkVitalPrograms(_ selector: RuleSelector) {
        for filter in selector.binaries
        where filter.operator.value == .in || filter.operator.value == .postfix {
            for value in filter.values {
                let name = String(value.lastComponent)
                guard let vital = KnownPaths.vitalPrograms.first(where: { $0.names.contains(name) }) else {
                    continue
                }
                report(
                    vital.rule, value.range, "this stops \(code(name)), \(vital.what)",
                    help: "be sure that the machine survives it, and try it with `policy-mode: monitor`")
            }
        }
        for filter in selector.binaries where filter.operator.value == .prefix {
            for value in filter.values {
                let folder =
                    value.value.count > 1 && value.value.hasSuffix("/")
                    ? String(value.value.dropLast()) : value.value
                guard KnownPaths.everyonesFolders.contains(folder) else { continue }
                report(
                    "SHR708", value.range, "this covers nearly all programs of the machine",
                    help: "name the programs")
            }
        }
    }

    private mutating func checkPIDs(_ selector: RuleSelector, _ action: Action) {
        for filter in selector.pids where filter.operator.value == .in && !filter.isNamespacePID {
            guard let value = filter.values.first(where: { $0.value == 1 }) else { continue }
            report(
                "SHR709", value.range,
                filter.followForks
                    ? "this covers init and every process that descends from it: all of them"
                    : "this covers init: the machine stops with it",
                help: "remove it, or add `isNamespacePID: true` to mean the first process of containers")
        }
    }

    private mutating func checkAllowList(_ selector: RuleSelector, _ action: Action) {
        guard !isScoped, selector.args.isEmpty, selector.pids.isEmpty, selector.namespaces.isEmpty,
            selector.capabilities.isEmpty, selector.otherFilters == 0
        else {
            return
        }
        let filter = selector.binaries.first { $0.operator.value.isNegative }
        guard let filter else { return }
        report(
            "SHR710", filter.operator.range,
            "this hits every program that is not listed, on the host and in every container",
            help: "add `matchArgs` or a `podSelector`")
    }

    private mutating func checkLoopback(_ selector: RuleSelector) {
        for filter in selector.args where filter.operator.value == .notDestinationAddress {
            let blocks = filter.values.compactMap { AddressBlock($0.value) }
            guard let loopback = AddressBlock("127.0.0.1"), !blocks.isEmpty,
                !blocks.contains(where: { $0.covers(loopback) })
            else {
                continue
            }
            report(
                "SHR711", filter.operator.range,
                "127.0.0.0/8 is not in the list: local connections are hit too",
                help: "add `127.0.0.0/8` and `::1/128`")
        }
    }

    private mutating func checkCommonFiles(_ selector: RuleSelector, _ rule: RuleHook) {
        // A further filter on a number, such as "only writes", makes another thing of it.
        let isNarrowed = selector.args.contains {
            guard let type = rule.argument(of: $0)?.type.value else { return true }
            return type.filterClass != .path && type.filterClass != .text
        }
        let isReadable = rule.names.contains {
            [
                "security_file_open", "security_file_permission", "security_mmap_file", "security_bprm_check",
                "security_bprm_check_security", "security_inode_permission", "sys_openat", "sys_open",
                "sys_execve", "sys_read", "do_filp_open", "vfs_open", "fd_install", "security_inode_getattr",
            ].contains($0)
        }
        guard !isNarrowed, isReadable else { return }
        for filter in selector.args where filter.operator.value == .equal || filter.operator.value == .prefix
        {
            guard let type = rule.argument(of: filter)?.type.value, [.path, .text].contains(type.filterClass)
            else {
                continue
            }
            for value in filter.values { checkCommonFile(value, filter.operator.value) }
        }
    }

    private mutating func checkCommonFile(_ value: Located<String>, _ comparison: Operator) {
        let path = value.value
        let isLibrary = KnownPaths.everyonesLibraries.contains { value.lastComponent.hasPrefix($0) }
        let covered = KnownPaths.everyonesFiles.filter {
            comparison == .equal ? $0 == path : $0.hasPrefix(path)
        }
        let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        if comparison == .prefix, KnownPaths.everyonesFolders.contains(folder) {
            report(
                "SHR715", value.range, "nearly every program uses files below \(code(folder))",
                help: "name the files, or add `matchBinaries`")
        } else if isLibrary {
            report(
                "SHR714", value.range, "every program loads \(code(path))",
                help: "add `matchBinaries`, or remove it")
        } else if let file = covered.sorted().first {
            report(
                "SHR714", value.range, "nearly every program opens \(code(file))",
                help: "add `matchBinaries`, filter for writing, or remove it")
        } else if path.hasPrefix("/run/secrets/kubernetes.io") || "/run/secrets/kubernetes.io".hasPrefix(path)
            || path.hasPrefix("/var/run/secrets"), comparison == .prefix
        {
            report(
                "SHR716", value.range,
                "every program that talks to the Kubernetes API reads its token below \(code(path))",
                help: "add `matchBinaries` with the programs that may not, or exceptions for those that may")
        }
    }
}
