// SPDX-License-Identifier: Apache-2.0
// The members of a filter that are more than a comparison.

internal import ShrikeControl
internal import ShrikeJSON
internal import SwiftProtobuf
internal import Synchronization

/// `pid_set`: the named processes and what descends from them, as seen since the filter was made.
internal final class ProcessFamily: Sendable {
    /// Members that are remembered; with more, the filter starts again from those that it was made with.
    private static let limit = 65_536
    private let roots: Set<Int64>
    private let members: Mutex<Set<Int64>>

    internal init(_ pids: [Int64]) {
        roots = Set(pids)
        members = Mutex(roots)
    }

    internal func includes(_ event: EventLine) -> Bool {
        guard let pid = event.process?.member("pid")?.integer else { return false }
        let parent = event.parent?.member("pid")?.integer
        return members.withLock { known in
            if known.contains(pid) { return true }
            guard let parent, known.contains(parent) else { return false }
            if known.count >= Self.limit { known = roots }
            known.insert(pid)
            return true
        }
    }
}

/// A Kubernetes label selector: `app=shop,tier in (a, b),!canary`.
internal struct LabelSelector: Sendable {
    private enum Requirement: Sendable {
        case isIn(String, [String]), isNotIn(String, [String]), exists(String), doesNotExist(String)
    }

    private var requirements: [Requirement] = []

    /// Parses a selector; nil when it is none.
    internal init?(_ text: String) {
        for part in Self.parts(of: text) {
            guard let requirement = Self.requirement(part) else { return nil }
            requirements.append(requirement)
        }
    }

    /// Whether labels, an object of strings, fit.
    internal func matches(_ labels: JSONView?) -> Bool {
        var values: [String: String] = [:]
        labels?.forEachMember { key, value in
            values[String(unescaping: key)] = value.string ?? ""
            return true
        }
        return requirements.allSatisfy { requirement in
            switch requirement {
            case .isIn(let key, let wanted): values[key].map(wanted.contains) ?? false
            case .isNotIn(let key, let unwanted): !(values[key].map(unwanted.contains) ?? false)
            case .exists(let key): values[key] != nil
            case .doesNotExist(let key): values[key] == nil
            }
        }
    }

    /// Splits at the commas that are not in parentheses.
    private static func parts(of text: String) -> [String] {
        var parts = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.map(trimmed)
    }

    private static func requirement(_ text: String) -> Requirement? {
        if text.hasPrefix("!") { return key(text.dropFirst()).map(Requirement.doesNotExist) }
        if text.hasSuffix(")"), let open = text.firstIndex(of: "(") {
            let words = text[..<open].split(separator: " ")
            let values = text[text.index(after: open)...].dropLast().split(
                separator: ",", omittingEmptySubsequences: false
            ).map { trimmed(String($0)) }
            guard words.count == 2, let name = key(words[0]) else { return nil }
            switch words[1] {
            case "in": return .isIn(name, values)
            case "notin": return .isNotIn(name, values)
            default: return nil
            }
        }
        guard let sign = text.firstIndex(of: "=") else { return key(text[...]).map(Requirement.exists) }
        let isNegative = text[..<sign].hasSuffix("!")
        let value = text[text.index(after: sign)...].drop { $0 == "=" }
        guard let name = key(text[..<sign].dropLast(isNegative ? 1 : 0)), !value.contains("=") else {
            return nil
        }
        let values = [trimmed(String(value))]
        return isNegative ? .isNotIn(name, values) : .isIn(name, values)
    }

    private static func key(_ text: Substring) -> String? {
        let name = trimmed(String(text))
        let isGood =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                default: "-_./".utf8.contains(byte)
                }
            }
        return isGood ? name : nil
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// `capabilities`: a condition on each set of a process's capabilities.
internal struct CapabilityFilter: Sendable {
    private struct Condition: Sendable {
        let set: String
        let names: Set<String>
        let kind: Kind
        enum Kind: Sendable { case any, all, exactly, none }
    }

    private var conditions: [Condition] = []

    internal init(_ filter: Tetragon_CapFilter) throws(EventFilterError) {
        if filter.hasPermitted { try add("permitted", filter.permitted) }
        if filter.hasEffective { try add("effective", filter.effective) }
        if filter.hasInheritable { try add("inheritable", filter.inheritable) }
    }

    /// Whether a process's `cap` fits; a process without it never does.
    internal func matches(_ capabilities: JSONView?) -> Bool {
        guard let capabilities else { return false }
        return conditions.allSatisfy { condition in
            let names = Set(capabilities.member(condition.set)?.elements.compactMap(\.string) ?? [])
            switch condition.kind {
            case .any: return !names.isDisjoint(with: condition.names)
            case .all: return names.isSuperset(of: condition.names)
            case .exactly: return names == condition.names
            case .none: return names.isDisjoint(with: condition.names)
            }
        }
    }

    private mutating func add(_ set: String, _ filter: Tetragon_CapFilterSet) throws(EventFilterError) {
        let given: [(Condition.Kind, [Tetragon_CapabilitiesType])] = [
            (.any, filter.any), (.all, filter.all), (.exactly, filter.exactly), (.none, filter.none),
        ].filter { !$0.1.isEmpty }
        guard given.count == 1 else { throw .badCapabilities(set: set) }
        conditions.append(Condition(set: set, names: Self.names(of: given[0].1), kind: given[0].0))
    }

    /// The names as events spell them; the library tells them in JSON only.
    private static func names(of values: [Tetragon_CapabilitiesType]) -> Set<String> {
        var message = Tetragon_Capabilities()
        message.permitted = values
        let text: [UInt8] = (try? message.jsonUTF8Bytes()) ?? []
        return text.withUnsafeBytes { bytes in
            Set(JSONView(bytes)?.member("permitted")?.elements.compactMap(\.string) ?? [])
        }
    }
}
