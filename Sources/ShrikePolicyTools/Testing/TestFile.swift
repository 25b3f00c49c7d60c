// SPDX-License-Identifier: Apache-2.0
// A *_test.yaml file: the policies, a world of processes, and cases.

internal import ShrikeABI
internal import ShrikePolicy

/// One case: a call, and what must come of it.
struct TestCase: Sendable {
    var name: String
    /// Where the case stands.
    var range: SourceRange
    var event: WorldEvent
    var hookRange: SourceRange
    var argumentsRange: SourceRange
    var expected: Expectation
}

/// What a case expects.
struct Expectation: Sendable {
    var range: SourceRange
    /// `post`, `deny`, `kill`, `signal`; empty: none of it.
    var words: Set<String> = []
    /// The policy that does it.
    var policy: Located<String>?
    /// The selector that does it: its position, or its label.
    var selector: Located<String>?
    /// Policies that must not match.
    var not: [Located<String>] = []
    var error: Located<Int>?
    var signal: Located<Int>?
    /// Whether an event is sent; nil: not looked at beside an enforcement.
    var isPosted: Bool?

    /// The words of verdicts.
    static let verdicts = ["post", "deny", "kill", "signal", "none"]
}

/// A file of tests.
struct TestFile: Sendable {
    let file: String
    /// Policy files, relative to this one; empty: the file without `_test`.
    var policies: [Located<String>] = []
    var processes: [String: WorldProcess] = [:]
    var cases: [TestCase] = []

    /// Reads a file.
    init(_ bytes: [UInt8], file: String) throws(TestProblem) {
        self.file = file
        let stream = YAMLStream(bytes, file: file)
        if let first = stream.diagnostics.first(where: { $0.severity == .error }) {
            throw TestProblem(first.range, first.message)
        }
        let documents = stream.documents.filter { !$0.isNull }
        guard documents.count == 1, let document = documents.first else {
            throw TestProblem(
                SourceRange(file: file, at: .start),
                "a test file is one document with `tests`, not \(documents.count)")
        }
        var fields = try LocatedFields(document, "a test file")
        for item in try fields.items("policies", mayBeSingle: true) {
            policies.append(Located(try item.scalarText(), at: item.range))
        }
        let world = WorldDecoder(try fields.entries("processes"))
        processes = try world.processes()
        let tests = try fields.items("tests")
        try fields.finish()
        guard !tests.isEmpty else {
            throw TestProblem(document.range, "a test file needs `tests` with at least one case")
        }
        for (number, test) in tests.enumerated() {
            let decoder = CaseDecoder(processes: processes)
            cases += try decoder.cases(test, number: number + 1)
        }
    }
}

/// Reads `processes`; parents may stand behind their children.
struct WorldDecoder {
    private let pairs: [YAMLPair]

    init(_ pairs: [YAMLPair]) { self.pairs = pairs }

    func processes() throws(TestProblem) -> [String: WorldProcess] {
        var result: [String: WorldProcess] = [:]
        for pair in pairs { result[pair.key.value] = try process(pair, below: []) }
        return result
    }

    private func process(_ pair: YAMLPair, below children: [String]) throws(TestProblem) -> WorldProcess {
        var (process, parent) = try Self.process(pair.value, name: pair.key.value)
        guard let parent else { return process }
        guard !children.contains(pair.key.value) else {
            throw TestProblem(parent.range, "`\(pair.key.value)` is its own ancestor")
        }
        guard let found = pairs.first(where: { $0.key.value == parent.value }) else {
            throw Self.unknown(parent, among: pairs.map(\.key.value))
        }
        let above = try self.process(found, below: children + [pair.key.value])
        process.reading.ancestors = [above.reading] + above.reading.ancestors
        return process
    }

    static func unknown(_ name: Located<String>, among names: [String]) -> TestProblem {
        let meant = Suggestion.nearest(to: name.value, among: names)
        return TestProblem(
            name.range,
            "there is no process `\(name.value)` in `processes`"
                + (meant.map { "; did you mean `\($0)`?" } ?? ""))
    }

    /// One process and its parent's name.
    static func process(
        _ node: YAMLNode, name: String
    ) throws(TestProblem) -> (WorldProcess, parent: Located<String>?) {
        if case .scalar = node.content {
            return (WorldProcess(name: name, binary: try node.scalarText()), nil)
        }
        var fields = try LocatedFields(node, "a process")
        let binary = try fields.text("binary")
        if let binary, binary.value.utf8.count > 255 {
            throw TestProblem(binary.range, "a process's `binary` has at most 255 bytes in a test")
        }
        var process = WorldProcess(name: name, binary: binary?.value)
        let parent = try fields.text("parent")
        process.reading.pid = try fields.unsigned("pid") ?? process.reading.pid
        process.reading.namespacePID = try fields.unsigned("namespacePID") ?? 0
        process.reading.isKernelThread = try fields.bool("kernelThread") ?? false
        let uid = try fields.unsigned("uid") ?? 0
        let gid = try fields.unsigned("gid") ?? 0
        process.reading.setIDs(uid: uid, gid: gid)
        try process.reading.setFacts(&fields, like: process.reading)
        if let before = fields.node("before") {
            var earlier = process.reading
            var facts = try LocatedFields(before, "`before`")
            try earlier.setFacts(&facts, like: process.reading)
            try facts.finish()
            process.reading.before = .init(
                credentials: earlier.credentials, namespaces: earlier.namespaces)
        }
        if let pod = fields.node("pod") { process.pod = try WorldPod(pod) }
        try fields.finish()
        return (process, parent)
    }
}

extension ProcessReading {
    fileprivate mutating func setIDs(uid: UInt32, gid: UInt32) {
        credentials.uid = uid
        credentials.euid = uid
        credentials.suid = uid
        credentials.fsuid = uid
        credentials.gid = gid
        credentials.egid = gid
        credentials.sgid = gid
        credentials.fsgid = gid
    }

    /// `capabilities` and `namespaces`: what is not given is as in `other`.
    fileprivate mutating func setFacts(
        _ fields: inout LocatedFields, like other: ProcessReading
    ) throws(TestProblem) {
        credentials = other.credentials
        namespaces = other.namespaces
        if let node = fields.node("capabilities") {
            if case .mapping = node.content {
                var sets = try LocatedFields(node, "`capabilities`")
                if let set = sets.node("effective") { credentials.effective = try set.capabilities() }
                if let set = sets.node("permitted") { credentials.permitted = try set.capabilities() }
                if let set = sets.node("inheritable") { credentials.inheritable = try set.capabilities() }
                try sets.finish()
            } else {
                credentials.effective = try node.capabilities()
                credentials.permitted = credentials.effective
            }
        }
        for pair in try fields.entries("namespaces") {
            guard let kind = NamespaceKind(rawValue: pair.key.value) else {
                let names = NamespaceKind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                throw TestProblem(pair.key.range, "`\(pair.key.value)` is no namespace; they are \(names)")
            }
            if try pair.value.scalarText() == NamespaceFilter.hostValue { continue }
            guard let inode = UInt32(exactly: try pair.value.number()) else {
                throw TestProblem(pair.value.range, "a namespace is `host_ns` or an inode number")
            }
            namespaces[kind] = inode
        }
    }
}

extension WorldPod {
    init(_ node: YAMLNode) throws(TestProblem) {
        self.init()
        var fields = try LocatedFields(node, "a pod")
        namespace = try fields.text("namespace")?.value ?? "default"
        for pair in try fields.entries("labels") { labels[pair.key.value] = try pair.value.scalarText() }
        for pair in try fields.entries("container") {
            container[pair.key.value] = try pair.value.scalarText()
        }
        try fields.finish()
    }
}
