// SPDX-License-Identifier: Apache-2.0
// Takes a mapping apart field by field. It remembers which names were asked for, so what is left
// over is unknown, and the names that were asked for are the ones to suggest.

/// Collects what is wrong with a document while it is decoded.
final class DecodingContext {
    let file: String
    private(set) var diagnostics: [Diagnostic] = []
    /// A file may be wrong in each of its thousands of values; nobody reads that many.
    private let limit = YAMLLimits.standard.diagnostics

    init(file: String) {
        self.file = file
    }

    /// More findings than anyone reads: looking for the nearest names would only cost time.
    var isFull: Bool { diagnostics.count >= limit }

    func report(_ diagnostic: Diagnostic) {
        if !isFull { diagnostics.append(diagnostic) }
    }

    @discardableResult
    func error(
        _ code: DiagnosticCode, _ range: SourceRange, _ message: String, help: String? = nil
    ) -> Diagnostic {
        let diagnostic = Diagnostic(.error, code, at: range, message, help: help)
        report(diagnostic)
        return diagnostic
    }

    /// Forgets what was reported, since it is part of another mistake that is about to be reported.
    func takeBack(_ diagnostic: Diagnostic) {
        if let position = diagnostics.lastIndex(of: diagnostic) { diagnostics.remove(at: position) }
    }
}

/// The fields of one mapping.
struct MappingDecoder {
    /// What the mapping is, with its article, for messages: `a selector`.
    let what: String
    let range: SourceRange
    let context: DecodingContext
    private let pairs: [YAMLPair]
    private var asked: [String] = []
    private var absent: [String: Diagnostic] = [:]
    private var places = FieldPlaces()

    /// Fails, with an error, on anything but a mapping; null counts as an empty one if `mayBeNull`.
    init?(
        _ node: YAMLNode, _ what: String, _ context: DecodingContext, mayBeNull: Bool = false,
        help: String? = nil
    ) {
        switch node.content {
        case .mapping(let pairs):
            self.pairs = pairs
        case .scalar where mayBeNull && node.isNull:
            pairs = []
        default:
            context.error(
                .wrongType, node.range, "expected \(what) (a mapping of fields), got \(node.kindName)",
                help: help)
            return nil
        }
        self.what = what
        self.range = node.range
        self.context = context
    }

    /// The value of a field, unless it is missing or null. Null is what an empty `field:` gives, and
    /// Kubernetes treats it as absent.
    mutating func node(_ name: String, isDefault: (YAMLNode) -> Bool = { _ in false }) -> YAMLNode? {
        asked.append(name)
        guard let pair = pairs.first(where: { $0.key.value == name }) else { return nil }
        places.all.append(
            FieldPlaces.Field(
                name: name, nameRange: pair.key.range, valueRange: pair.value.range,
                isDefault: pair.value.isNull || isDefault(pair.value)))
        return pair.value.isNull ? nil : pair.value
    }

    /// Reads fields without looking at them.
    mutating func ignore(_ names: String...) {
        asked += names
    }

    /// Whether the field is not given, or null.
    func isMissing(_ name: String) -> Bool {
        pairs.first { $0.key.value == name }?.value.isNull ?? true
    }

    /// What to add for the fields that are missed most.
    private static let missingHelp = [
        "apiVersion": "add `apiVersion: \(PolicyAPI.version)`",
        "kind": "add `kind: TracingPolicy`",
        "metadata": "add `metadata` with a `name`",
        "spec": "add `spec`; an empty one is `spec: {}`",
        "call": "add `call` with a kernel function or a system call, for example `call: sys_openat`",
        "index": "add `index: 0` for the first parameter",
        "operator": "add `operator`, for example `operator: Equal`",
        "values": "add `values` with at least one entry",
        "action": "add `action`, for example `action: Post`",
    ]

    /// Says that a field is missing.
    mutating func missing(_ name: String) {
        let help = Self.missingHelp[name] ?? "add `\(name)`"
        absent[name] = context.error(.missingField, range, "\(what) needs `\(name)`", help: help)
    }

    /// Reports fields that nothing asked for. One that is a misspelling of a missing field is one mistake, so what
    /// was said of the missing one is taken back.
    ///
    /// - Returns: where each field stands.
    func finish() -> FieldPlaces {
        for pair in pairs where !context.isFull && !asked.contains(pair.key.value) {
            let name = pair.key.value
            if let removed = RemovedFeature.help(forField: name) {
                context.error(
                    .removedFeature, pair.key.range, "the field \(code(name)) was removed from the language",
                    help: removed)
            } else {
                if let meant = Suggestion.nearest(to: name, among: asked), let said = absent[meant] {
                    context.takeBack(said)
                }
                let help = Suggestion.help(for: name, among: asked) ?? FieldOwner.help(for: name, notIn: what)
                context.error(
                    .unknownField, pair.key.range, "\(what) has no field \(code(name))",
                    help: help ?? "its fields are \(asked.map { "`\($0)`" }.joined(separator: ", "))")
            }
        }
        return places
    }
}

extension MappingDecoder {
    /// A text; nil if it is missing or not one.
    mutating func string(_ name: String) -> Located<String>? {
        node(name, isDefault: { $0.scalarText == "" }).flatMap { context.string($0) }
    }

    /// A text for which empty means absent.
    mutating func nonEmptyString(_ name: String) -> Located<String>? {
        string(name).flatMap { $0.value.isEmpty ? nil : $0 }
    }

    /// A text that must be there and not be empty.
    mutating func requiredString(_ name: String) -> Located<String>? {
        guard let node = node(name) else {
            missing(name)
            return nil
        }
        guard let text = context.string(node) else { return nil }
        if text.value.isEmpty {
            context.error(.missingField, text.range, "`\(name)` of \(what) is empty", help: "write a value")
            return nil
        }
        return text
    }

    /// A truth value.
    mutating func bool(_ name: String, default standard: Bool = false) -> Bool {
        node(name, isDefault: { $0.boolean == standard }).flatMap { context.bool($0) } ?? standard
    }

    /// A whole number of the range.
    mutating func integer<Number: FixedWidthInteger & Sendable>(
        _ name: String, in allowed: ClosedRange<Number>
    ) -> Located<Number>? {
        node(name).flatMap { context.integer($0, in: allowed, name: "`\(name)`") }
    }

    /// One of the words of an enumeration.
    mutating func word<Word: RawRepresentable<String> & Sendable>(
        _ name: String, among words: [Word], required: Bool = false
    ) -> Located<Word>? {
        guard let node = node(name, isDefault: { $0.scalarText == "" }) else {
            if required { missing(name) }
            return nil
        }
        return context.word(node, among: words, of: "`\(name)`")
    }

    /// A list of texts.
    mutating func strings(_ name: String, required: Bool = false) -> [Located<String>] {
        list(name, required: required) { $1.string($0) }
    }

    /// A list, each item by itself; bad items are left out.
    mutating func list<Item>(
        _ name: String, atMost maximum: Int? = nil, required: Bool = false,
        _ decode: (YAMLNode, DecodingContext) -> Item?
    ) -> [Item] {
        guard let node = node(name, isDefault: { $0.isEmptySequence }) else {
            if required { missing(name) }
            return []
        }
        guard case .sequence(let items) = node.content else {
            context.error(
                .wrongType, node.range, "`\(name)` must be a list, not \(node.kindName)",
                help: "start each item with `- `")
            return []
        }
        if let maximum, items.count > maximum {
            context.error(
                .tooManyEntries, items[maximum].range,
                "`\(name)` of \(what) has \(items.count) entries, the limit is \(maximum)",
                help: "merge entries or split the policy")
            return []
        }
        return items.compactMap { decode($0, context) }
    }
}

extension YAMLNode {
    /// A scalar without text.
    var isEmptyText: Bool { scalarText == "" }

    fileprivate var scalarText: String? {
        if case .scalar(let scalar) = content { scalar.text } else { nil }
    }

    fileprivate var boolean: Bool? {
        if case .scalar(let scalar) = content, case .boolean(let value) = scalar.resolved {
            value
        } else {
            nil
        }
    }

    fileprivate var isEmptySequence: Bool {
        if case .sequence(let items) = content { items.isEmpty } else { false }
    }
}
