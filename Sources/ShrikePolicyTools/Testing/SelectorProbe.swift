// SPDX-License-Identifier: Apache-2.0
// Why a selector matches or does not: each of its conditions is made a policy of its own and asked alone, so the answer
// is the matcher's own.

internal import ShrikeLint
internal import ShrikePolicy
internal import ShrikePolicyCompiler

/// One condition of a selector.
struct Predicate: Sendable {
    /// The selector's field.
    var field: String
    /// The condition as a policy writes it.
    var yaml: String
    /// The same with one value each, not negated; empty for conditions without values.
    var single: [(value: Located<String>, yaml: String)] = []
    /// In words.
    var text: String
    var range: SourceRange
    /// What is compared and how, in words before a value.
    var start = ""
    var isNegated = false

    /// The condition on one value, in words.
    func text(of value: String) -> String { "\(start) `\(value)`" }
}

extension Selector {
    /// All conditions, in the order in which they are told.
    var predicates: [Predicate] {
        var result: [Predicate] = []
        for (field, filters) in [("matchArgs", matchArgs), ("matchReturnArgs", matchReturnArgs)] {
            for filter in filters {
                let place =
                    filter.args.isEmpty
                    ? "index: \(filter.index?.value ?? 0), "
                    : "args: [\(filter.args.map(String.init).joined(separator: ", "))], "
                result.append(
                    Predicate(
                        field, place, filter.operator.value, filter.values, range: filter.range,
                        subject: field == "matchArgs"
                            ? "argument \(filter.args.first ?? filter.index?.value ?? 0)" : "the result"))
            }
        }
        for (field, filters) in [
            ("matchBinaries", matchBinaries), ("matchParentBinaries", matchParentBinaries),
        ] {
            for filter in filters {
                let follow = filter.followChildren ? "followChildren: true, " : ""
                result.append(
                    Predicate(
                        field, follow, filter.operator.value, filter.values, range: filter.range,
                        subject: field == "matchBinaries" ? "the binary" : "the parent's binary"))
            }
        }
        for filter in matchPIDs {
            let flags =
                (filter.isNamespacePID ? "isNamespacePID: true, " : "")
                + (filter.followForks ? "followForks: true, " : "")
            result.append(
                Predicate(
                    "matchPIDs", flags, filter.operator.value,
                    filter.values.map { Located(String($0.value), at: $0.range) }, range: filter.range,
                    subject: filter.isNamespacePID ? "the pid in its namespace" : "the pid", areNumbers: true)
            )
        }
        for filter in matchNamespaces {
            result.append(
                Predicate(
                    "matchNamespaces", "namespace: \(filter.namespace.value.rawValue), ",
                    filter.operator.value,
                    filter.values, range: filter.range,
                    subject: "the \(filter.namespace.value.rawValue) namespace"))
        }
        for filter in matchNamespaceChanges {
            result.append(
                Predicate(
                    "matchNamespaceChanges", "", filter.operator.value, filter.values, range: filter.range,
                    subject: "a changed namespace"))
        }
        let sets = [
            ("matchCapabilities", matchCapabilities), ("matchCapabilityChanges", matchCapabilityChanges),
        ]
        for (field, filters) in sets {
            for filter in filters {
                let flags =
                    "type: \(filter.set.value.rawValue), "
                    + (filter.isNamespaceCapability ? "isNamespaceCapability: true, " : "")
                let name = filter.set.value.rawValue.lowercased()
                result.append(
                    Predicate(
                        field, flags, filter.operator.value, filter.values, range: filter.range,
                        subject: field == "matchCapabilities"
                            ? "\(name) capabilities" : "changed \(name) capabilities"))
            }
        }
        return result
    }
}

extension Predicate {
    fileprivate init(
        _ field: String, _ place: String, _ operator: Operator, _ values: [Located<String>],
        range: SourceRange,
        subject: String, areNumbers: Bool = false
    ) {
        func yaml(_ operator: Operator, _ values: [String]) -> String {
            let list = values.map { areNumbers ? $0 : JSONValue.quoted($0) }.joined(separator: ", ")
            return "{\(place)operator: \(`operator`.rawValue)\(values.isEmpty ? "" : ", values: [\(list)]")}"
        }
        self.field = field
        self.range = range
        self.yaml = yaml(`operator`, values.map(\.value))
        let positive = `operator`.positive
        single = values.map { ($0, yaml(positive, [$0.value])) }
        let shown =
            values.prefix(8).map { "`\($0.value)`" }.joined(
                separator: `operator`.isNegative ? " nor " : " or ")
            + (values.count > 8 ? " or … (\(values.count) values)" : "")
        start = "\(subject) \(`operator`.words)"
        isNegated = `operator`.isNegative
        text = "\(start)\(shown.isEmpty ? "" : " \(shown)")"
    }
}

extension Operator {
    /// The operator that holds where this one does not, if this one is negative.
    var positive: Operator {
        guard isNegative else { return self }
        return switch self {
        case .notIn: .in
        case .notEqual: .equal
        case .notPrefix: .prefix
        case .notPostfix: .postfix
        case .notSourcePort: .sourcePort
        case .notSourcePortPrivileged: .sourcePortPrivileged
        case .notDestinationPort: .destinationPort
        case .notDestinationPortPrivileged: .destinationPortPrivileged
        case .notSourceAddress: .sourceAddress
        case .notDestinationAddress: .destinationAddress
        case .notInMap: .inMap
        case .notInRange: .inRange
        case .notFileType: .fileType
        default: self
        }
    }

    /// In a sentence before its values.
    var words: String {
        switch self {
        case .in, .equal, .inMap: "is"
        case .notIn, .notEqual, .notInMap: "is not"
        case .prefix: "starts with"
        case .notPrefix: "does not start with"
        case .postfix: "ends with"
        case .notPostfix: "does not end with"
        case .gt, .greaterThan: "is greater than"
        case .lt, .lessThan: "is less than"
        case .mask: "has a bit of"
        case .inRange: "is in the range"
        case .notInRange: "is not in the range"
        case .subString, .subStringIgnoringCase: "contains"
        case .sourcePort: "has the source port"
        case .notSourcePort: "has not the source port"
        case .destinationPort: "has the destination port"
        case .notDestinationPort: "has not the destination port"
        case .sourceAddress: "has a source address in"
        case .notSourceAddress: "has no source address in"
        case .destinationAddress: "has a destination address in"
        case .notDestinationAddress: "has no destination address in"
        case .sourcePortPrivileged: "has a privileged source port"
        case .notSourcePortPrivileged: "has no privileged source port"
        case .destinationPortPrivileged: "has a privileged destination port"
        case .notDestinationPortPrivileged: "has no privileged destination port"
        case .protocol: "has the protocol"
        case .family: "has the family"
        case .state: "has the state"
        case .fileType: "is a file of type"
        case .notFileType: "is no file of type"
        case .capabilitiesGained: "gains capabilities"
        case .celExpression: "satisfies"
        }
    }
}

/// Asks conditions one by one.
final class SelectorProbe {
    private let world: PolicyWorld
    /// By text: the same condition stands in many selectors and is asked of many events.
    private var worlds: [String: PolicyWorld?] = [:]

    init(_ world: PolicyWorld) { self.world = world }

    /// Whether a condition holds alone; nil when it cannot be asked alone.
    func holds(_ yaml: String, _ field: String, _ id: SelectorID, _ event: WorldEvent) -> Bool? {
        let policy = world.policies[id.policy]
        let hook = policy.spec.hooks[id.hook]
        guard let text = Self.policy(hook, event.hook, "[{\(field): [\(yaml)]}]") else { return nil }
        let alone = worlds[text] ?? load(text, event.hook.symbol)
        worlds[text] = .some(alone)
        guard let verdict = try? alone?.decide(event) else { return nil }
        return !verdict.selectors.isEmpty
    }

    private func load(_ text: String, _ symbol: String) -> PolicyWorld? {
        let result = PolicyLoader.load(Array(text.utf8), file: "condition")
        guard !result.hasErrors, !result.policies.isEmpty else { return nil }
        return try? PolicyWorld(result.policies, functions: [symbol])
    }

    /// A policy on the event's place with the hook's arguments and other selectors.
    private static func policy(_ hook: any PolicyHook, _ place: EventHook, _ selectors: String) -> String? {
        func argument(_ argument: Argument) -> String {
            "{index: \(argument.index), type: \(argument.type.value.rawValue)"
                + (argument.label.map { ", label: \(JSONValue.quoted($0))" } ?? "")
                + (argument.sizeArgumentIndex.map { ", sizeArgIndex: \($0.value)" } ?? "") + "}"
        }
        let arguments = hook.arguments.map(argument).joined(separator: ", ")
        var fields = "args: [\(arguments)], selectors: \(selectors)"
        if hook.returns, let result = hook.returnArgument {
            fields += ", return: true, returnArg: \(argument(result))"
        }
        let section: String
        switch hook {
        case let hook as KprobeHook:
            section = hook.section.rawValue
            fields = "call: \(JSONValue.quoted(place.symbol)), syscall: \(place.kind == .syscall), " + fields
        case let hook as LSMHook:
            section = "lsmhooks"
            fields = "hook: \(JSONValue.quoted(hook.hook.value)), " + fields
        case let hook as TracepointHook:
            section = "tracepoints"
            fields =
                "subsystem: \(JSONValue.quoted(hook.subsystem.value)), event: \(JSONValue.quoted(hook.event.value)), raw: \(hook.raw), "
                + fields
        default:
            return nil
        }
        return "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: condition}\n"
            + "spec: {\(section): [{\(fields)}]}\n"
    }

    /// The selectors that are asked about an event.
    func selectors(at event: WorldEvent) -> [SelectorID] {
        var result: [SelectorID] = []
        for (number, policy) in world.policies.enumerated() {
            for (position, hook) in policy.spec.hooks.enumerated() where hook.isAt(event.hook, policy.spec) {
                result += (0..<max(hook.selectors.count, 1)).map {
                    SelectorID(policy: number, hook: position, selector: $0)
                }
            }
        }
        return result
    }

    /// One line for each selector: that it matched, or the first condition that did not hold.
    func explain(_ event: WorldEvent) -> [String] {
        let verdict = try? world.decide(event)
        return selectors(at: event).map { id in
            let name = world.name(of: id)
            if verdict?.selectors.contains(id) == true { return "\(name): matched" }
            guard world.policies[id.policy].isFor(event.process) else {
                return "\(name): the policy is not for this process"
            }
            for predicate in world.selector(id)?.predicates ?? [] {
                if holds(predicate.yaml, predicate.field, id, event) == false {
                    let place = "\(predicate.range.file):\(predicate.range.start.line)"
                    return
                        "\(name): no match, since \(predicate.field) wants that \(predicate.text); it is \(event.actual(predicate)) (\(place))"
                }
            }
            return "\(name): not reached, an earlier selector of the hook matched"
        }
    }
}

extension PolicyHook {
    /// Whether the hook is on that place.
    func isAt(_ place: EventHook, _ spec: PolicySpec) -> Bool {
        switch self {
        case let hook as KprobeHook:
            guard place.kind == .kprobe || place.kind == .syscall else { return false }
            return spec.functions(of: hook, kernel: OfflineKernel(functions: [place.symbol])).contains {
                $0.symbol == place.symbol && $0.isSyscall == (place.kind == .syscall)
            }
        case let hook as LSMHook: return place.kind == .lsm && hook.hook.value == place.symbol
        case let hook as TracepointHook:
            return hook.raw
                ? place.kind == .raw
                    && hook.event.value == place.symbol.split(separator: "/").last.map(String.init)
                : place.kind == .tracepoint && hook.target.value == place.symbol
        default: return false
        }
    }
}

extension WorldEvent {
    /// What the event has of what a condition compares.
    func actual(_ predicate: Predicate) -> String {
        switch predicate.field {
        case "matchBinaries": return process.reading.binary.map { "`\($0)`" } ?? "not known"
        case "matchParentBinaries":
            return process.reading.ancestors.first?.binary.map { "`\($0)`" } ?? "not known"
        case "matchPIDs":
            return "\(process.reading.pid), in its namespace \(process.reading.namespacePID)"
        case "matchReturnArgs": return "\(result ?? 0)"
        case "matchArgs":
            let digits = predicate.text.dropFirst("argument ".count).prefix { $0.isNumber }
            guard let index = Int(digits), let node = arguments[index] else { return "not given" }
            if case .scalar(let scalar) = node.content { return "`\(scalar.text)`" }
            return node.kindName
        default: return "otherwise"
        }
    }
}
