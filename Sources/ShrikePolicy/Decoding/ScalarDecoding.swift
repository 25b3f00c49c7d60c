// SPDX-License-Identifier: Apache-2.0
// Single values: texts, truth values, numbers, words.

extension DecodingContext {
    func string(_ node: YAMLNode) -> Located<String>? {
        guard case .scalar(let scalar) = node.content else {
            error(.wrongType, node.range, "expected a string, got \(node.kindName)")
            return nil
        }
        guard scalar.resolved == .string else {
            let help =
                scalar.resolved == .null
                ? "write a text; the empty one is \"\""
                : "write it quoted: \"\(quotable(scalar.text, limit: 64))\""
            error(
                .wrongType, node.range,
                "expected a string, got \(scalar.resolved.name)", help: help)
            return nil
        }
        return Located(scalar.text, at: node.range)
    }

    func bool(_ node: YAMLNode) -> Bool? {
        if case .scalar(let scalar) = node.content {
            if case .boolean(let value) = scalar.resolved { return value }
            if scalar.style == .quoted, case .boolean = ResolvedScalar.resolve(plain: scalar.text) {
                error(
                    .wrongType, node.range, "expected true or false, got a string",
                    help: "remove the quotes: \(scalar.text)")
                return nil
            }
        }
        error(.wrongType, node.range, "expected true or false, got \(node.kindName)")
        return nil
    }

    func integer<Number: FixedWidthInteger & Sendable>(
        _ node: YAMLNode, in allowed: ClosedRange<Number>, name: String
    ) -> Located<Number>? {
        guard case .scalar(let scalar) = node.content, case .integer(let number) = scalar.resolved else {
            var help: String?
            if case .scalar(let scalar) = node.content, IntegerSyntax.parse(scalar.text) != nil,
                scalar.style == .quoted
            {
                help = "remove the quotes: \(scalar.text)"
            }
            error(.wrongType, node.range, "\(name) must be a whole number, not \(node.kindName)", help: help)
            return nil
        }
        guard let value = Number(exactly: number), allowed.contains(value) else {
            error(
                .numberOutOfRange, node.range,
                "\(name) is \(number), it must be from \(allowed.lowerBound) to \(allowed.upperBound)")
            return nil
        }
        return Located(value, at: node.range)
    }

    func word<Word: RawRepresentable<String> & Sendable>(
        _ node: YAMLNode, among words: [Word], of field: String
    ) -> Located<Word>? {
        guard let text = string(node) else { return nil }
        if let word = words.first(where: { $0.rawValue == text.value }) {
            return Located(word, at: text.range)
        }
        if isFull { return nil }
        let names = words.map(\.rawValue).filter { !$0.isEmpty }
        let message = "\(code(text.value)) is not a value of \(field)"
        if let removed = RemovedFeature.help(forWord: text.value) {
            error(.removedFeature, text.range, message, help: removed)
        } else {
            let list = names.map { "`\($0)`" }.joined(separator: ", ")
            let meant =
                Suggestion.help(for: text.value, among: names) ?? OtherWord.help(text.value, among: names)
            let help = meant ?? "the values are \(list)"
            error(.unknownValue, text.range, message, help: help)
        }
        return nil
    }
}

/// What older versions of the language had.
enum RemovedFeature {
    static func help(forField name: String) -> String? {
        switch name {
        case "argFd", "argName": fileDescriptors
        case "matchCurrentCred": "use `matchCapabilities`, or an argument of type `cred`"
        case "returnMatchArgs": "write `matchReturnArgs`"
        default: nil
        }
    }

    static func help(forWord word: String) -> String? {
        switch word {
        case "FollowFD", "UnfollowFD", "CopyFD": fileDescriptors
        case "Instring": "write `SubString`"
        case "SubStringIgnoreCase": "write `SubStringIgnCase`"
        default: nil
        }
    }

    private static let fileDescriptors =
        "hook a `security_file_*` function and filter an argument of type `file`"
}

/// Words that other filters or other tools use for the same thing.
enum OtherWord {
    private static let words: [String: [String]] = [
        "In": ["Equal"], "NotIn": ["NotEqual"], "Equal": ["In"], "NotEqual": ["NotIn"],
        "Contains": ["SubString"], "StartsWith": ["Prefix"], "EndsWith": ["Postfix"], "Suffix": ["Postfix"],
        "Kill": ["Sigkill"], "Block": ["Override"], "Deny": ["Override"], "Log": ["Post"],
    ]

    static func help(_ word: String, among names: [String]) -> String? {
        words[word]?.first { names.contains($0) }.map { "write `\($0)`" }
    }
}

/// Which mapping a field belongs to, for fields that are indented wrongly.
enum FieldOwner {
    private static let owners: [(what: String, fields: Set<String>)] = [
        (
            "a selector",
            [
                "matchArgs", "matchData", "matchReturnArgs", "matchBinaries", "matchParentBinaries",
                "matchPIDs",
                "matchNamespaces", "matchNamespaceChanges", "matchCapabilities", "matchCapabilityChanges",
                "matchWorkloads", "matchActions", "matchReturnActions", "macros",
            ]
        ),
        ("a hook", ["selectors", "args", "returnArg", "syscall", "tags", "message"]),
        (
            "the spec",
            ["kprobes", "tracepoints", "lsmhooks", "uprobes", "usdts", "fentries", "options", "lists"]
        ),
        ("the policy", ["spec", "metadata", "kind", "apiVersion"]),
        ("an action", ["argError", "argSig", "rateLimit", "rateLimitScope"]),
        ("a filter", ["operator", "values", "followChildren"]),
    ]

    static func help(for name: String, notIn what: String) -> String? {
        owners.first { $0.fields.contains(name) && $0.what != what }.map {
            "`\(name)` belongs in \($0.what); check the indentation"
        }
    }
}
