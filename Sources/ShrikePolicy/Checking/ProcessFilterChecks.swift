// SPDX-License-Identifier: Apache-2.0
// Filters on the process: its binary, namespaces and capabilities; and macros.

extension PolicyCheck {
    mutating func checkBinaries(_ filter: BinaryFilter) {
        if filter.values.isEmpty { noValues(filter.operator) }
        let comparison = filter.operator.value
        let isExact = comparison == .in || comparison == .notIn
        for value in filter.values {
            guard checkText(value, mayBeEmpty: false) else { continue }
            let isStart = isExact || comparison == .prefix || comparison == .notPrefix
            if isStart { checkAbsolutePath(value, isWhole: isExact) }
        }
        if filter.followChildren, !isExact, let field = filter.fields["followChildren"] {
            error(
                .followChildrenNotPossible, field.nameRange,
                "`followChildren` needs operator `In` or `NotIn`, not `\(comparison.rawValue)`",
                help: "write whole paths with `In`")
        }
    }

    mutating func checkNamespace(_ filter: NamespaceFilter) {
        if filter.values.isEmpty { noValues(filter.operator) }
        for value in filter.values where value.value != NamespaceFilter.hostValue {
            guard let number = IntegerSyntax.parse(value.value), UInt32(exactly: number) != nil else {
                error(
                    .badNameInValues, value.range, "\(code(value.value)) is not a namespace",
                    help: "write `host_ns`, or the inode number of a namespace")
                continue
            }
        }
    }

    mutating func checkNamespaceChange(_ filter: NamespaceChangeFilter) {
        if filter.values.isEmpty { noValues(filter.operator) }
        let names = NamespaceKind.allCases.map(\.rawValue)
        for value in filter.values {
            let isKnown = names.contains { $0.lowercased() == value.value.lowercased() }
            if isKnown { continue }
            error(
                .badNameInValues, value.range, "\(code(value.value)) is not a kind of namespace",
                help: Suggestion.help(for: value.value, among: names) ?? "the kinds are \(codeList(names))")
        }
    }

    mutating func checkCapabilities(_ filter: CapabilityFilter) {
        if filter.values.isEmpty { noValues(filter.operator) }
        for value in filter.values where Capability.number(of: value.value) == nil {
            badCapability(value)
        }
    }

    mutating func badCapability(_ value: Located<String>) {
        let names = Capability.names.map { "CAP_" + $0 }
        error(
            .badNameInValues, value.range, "\(code(value.value)) is not a capability",
            help: Suggestion.help(for: value.value, among: names) ?? "write it like `CAP_SYS_ADMIN`")
    }

    /// The selector with its macros' filters; what is wrong with the macros is reported.
    mutating func expandMacros(of selector: Selector) -> Selector {
        var expanded = selector
        for name in selector.macros {
            let macros = policy.spec.selectorMacros
            guard let macro = macros.first(where: { $0.name.value == name.value }) else {
                let help = Suggestion.help(for: name.value, among: macros.map(\.name.value))
                error(
                    .badMacro, name.range, "the macro \(code(name.value)) is not defined",
                    help: help ?? "define it in `spec.selectorsMacros`")
                continue
            }
            if let nested = macro.selector.macros.first {
                error(.badMacro, nested.range, "a macro cannot use macros", help: "write its filters out")
            }
            let clashes = macro.selector.fields.all.filter {
                $0.name.hasPrefix("match") && !$0.isDefault && expanded.fields.isSet($0.name)
            }
            for clash in clashes {
                error(
                    .badMacro, name.range,
                    "the macro \(code(name.value)) has `\(clash.name)`, and so has the selector",
                    help: "keep one of the two")
            }
            if clashes.isEmpty { expanded = expanded.adding(macro.selector) }
        }
        return expanded
    }
}
