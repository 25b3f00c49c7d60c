// SPDX-License-Identifier: Apache-2.0
// One entry of `tests`: a case, or a table of cases that share what stands above it.

internal import ShrikePolicy

struct CaseDecoder {
    let processes: [String: WorldProcess]

    /// What a table's cases take from it when they do not say it themselves.
    private struct Shared {
        var hook: YAMLNode?
        var process: YAMLNode?
        var arguments: YAMLNode?
        var returns: YAMLNode?
        var expected: YAMLNode?
    }

    func cases(_ node: YAMLNode, number: Int) throws(TestProblem) -> [TestCase] {
        var fields = try LocatedFields(node, "a test")
        let name = try fields.text("name")?.value ?? "test \(number)"
        let shared = Self.shared(&fields, Shared())
        let rows = try fields.items("cases")
        let isTable = fields.isGiven("cases")
        try fields.finish()
        guard isTable else { return [try testCase(node, name, shared)] }
        guard !rows.isEmpty else { throw TestProblem(node.range, "`cases` of `\(name)` is empty") }
        var result: [TestCase] = []
        for (row, item) in rows.enumerated() {
            var fields = try LocatedFields(item, "a case")
            let own = try fields.text("name")?.value
            let merged = Self.shared(&fields, shared)
            try fields.finish()
            result.append(try testCase(item, "\(name) / \(own ?? "case \(row + 1)")", merged))
        }
        return result
    }

    private static func shared(_ fields: inout LocatedFields, _ above: Shared) -> Shared {
        var result = above
        result.hook = fields.node("hook") ?? above.hook
        result.process = fields.node("process") ?? above.process
        result.arguments = fields.node("args") ?? above.arguments
        result.returns = fields.node("returns") ?? above.returns
        result.expected = fields.node("expect") ?? above.expected
        return result
    }

    private func testCase(_ node: YAMLNode, _ name: String, _ given: Shared) throws(TestProblem) -> TestCase {
        guard let hookNode = given.hook else { throw TestProblem(node.range, "`\(name)` needs `hook`") }
        guard let processNode = given.process else {
            throw TestProblem(node.range, "`\(name)` needs `process`")
        }
        guard let expected = given.expected else {
            throw TestProblem(node.range, "`\(name)` needs `expect`: post, deny, kill, signal or none")
        }
        let text = try hookNode.scalarText()
        guard let hook = EventHook(text) else {
            throw TestProblem(
                hookNode.range,
                "`\(text)` is no hook; write lsm/NAME, kprobe/FUNCTION, syscall/NAME, tracepoint/SUBSYSTEM/EVENT or raw/EVENT"
            )
        }
        var event = WorldEvent(hook: hook, process: try process(processNode))
        if let returns = given.returns {
            guard let result = Int64(exactly: try returns.number()) else {
                throw TestProblem(returns.range, "`returns` must fit 64 bits")
            }
            event.result = result
        }
        if let arguments = given.arguments { try Self.add(arguments, to: &event) }
        return TestCase(
            name: name, range: node.range, event: event, hookRange: hookNode.range,
            argumentsRange: given.arguments?.range ?? node.range, expected: try expectation(expected))
    }

    private func process(_ node: YAMLNode) throws(TestProblem) -> WorldProcess {
        if case .mapping = node.content {
            let (process, parent) = try WorldDecoder.process(node, name: "the process")
            guard let parent else { return process }
            var child = process
            let above = try named(parent)
            child.reading.ancestors = [above.reading] + above.reading.ancestors
            return child
        }
        return try named(Located(try node.scalarText(), at: node.range))
    }

    /// A process of the world; a path is a process of the host with that binary.
    private func named(_ name: Located<String>) throws(TestProblem) -> WorldProcess {
        if let process = processes[name.value] { return process }
        if name.value.hasPrefix("/") { return WorldProcess(name: name.value, binary: name.value) }
        throw WorldDecoder.unknown(name, among: Array(processes.keys))
    }

    private static func add(_ node: YAMLNode, to event: inout WorldEvent) throws(TestProblem) {
        switch node.content {
        case .sequence(let items):
            for (index, item) in items.enumerated() where !item.isNull { event.arguments[index] = item }
        case .mapping(let pairs):
            for pair in pairs {
                if let index = Int(pair.key.value) {
                    event.arguments[index] = pair.value
                } else {
                    event.labelled[pair.key.value] = pair.value
                }
            }
        case .scalar:
            throw TestProblem(
                node.range, "`args` is a list by parameter number, or a mapping from numbers or labels")
        }
    }

    // MARK: Expectations

    private func expectation(_ node: YAMLNode) throws(TestProblem) -> Expectation {
        var expected = Expectation(range: node.range)
        guard case .mapping = node.content else {
            expected.words = try Self.words(node)
            return expected
        }
        var fields = try LocatedFields(node, "`expect`")
        guard let verdict = fields.node("verdict") else {
            throw TestProblem(node.range, "`expect` needs `verdict`: post, deny, kill, signal or none")
        }
        expected.words = try Self.words(verdict)
        expected.policy = try fields.text("policy")
        expected.selector = try fields.text("selector")
        for item in try fields.items("not", mayBeSingle: true) {
            expected.not.append(Located(try item.scalarText(), at: item.range))
        }
        expected.error = try Self.small(fields.number("error"))
        expected.signal = try Self.small(fields.number("signal"))
        expected.isPosted = try fields.bool("posted")
        try fields.finish()
        if let selector = expected.selector, expected.words.isEmpty, expected.policy == nil {
            throw TestProblem(
                selector.range, "name the `policy` too: nothing else tells which selector is meant")
        }
        return expected
    }

    private static func small(_ number: Located<Int128>?) throws(TestProblem) -> Located<Int>? {
        guard let number else { return nil }
        guard let value = Int(exactly: number.value) else { throw TestProblem(number.range, "too large") }
        return Located(value, at: number.range)
    }

    private static func words(_ node: YAMLNode) throws(TestProblem) -> Set<String> {
        let items: [YAMLNode]
        if case .sequence(let list) = node.content { items = list } else { items = [node] }
        var words: Set<String> = []
        for item in items {
            let word = try item.scalarText()
            guard Expectation.verdicts.contains(word) else {
                let meant = Suggestion.nearest(to: word, among: Expectation.verdicts)
                throw TestProblem(
                    item.range,
                    "`\(word)` is no verdict; "
                        + (meant.map { "did you mean `\($0)`?" }
                            ?? "they are post, deny, kill, signal and none"))
            }
            words.insert(word)
        }
        guard words.count == 1 || !words.contains("none"), !words.isEmpty else {
            throw TestProblem(node.range, "`none` stands alone")
        }
        // What is enforced is posted or not; `posted` asks for that.
        if words.contains("post"), words.count > 1 {
            throw TestProblem(node.range, "`post` stands alone; beside an enforcement write `posted: true`")
        }
        return words.subtracting(["none"])
    }
}
