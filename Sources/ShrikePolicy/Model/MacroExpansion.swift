// SPDX-License-Identifier: Apache-2.0
// Macros: parts of selectors written once and used by name.

extension TracingPolicy {
    /// The policy with the filters and actions of macros in the selectors that use them. What is wrong with the
    /// macros, `PolicyChecker` has told.
    public func expandingMacros() -> TracingPolicy {
        guard !spec.selectorMacros.isEmpty else { return self }
        var policy = self
        expand(&policy.spec.kprobes, \.selectors)
        expand(&policy.spec.fentries, \.selectors)
        expand(&policy.spec.tracepoints, \.selectors)
        expand(&policy.spec.lsmHooks, \.selectors)
        expand(&policy.spec.uprobes, \.selectors)
        expand(&policy.spec.usdts, \.selectors)
        return policy
    }

    private func expand<Hook>(_ hooks: inout [Hook], _ selectors: WritableKeyPath<Hook, [Selector]>) {
        for index in hooks.indices {
            hooks[index][keyPath: selectors] = hooks[index][keyPath: selectors].map { selector in
                selector.macros.reduce(selector) { expanded, name in
                    guard let macro = spec.selectorMacros.first(where: { $0.name.value == name.value }) else {
                        return expanded
                    }
                    return expanded.adding(macro.selector)
                }
            }
        }
    }
}

extension Selector {
    /// Both selectors' filters and actions.
    func adding(_ macro: Selector) -> Selector {
        var fields = fields
        fields.all += macro.fields.all
        return Selector(
            label: label ?? macro.label, matchArgs: matchArgs + macro.matchArgs,
            matchData: matchData + macro.matchData, matchReturnArgs: matchReturnArgs + macro.matchReturnArgs,
            matchBinaries: matchBinaries + macro.matchBinaries,
            matchParentBinaries: matchParentBinaries + macro.matchParentBinaries,
            matchPIDs: matchPIDs + macro.matchPIDs, matchNamespaces: matchNamespaces + macro.matchNamespaces,
            matchNamespaceChanges: matchNamespaceChanges + macro.matchNamespaceChanges,
            matchCapabilities: matchCapabilities + macro.matchCapabilities,
            matchCapabilityChanges: matchCapabilityChanges + macro.matchCapabilityChanges,
            matchWorkloads: matchWorkloads ?? macro.matchWorkloads, actions: actions + macro.actions,
            returnActions: returnActions + macro.returnActions, macros: macros, fields: fields, range: range)
    }
}
