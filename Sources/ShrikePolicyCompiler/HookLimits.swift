// SPDX-License-Identifier: Apache-2.0
// What a hook's tables cannot hold, and what no mechanism can do: told at the place that asks for it.

internal import ShrikeABI
internal import ShrikePolicy

extension HookPlanBuilder {
    /// Everything that keeps the plan from being built.
    func crossedLimits(_ host: [NamespaceKind: UInt32]) -> [Diagnostic] {
        refusals + selectorLimit() + argumentLimits()
            + entries.flatMap { entry in
                entry.hook.selectors.flatMap {
                    valueLimits($0) + unknownNamespaces($0, host)
                }
            }
    }

    private func unknownNamespaces(_ selector: Selector, _ host: [NamespaceKind: UInt32]) -> [Diagnostic] {
        selector.hostNamespaces.filter { host[$0.kind] == nil }.map { kind, range in
            Diagnostic(
                .error, .hookLimit, at: range,
                "the host's \(kind.rawValue) namespace is not known: process 1 shows none",
                help: "give its inode number, or run shriked with the host's process ids and /proc")
        }
    }

    private func selectorLimit() -> [Diagnostic] {
        var bits = 0
        for entry in entries {
            bits += max(entry.hook.selectors.count, 1)
            guard bits > Int(SHRIKE_MAX_SELECTORS) else { continue }
            return [
                Diagnostic(
                    .error, .hookLimit, at: entry.hook.target.range,
                    "all policies together have more than \(SHRIKE_MAX_SELECTORS) selectors on `\(target.symbol)`",
                    help: "put the values of several selectors into one")
            ]
        }
        return []
    }

    private func argumentLimits() -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if let extra = arguments.dropFirst(Int(SHRIKE_MAX_ARGUMENTS)).first {
            diagnostics.append(
                Diagnostic(
                    .error, .hookLimit, at: extra.declared.range,
                    "all policies together read more than \(SHRIKE_MAX_ARGUMENTS) different arguments of `\(target.symbol)`",
                    help: "declare an argument with the same type in every policy"))
        }
        if let extra = arguments.filter(\.isLarge).dropFirst().first {
            diagnostics.append(
                Diagnostic(
                    .error, .hookLimit, at: extra.declared.range,
                    "all policies together read more than one buffer of `\(target.symbol)` whole",
                    help: "leave out `maxData`"))
        }
        if let extra = arguments.filter(\.type.isText).dropFirst(Int(SHRIKE_MAX_TEXT_ARGUMENTS)).first {
            diagnostics.append(
                Diagnostic(
                    .error, .hookLimit, at: extra.declared.range,
                    "all policies together read more than \(SHRIKE_MAX_TEXT_ARGUMENTS) different strings and paths of `\(target.symbol)`",
                    help: "leave out those that no filter and no reader needs"))
        }
        return diagnostics
    }

    private func valueLimits(_ selector: Selector) -> [Diagnostic] {
        let binaries = [
            ("matchBinaries", selector.matchBinaries), ("matchParentBinaries", selector.matchParentBinaries),
        ].flatMap { name, filters in
            filters.flatMap { filter in
                let isWhole = filter.operator.value == .in || filter.operator.value == .notIn
                let limit = isWhole ? BinaryTable.maximumPathBytes : BinaryTable.maximumPartBytes
                return filter.values.filter { $0.value.utf8.count > limit }
                    .map { ($0, isWhole ? "a path in `\(name)`" : "a part of a path in `\(name)`", limit) }
            }
        }
        let ends = (selector.matchArgs + selector.matchReturnArgs).lazy.filter(\.operator.value.comparesEnd)
            .flatMap(\.values)
            .filter { $0.value.utf8.count > Int(SHRIKE_TEXT_KEY_BYTES) }
            .map { ($0, "a Postfix value", Int(SHRIKE_TEXT_KEY_BYTES)) }
        return (Array(binaries) + Array(ends)).map { value, what, limit in
            Diagnostic(
                .error, .hookLimit, at: value.range,
                "\(what) holds at most \(limit) bytes, this one has \(value.value.utf8.count)",
                help: "shorten it")
        }
    }
}
