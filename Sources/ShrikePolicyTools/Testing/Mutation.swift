// SPDX-License-Identifier: Apache-2.0
// Changes of the policies, one at a time, to see whether any case notices. The text is changed, so that a mutant is
// loaded and checked as a policy is; one that does not load is none.

internal import ShrikeLint
internal import ShrikePolicy

/// The mutants of a test file's policies.
struct Mutation {
    /// How many could be loaded.
    private(set) var count = 0
    /// Those that no case noticed.
    private(set) var survivors: [TestProblem] = []

    /// One change.
    private struct Mutant {
        var edits: [(range: SourceRange, text: String)]
        var message: String
    }

    init(_ sources: PolicySources, _ file: TestFile) {
        var seen: Set<String> = []
        for policy in sources.policies {
            for hook in policy.spec.hooks {
                for selector in hook.selectors {
                    for mutant in Self.mutants(of: selector) {
                        // The content of an alias is met at each of its uses.
                        let key = mutant.message + "\(mutant.edits.map(\.range))"
                        guard seen.insert(key).inserted else { continue }
                        run(mutant, sources, file)
                    }
                }
            }
        }
    }

    private mutating func run(_ mutant: Mutant, _ sources: PolicySources, _ file: TestFile) {
        guard let place = mutant.edits.first?.range else { return }
        var files: [(path: String, bytes: [UInt8])] = []
        for path in sources.texts.keys.sorted() {
            guard let text = sources.texts[path] else { continue }
            var bytes = text.bytes
            let edits = mutant.edits.filter { $0.range.file == path }.sorted {
                $0.range.start > $1.range.start
            }
            for edit in edits {
                guard let start = text.offset(of: edit.range.start), let end = text.offset(of: edit.range.end)
                else { return }
                bytes.replaceSubrange(start..<end, with: Array(edit.text.utf8))
            }
            files.append((path, bytes))
        }
        let (changed, problems) = PolicySources.load(files)
        // The order of the policies decides between them: it stays as it was.
        let order = sources.policies.map(\.name.value)
        let policies = changed.policies.sorted {
            (order.firstIndex(of: $0.name.value) ?? 0) < (order.firstIndex(of: $1.name.value) ?? 0)
        }
        guard problems.isEmpty,
            let world = try? PolicyWorld(policies, functions: file.cases.map(\.event.hook.symbol))
        else { return }
        count += 1
        if file.cases.allSatisfy({ CaseCheck($0, world).failure == nil }) {
            survivors.append(TestProblem(place, "no case notices when \(mutant.message)"))
        }
    }

    // MARK: Mutants

    private static func mutants(of selector: Selector) -> [Mutant] {
        var result: [Mutant] = []
        for filter in selector.matchArgs + selector.matchReturnArgs {
            result += mutants(filter.operator, filter.values)
        }
        for filter in selector.matchBinaries + selector.matchParentBinaries {
            result += mutants(filter.operator, filter.values)
        }
        for filter in selector.matchPIDs {
            result += mutants(
                filter.operator, filter.values.map { Located(String($0.value), at: $0.range) },
                areNumbers: true)
        }
        for filter in selector.matchNamespaces { result += mutants(filter.operator, filter.values) }
        for filter in selector.matchNamespaceChanges { result += mutants(filter.operator, filter.values) }
        for filter in selector.matchCapabilities + selector.matchCapabilityChanges {
            result += mutants(filter.operator, filter.values)
        }
        for action in selector.actions + selector.returnActions {
            guard let other = action.kind.value.mutant else { continue }
            result.append(
                Mutant(
                    edits: [(action.kind.range, other.rawValue)],
                    message: "the action `\(action.kind.value.rawValue)` becomes `\(other.rawValue)`"))
        }
        return result
    }

    private static func mutants(
        _ comparison: Located<Operator>, _ values: [Located<String>], areNumbers: Bool = false
    ) -> [Mutant] {
        var result: [Mutant] = []
        let name = comparison.value.rawValue
        for other in comparison.value.mutants {
            result.append(
                Mutant(
                    edits: [(comparison.range, other.rawValue)],
                    message: "the operator `\(name)` becomes `\(other.rawValue)`"))
        }
        for value in values {
            guard let changed = changed(value.value, comparison.value) else { continue }
            let text = areNumbers ? changed : JSONValue.quoted(changed)
            result.append(
                Mutant(
                    edits: [(value.range, text)], message: "the value `\(value.value)` becomes `\(changed)`"))
        }
        return result
    }

    /// Another value of the same form; nil for words that have no other form.
    private static func changed(_ value: String, _ comparison: Operator) -> String? {
        if let number = IntegerSyntax.parse(value) { return String(number + 1) }
        if value.contains(":"), let interval = IntegerInterval(value) {
            return "\(interval.highest + 1):\(interval.highest + 2)"
        }
        if value.hasPrefix("CAP_") { return value == "CAP_CHOWN" ? "CAP_KILL" : "CAP_CHOWN" }
        if AddressBlock(value) != nil { return value.contains(":") ? "fd00:5::7" : "198.51.100.7" }
        switch comparison {
        case .fileType, .notFileType: return value == "fifo" ? "sock" : "fifo"
        case .family: return value == "AF_ALG" ? "AF_KCM" : "AF_ALG"
        case .protocol: return value == "IPPROTO_EGP" ? "IPPROTO_PUP" : "IPPROTO_EGP"
        case .state: return value == "TCP_CLOSING" ? "TCP_LISTEN" : "TCP_CLOSING"
        case .postfix, .notPostfix: return "~" + value
        default: break
        }
        if value == NamespaceFilter.hostValue { return "77" }
        if NamespaceKind(rawValue: value) != nil { return value == "Uts" ? "Ipc" : "Uts" }
        return value + "~"
    }
}

extension ActionKind {
    /// What it is exchanged for.
    fileprivate var mutant: ActionKind? {
        switch self {
        case .post: .noPost
        case .noPost, .sigkill, .signal, .override: .post
        default: nil
        }
    }
}

extension Operator {
    /// What it is exchanged for: its negation, and its narrower neighbour.
    fileprivate var mutants: [Operator] {
        switch self {
        case .in: [.notIn]
        case .notIn: [.in]
        case .equal: [.notEqual]
        case .notEqual: [.equal]
        case .prefix: [.notPrefix, .equal, .in]
        case .notPrefix: [.prefix]
        case .postfix: [.notPostfix, .equal, .in]
        case .notPostfix: [.postfix]
        case .gt, .greaterThan: [.lt, .equal]
        case .lt, .lessThan: [.gt, .equal]
        case .mask: [.equal]
        case .sourcePort: [.notSourcePort, .destinationPort]
        case .notSourcePort: [.sourcePort]
        case .destinationPort: [.notDestinationPort, .sourcePort]
        case .notDestinationPort: [.destinationPort]
        case .sourcePortPrivileged: [.notSourcePortPrivileged]
        case .notSourcePortPrivileged: [.sourcePortPrivileged]
        case .destinationPortPrivileged: [.notDestinationPortPrivileged]
        case .notDestinationPortPrivileged: [.destinationPortPrivileged]
        case .sourceAddress: [.notSourceAddress, .destinationAddress]
        case .notSourceAddress: [.sourceAddress]
        case .destinationAddress: [.notDestinationAddress, .sourceAddress]
        case .notDestinationAddress: [.destinationAddress]
        case .inMap: [.notInMap]
        case .notInMap: [.inMap]
        case .inRange: [.notInRange]
        case .notInRange: [.inRange]
        case .fileType: [.notFileType]
        case .notFileType: [.fileType]
        default: []
        }
    }
}
