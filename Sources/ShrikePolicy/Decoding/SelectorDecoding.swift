// SPDX-License-Identifier: Apache-2.0
// Selectors and their filters.

extension DecodingContext {
    func selector(_ node: YAMLNode) -> Selector? {
        guard var fields = MappingDecoder(node, "a selector", self, mayBeNull: true) else { return nil }
        let label = fields.nonEmptyString("label")
        let matchArgs = fields.argumentFilters("matchArgs")
        let matchData = fields.argumentFilters("matchData")
        let matchReturnArgs = fields.argumentFilters("matchReturnArgs")
        let matchBinaries = fields.binaryFilters("matchBinaries")
        let matchParentBinaries = fields.binaryFilters("matchParentBinaries")
        let limit = PolicyLimits.processFilters
        let matchPIDs = fields.list("matchPIDs", atMost: limit) { $1.processFilter($0) }
        let matchNamespaces = fields.list("matchNamespaces", atMost: limit) { $1.namespaceFilter($0) }
        let namespaceChanges = fields.list("matchNamespaceChanges", atMost: limit) { $1.namespaceChanges($0) }
        let matchCapabilities = fields.list("matchCapabilities", atMost: limit) { $1.capabilityFilter($0) }
        let capabilityChanges = fields.list("matchCapabilityChanges", atMost: limit) {
            $1.capabilityFilter($0)
        }
        let workloads = fields.node("matchWorkloads").flatMap { workloadFilter($0) }
        let actions = fields.actions("matchActions")
        let returnActions = fields.actions("matchReturnActions")
        let macros = fields.strings("macros")
        let places = fields.finish()
        warnOfEmptyFilters(places)
        return Selector(
            label: label?.value, matchArgs: matchArgs, matchData: matchData, matchReturnArgs: matchReturnArgs,
            matchBinaries: matchBinaries, matchParentBinaries: matchParentBinaries, matchPIDs: matchPIDs,
            matchNamespaces: matchNamespaces, matchNamespaceChanges: namespaceChanges,
            matchCapabilities: matchCapabilities, matchCapabilityChanges: capabilityChanges,
            matchWorkloads: workloads, actions: actions, returnActions: returnActions, macros: macros,
            fields: places, range: node.range)
    }

    /// An empty filter is absent, so the selector matches more than it seems to.
    private func warnOfEmptyFilters(_ fields: FieldPlaces) {
        for field in fields.all where field.isDefault && field.name.hasPrefix("match") {
            report(
                Diagnostic(
                    .warning, .emptyField, at: field.nameRange, "`\(field.name)` is empty and has no effect",
                    help: "remove it, or add entries below it"))
        }
    }

    fileprivate func argumentFilter(_ node: YAMLNode) -> ArgumentFilter? {
        guard var fields = MappingDecoder(node, "an argument filter", self) else { return nil }
        let index = fields.integer("index", in: 0...Int(Int32.max))
        let args = fields.list("args", atMost: PolicyLimits.arguments) { node, context in
            context.integer(node, in: 0...Int(Int32.max), name: "an entry of `args`")?.value
        }
        let comparison = fields.word("operator", among: Operator.ofArguments, required: true)
        let values = fields.values()
        let places = fields.finish()
        guard let comparison else { return nil }
        return ArgumentFilter(
            index: index, args: args, operator: comparison, values: values, fields: places, range: node.range)
    }

    fileprivate func binaryFilter(_ node: YAMLNode) -> BinaryFilter? {
        guard var fields = MappingDecoder(node, "a binary filter", self) else { return nil }
        let comparison = fields.word("operator", among: Operator.ofBinaries, required: true)
        let values = fields.values(required: true)
        let followChildren = fields.bool("followChildren")
        let places = fields.finish()
        guard let comparison else { return nil }
        return BinaryFilter(
            operator: comparison, values: values, followChildren: followChildren, fields: places,
            range: node.range)
    }

    private func processFilter(_ node: YAMLNode) -> ProcessFilter? {
        guard var fields = MappingDecoder(node, "a process id filter", self) else { return nil }
        let comparison = fields.word("operator", among: Operator.ofSets, required: true)
        let values = fields.list("values", atMost: PolicyLimits.values, required: true) { node, context in
            context.integer(node, in: 0...UInt32.max, name: "a process id")
        }
        let isNamespacePID = fields.bool("isNamespacePID")
        let followForks = fields.bool("followForks")
        let places = fields.finish()
        guard let comparison else { return nil }
        return ProcessFilter(
            operator: comparison, values: values, isNamespacePID: isNamespacePID, followForks: followForks,
            fields: places, range: node.range)
    }

    private func namespaceFilter(_ node: YAMLNode) -> NamespaceFilter? {
        guard var fields = MappingDecoder(node, "a namespace filter", self) else { return nil }
        let namespace = fields.word("namespace", among: NamespaceKind.allCases, required: true)
        let comparison = fields.word("operator", among: Operator.ofSets, required: true)
        let values = fields.values(required: true)
        _ = fields.finish()
        guard let namespace, let comparison else { return nil }
        return NamespaceFilter(
            namespace: namespace, operator: comparison, values: values, range: node.range)
    }

    private func namespaceChanges(_ node: YAMLNode) -> NamespaceChangeFilter? {
        guard var fields = MappingDecoder(node, "a namespace change filter", self) else { return nil }
        let comparison = fields.word("operator", among: Operator.ofSets, required: true)
        let values = fields.values(required: true)
        _ = fields.finish()
        guard let comparison else { return nil }
        return NamespaceChangeFilter(operator: comparison, values: values, range: node.range)
    }

    private func capabilityFilter(_ node: YAMLNode) -> CapabilityFilter? {
        guard var fields = MappingDecoder(node, "a capability filter", self) else { return nil }
        let set = fields.word("type", among: CapabilityFilter.CapabilitySet.allCases)
        let comparison = fields.word("operator", among: Operator.ofSets, required: true)
        let isNamespaceCapability = fields.bool("isNamespaceCapability")
        let values = fields.values(required: true)
        let places = fields.finish()
        guard let comparison else { return nil }
        return CapabilityFilter(
            set: set ?? Located(.effective, at: node.range), operator: comparison,
            isNamespaceCapability: isNamespaceCapability, values: values, fields: places, range: node.range)
    }

    private func workloadFilter(_ node: YAMLNode) -> WorkloadFilter? {
        guard var fields = MappingDecoder(node, "`matchWorkloads`", self) else { return nil }
        let pod = fields.labelSelector("podSelector")
        let container = fields.labelSelector("containerSelector")
        let host = fields.hostSelector("hostSelector")
        _ = fields.finish()
        return WorkloadFilter(
            podSelector: pod, containerSelector: container, hostSelector: host, range: node.range)
    }
}

extension MappingDecoder {
    fileprivate mutating func argumentFilters(_ name: String) -> [ArgumentFilter] {
        list(name, atMost: PolicyLimits.argumentFilters) { $1.argumentFilter($0) }
    }

    fileprivate mutating func binaryFilters(_ name: String) -> [BinaryFilter] {
        list(name, atMost: PolicyLimits.binaryFilters) { $1.binaryFilter($0) }
    }

    /// The values of a filter, all of them texts.
    fileprivate mutating func values(required: Bool = false) -> [Located<String>] {
        list("values", atMost: PolicyLimits.values, required: required) { $1.string($0) }
    }
}
