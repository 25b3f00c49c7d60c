// SPDX-License-Identifier: Apache-2.0
// From a document to a policy: identity, spec, and the rules between sections.

enum PolicyAPI {
    static let version = "cilium.io/v1alpha1"
}

extension DecodingContext {
    /// The policy of one document; nil, with an error, if it is none.
    func policy(_ document: YAMLNode) -> TracingPolicy? {
        let help = "a policy starts with `apiVersion: \(PolicyAPI.version)`"
        guard var fields = MappingDecoder(document, "the policy", self, help: help) else { return nil }
        guard let kind = policyKind(&fields) else { return nil }
        checkVersion(&fields)
        let identity = fields.node("metadata").flatMap { metadata($0, kind) }
        if fields.isMissing("metadata") { fields.missing("metadata") }
        let spec = fields.node("spec").flatMap { policySpec($0, kind) }
        if fields.isMissing("spec") { fields.missing("spec") }
        fields.ignore("status")
        let places = fields.finish()
        guard let identity, let spec else { return nil }
        return TracingPolicy(
            name: identity.name, namespace: identity.namespace, kind: kind, file: file, spec: spec,
            fields: places, range: document.range)
    }

    private func policyKind(_ fields: inout MappingDecoder) -> PolicyKind? {
        guard let text = fields.requiredString("kind") else { return nil }
        if let kind = PolicyKind(rawValue: text.value) { return kind }
        let names = PolicyKind.allCases.map(\.rawValue)
        let help = Suggestion.help(for: text.value, among: names)
        error(
            .wrongKind, text.range, "\(code(text.value)) is not a kind of policy",
            help: help ?? "the kinds are `TracingPolicy` and `TracingPolicyNamespaced`")
        return nil
    }

    private func checkVersion(_ fields: inout MappingDecoder) {
        guard let version = fields.requiredString("apiVersion"), version.value != PolicyAPI.version else {
            return
        }
        error(
            .wrongAPIVersion, version.range, "\(code(version.value)) is not an API version of policies",
            help: "write `\(PolicyAPI.version)`")
    }

    private func metadata(
        _ node: YAMLNode, _ kind: PolicyKind
    ) -> (name: Located<String>, namespace: Located<String>?)? {
        guard var fields = MappingDecoder(node, "metadata", self) else { return nil }
        let name = fields.requiredString("name")
        let namespace = fields.nonEmptyString("namespace")
        fields.ignore(
            "labels", "annotations", "generateName", "uid", "resourceVersion", "generation",
            "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "finalizers",
            "ownerReferences", "managedFields", "selfLink")
        _ = fields.finish()
        if let name, !DNSName.isSubdomain(name.value) {
            error(
                .badName, name.range, "\(code(name.value)) is not a name for a policy",
                help: "use lower case letters, digits, `-` and `.`, with a letter or digit at both ends, "
                    + "at most 253 characters")
        }
        if let namespace, kind == .tracingPolicy {
            report(
                Diagnostic(
                    .warning, .namespaceIgnored, at: namespace.range,
                    "a TracingPolicy is not limited to a namespace: `namespace` has no effect",
                    help: "use kind `TracingPolicyNamespaced`, or remove it"))
        } else if let namespace, !DNSName.isLabel(namespace.value) {
            error(.badName, namespace.range, "\(code(namespace.value)) is not a name for a namespace")
        }
        return name.map { ($0, namespace) }
    }

    private func policySpec(_ node: YAMLNode, _ kind: PolicyKind) -> PolicySpec? {
        guard var fields = MappingDecoder(node, "the spec", self) else { return nil }
        let kprobes = fields.list("kprobes", atMost: PolicyLimits.hooks) { $1.kprobe($0, .kprobes) }
        let fentries = fields.list("fentries", atMost: PolicyLimits.hooks) { $1.kprobe($0, .fentries) }
        let tracepoints = fields.list("tracepoints", atMost: PolicyLimits.hooks) { $1.tracepoint($0) }
        let lsmHooks = fields.list("lsmhooks", atMost: PolicyLimits.hooks) { $1.lsmHook($0) }
        let uprobes = fields.list("uprobes", atMost: PolicyLimits.hooks) { $1.userProbe($0) }
        let usdts = fields.list("usdts", atMost: PolicyLimits.hooks) { $1.usdt($0) }
        let loader = fields.bool("loader")
        let lists = fields.list("lists") { $1.functionList($0) }
        let enforcers = fields.list("enforcers", atMost: PolicyLimits.enforcers) { $1.enforcer($0) }
        let options = fields.list("options") { $1.option($0) }
        let macros = fields.node("selectorsMacros").map { selectorMacros($0) } ?? []
        let podSelector = fields.labelSelector("podSelector")
        let containerSelector = fields.labelSelector("containerSelector")
        let hostSelector = fields.hostSelector("hostSelector")
        let nodeSelector = fields.labelSelector("nodeSelector")
        let places = fields.finish()
        checkSections(places, kind)
        return PolicySpec(
            kprobes: kprobes, fentries: fentries, tracepoints: tracepoints, lsmHooks: lsmHooks,
            uprobes: uprobes, usdts: usdts, loader: loader, lists: lists, enforcers: enforcers,
            options: options, selectorMacros: macros, podSelector: podSelector,
            containerSelector: containerSelector, hostSelector: hostSelector, nodeSelector: nodeSelector,
            fields: places, range: node.range)
    }

    private func checkSections(_ fields: FieldPlaces, _ kind: PolicyKind) {
        let sections = fields.all.filter { !$0.isDefault && HookSection(rawValue: $0.name) != nil }
            .sorted { $0.nameRange.start < $1.nameRange.start }
        for section in sections.dropFirst() {
            error(
                .severalHookSections, section.nameRange,
                "a policy has one kind of hook: `\(section.name)` cannot stand beside `\(sections[0].name)`",
                help: "put `\(section.name)` into a policy of its own")
        }
        guard kind == .namespaced else { return }
        for name in ["hostSelector", "uprobes", "usdts"] {
            guard let field = fields[name], !field.isDefault else { continue }
            error(
                .notInNamespacedPolicy, field.nameRange, "a TracingPolicyNamespaced cannot have `\(name)`",
                help: "use kind `TracingPolicy`")
        }
    }
}

/// The names of Kubernetes objects (RFC 1123).
enum DNSName {
    static func isSubdomain(_ name: String) -> Bool {
        name.utf8.count <= 253
            && name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .allSatisfy { isLabel($0, maximum: 253) }
    }

    static func isLabel(_ name: String) -> Bool { isLabel(name.utf8[...], maximum: 63) }

    private static func isLabel(_ label: Substring.UTF8View, maximum: Int) -> Bool {
        guard let first = label.first, let last = label.last, label.count <= maximum else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
