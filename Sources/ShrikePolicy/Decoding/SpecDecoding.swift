// SPDX-License-Identifier: Apache-2.0
// The parts of a spec that are not hooks.

extension DecodingContext {
    func functionList(_ node: YAMLNode) -> FunctionList? {
        guard var fields = MappingDecoder(node, "a list", self) else { return nil }
        let name = fields.requiredString("name")
        let kind = fields.word("type", among: FunctionList.Kind.allCases)
        let values = fields.strings("values")
        let pattern = fields.nonEmptyString("pattern")
        _ = fields.bool("validated")
        let places = fields.finish()
        guard let name else { return nil }
        return FunctionList(
            name: name, kind: kind ?? Located(.functions, at: node.range), values: values, pattern: pattern,
            fields: places, range: node.range)
    }

    func enforcer(_ node: YAMLNode) -> Enforcer? {
        guard var fields = MappingDecoder(node, "an enforcer", self) else { return nil }
        let calls = fields.strings("calls", required: true)
        _ = fields.finish()
        return Enforcer(calls: calls, range: node.range)
    }

    func option(_ node: YAMLNode) -> PolicyOption? {
        guard var fields = MappingDecoder(node, "an option", self) else { return nil }
        let name = fields.requiredString("name")
        let value = fields.string("value")
        _ = fields.finish()
        guard let name else { return nil }
        return PolicyOption(name: name, value: value ?? Located("", at: node.range), range: node.range)
    }

    func selectorMacros(_ node: YAMLNode) -> [SelectorMacro] {
        guard case .mapping(let pairs) = node.content else {
            error(
                .wrongType, node.range,
                "`selectorsMacros` must be a mapping of names to selectors, not \(node.kindName)")
            return []
        }
        return pairs.compactMap { pair in
            selector(pair.value).map { SelectorMacro(name: pair.key, selector: $0) }
        }
    }
}

extension MappingDecoder {
    /// A label selector; null means that there is none.
    mutating func labelSelector(_ name: String) -> LabelSelector? {
        node(name).flatMap { context.labelSelector($0, what: "`\(name)`") }
    }

    /// A label selector that must be empty.
    mutating func hostSelector(_ name: String) -> LabelSelector? {
        guard let selector = labelSelector(name) else { return nil }
        if !selector.isEmpty {
            context.error(
                .hostSelectorNotEmpty, selector.range, "`\(name)` selects all host processes or none",
                help: "write `\(name): {}`, or remove it")
        }
        return selector
    }
}

extension DecodingContext {
    fileprivate func labelSelector(_ node: YAMLNode, what: String) -> LabelSelector? {
        guard var fields = MappingDecoder(node, what, self) else { return nil }
        let labels = fields.node("matchLabels").map { matchLabels($0) } ?? []
        let expressions = fields.list("matchExpressions") { $1.labelExpression($0) }
        _ = fields.finish()
        return LabelSelector(labels: labels, expressions: expressions, range: node.range)
    }

    private func matchLabels(_ node: YAMLNode) -> [LabelSelector.Label] {
        guard case .mapping(let pairs) = node.content else {
            error(
                .wrongType, node.range,
                "`matchLabels` must be a mapping of names to values, not \(node.kindName)")
            return []
        }
        return pairs.compactMap { pair in
            guard let value = string(pair.value) else { return nil }
            checkLabel(value)
            return LabelSelector.Label(key: pair.key, value: value)
        }
    }

    private func labelExpression(_ node: YAMLNode) -> LabelSelector.Expression? {
        guard var fields = MappingDecoder(node, "a label expression", self) else { return nil }
        let key = fields.requiredString("key")
        let comparison = fields.word(
            "operator", among: LabelSelector.Expression.Comparison.allCases, required: true)
        let values = fields.strings("values")
        _ = fields.finish()
        guard let key, let comparison else { return nil }
        let needsValues = comparison.value == .isIn || comparison.value == .isNotIn
        if needsValues == values.isEmpty {
            error(
                .badLabelSelector, comparison.range,
                needsValues
                    ? "`\(comparison.value.rawValue)` needs `values`"
                    : "`\(comparison.value.rawValue)` takes no `values`",
                help: needsValues ? "add `values`" : "remove `values`")
        }
        // `repo` of a containerSelector is an image's repository, no label.
        if key.value != "repo" { for value in values { checkLabel(value) } }
        return LabelSelector.Expression(key: key, comparison: comparison, values: values, range: node.range)
    }

    private func checkLabel(_ value: Located<String>) {
        guard !isLabelValue(value.value) else { return }
        error(
            .badLabelSelector, value.range, "\(code(value.value)) is not the value of a label",
            help: "use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends")
    }

    private func isLabelValue(_ value: String) -> Bool {
        guard let first = value.utf8.first, let last = value.utf8.last else { return true }
        return value.utf8.count <= 63 && isAlphanumeric(first) && isAlphanumeric(last)
            && value.utf8.allSatisfy { isAlphanumeric($0) || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    private func isAlphanumeric(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }
}
