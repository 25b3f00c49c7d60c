// SPDX-License-Identifier: Apache-2.0
// SHR670 to SHR679: names of files, and the other names that the same files have.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkPaths() {
        for rule in hooks {
            for selector in rule.selectors {
                for filter in selector.args {
                    guard let argument = rule.argument(of: filter) else { continue }
                    let type = argument.type.value
                    guard type.filterClass == .path else { continue }
                    for value in filter.values { checkPath(value, filter.operator.value) }
                    if type == .dentry { checkDentry(filter) }
                }
                for filter in selector.binaries {
                    for value in filter.values { checkPath(value, filter.operator.value) }
                }
                if isEnforcing, selector.enforces { checkOtherWays(selector, rule) }
            }
        }
    }

    private mutating func checkPath(_ value: Located<String>, _ comparison: Operator) {
        switch comparison {
        case .prefix, .notPrefix:
            checkAlias(value, comparison)
            checkSlash(value)
        case .equal, .notEqual, .in, .notIn: checkAlias(value, comparison)
        case .postfix, .notPostfix:
            if let first = value.value.first, first != "/", first != "." {
                report(
                    "SHR674", value.range,
                    "\(code(value.value)) also matches names that only end like this, such as "
                        + code("x" + value.value),
                    help: "start it with `/`")
            }
        default: break
        }
    }

    private mutating func checkAlias(_ value: Located<String>, _ comparison: Operator) {
        for (alias, target) in KnownPaths.aliases where value.value.hasPrefix(alias) {
            let resolved = target + value.value.dropFirst(alias.count)
            report(
                "SHR670", value.range,
                "`\(alias.dropLast())` is a symbolic link to `\(target.dropLast())`: no file is reported as "
                    + code(value.value),
                help: "write \(code(resolved))", fix: replacing(value, with: resolved))
            return
        }
        if KnownPaths.magicLinks.contains(where: { value.value.hasPrefix($0) }) {
            report(
                "SHR671", value.range,
                "\(code(value.value)) is resolved before the check: files are reported under their own names",
                help: value.value.hasPrefix("/proc/")
                    ? "match `/proc/` by `Prefix` and the rest by `Postfix`" : "write the file's own path")
        }
    }

    private mutating func checkSlash(_ value: Located<String>) {
        let path = value.value
        guard path.count > 1, path.hasPrefix("/"), let last = path.last, !"/.-_@:".contains(last) else {
            return
        }
        if KnownPaths.folders.contains(path) {
            report(
                "SHR672", value.range,
                "\(code(path)) also matches its siblings, such as \(code(path + "-x"))",
                help: "write \(code(path + "/"))", fix: replacing(value, with: path + "/"))
        } else {
            report(
                "SHR673", value.range,
                "\(code(path)) also matches longer names, such as \(code(path + "-x"))",
                help: "write \(code(path + "/")) for a folder, or use `Equal` for a file")
        }
    }

    private mutating func checkDentry(_ filter: ArgumentFilter) {
        guard [.equal, .prefix, .notEqual, .notPrefix].contains(filter.operator.value),
            let value = filter.values.first(where: { $0.value.split(separator: "/").count > 1 })
        else {
            return
        }
        report(
            "SHR675", value.range,
            "a `dentry` has its path from the mount point only, so \(code(value.value)) may never match",
            help: "read a `path` or `file`, or compare the end with `Postfix`")
    }

    /// The ways round a check of one operation on named files.
    private mutating func checkOtherWays(_ selector: RuleSelector, _ rule: RuleHook) {
        let names = Set(hooks.flatMap(\.names))
        let hasPath = selector.args.contains { rule.argument(of: $0)?.type.value.filterClass == .path }
        let range = rule.hook.target.range
        for name in rule.names {
            switch name {
            case "security_file_open" where hasPath:
                let renames = [
                    "security_path_rename", "security_inode_rename", "security_path_link",
                    "security_inode_link",
                ]
                if names.isDisjoint(with: renames) {
                    report(
                        "SHR676", range,
                        "a file that is renamed or hard-linked first is opened under another name",
                        help: "enforce on `security_path_rename` and `security_path_link` too")
                }
            case "security_file_permission" where hasPath:
                if names.isDisjoint(with: ["security_mmap_file", "security_file_open"]) {
                    report(
                        "SHR677", range, "a file that is mapped is read and written without this check",
                        help: "hook `security_mmap_file`, or refuse the open with `security_file_open`")
                }
                if names.isDisjoint(with: [
                    "security_path_truncate", "security_file_truncate", "security_file_open",
                ]) {
                    report(
                        "SHR678", range, "truncation destroys the file without this check",
                        help: "hook `security_path_truncate` too")
                }
            case "security_socket_connect":
                if names.isDisjoint(with: ["tcp_connect", "security_socket_sendmsg"]) {
                    report(
                        "SHR679", range,
                        "TCP Fast Open connects by `sendmsg`, datagrams need no connection: neither is checked here",
                        help: "hook `security_socket_sendmsg` too")
                }
            default: break
            }
        }
    }
}
