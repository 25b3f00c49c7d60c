// SPDX-License-Identifier: Apache-2.0
// Builds located trees from libyaml's events, with its own stack, so that no text can exhaust ours.

/// The documents of one YAML text.
public struct YAMLStream: Sendable {
    /// The documents that could be read whole; an empty document is a null node.
    public internal(set) var documents: [YAMLNode] = []
    /// What is wrong with the text. After a syntax error nothing more is read.
    public internal(set) var diagnostics: [Diagnostic] = []

    /// Reads all documents of a text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, with or without byte order mark.
    ///   - file: the name for diagnostics.
    ///   - limits: what the text may cost.
    public init(_ bytes: [UInt8], file: String, limits: YAMLLimits = .standard) {
        guard bytes.count <= limits.bytes else {
            diagnostics = [.tooLarge(file: file, limits: limits)]
            return
        }
        var composer = YAMLComposer(file: file, limits: limits)
        do throws(Diagnostic) {
            try bytes.withUnsafeBufferPointer { (buffer) throws(Diagnostic) in
                let mark = try TextScan.byteOrderMark(of: buffer, file: file)
                let text = UnsafeBufferPointer(rebasing: buffer[mark...])
                guard let events = YAMLEvents(text, file: file) else { throw .outOfMemory(file: file) }
                try composer.compose(events)
            }
        } catch {
            composer.diagnostics.append(error)
        }
        documents = composer.documents
        diagnostics = composer.diagnostics
    }
}

extension Diagnostic {
    /// A file past the limit; `limits` says how large it may be.
    static func tooLarge(file: String, limits: YAMLLimits) -> Diagnostic {
        Diagnostic(
            .error, .fileTooLarge, at: SourceRange(file: file, at: .start),
            "the file is larger than \(limits.bytes >> 20) MiB, the limit for policies",
            help: "split it into several files")
    }

    fileprivate static func outOfMemory(file: String) -> Diagnostic {
        Diagnostic(.error, .unreadableFile, at: SourceRange(file: file, at: .start), "out of memory")
    }
}

/// The state of composing one stream.
private struct YAMLComposer {
    /// A finished node with what it weighs: `nodes` counts it and everything in it.
    struct Composed {
        var node: YAMLNode
        var nodes: Int
        var depth: Int
    }

    /// A list or mapping that has not ended.
    struct Frame {
        var start: YAMLEvent
        var items: [YAMLNode] = []
        var pairs: [YAMLPair] = []
        var merges: [YAMLNode] = []
        var keys: Set<String> = []
        var pendingKey: PendingKey?
        var isMapping: Bool
        var nodes = 1
        var depth = 1
        var lastEnd: SourcePosition
    }

    enum PendingKey {
        case key(Located<String>)
        case merge
        /// The key is bad or occurs twice: its value is read and dropped.
        case dropped
    }

    let file: String
    let limits: YAMLLimits
    var documents: [YAMLNode] = []
    var diagnostics: [Diagnostic] = []
    private var frames: [Frame] = []
    private var anchors: [String: Composed] = [:]
    private var nodes = 0
    private var root: YAMLNode?

    init(file: String, limits: YAMLLimits) {
        self.file = file
        self.limits = limits
    }

    mutating func compose(_ events: borrowing YAMLEvents) throws(Diagnostic) {
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart: break
            case .streamEnd: return
            case .documentStart: (anchors, root) = ([:], nil)
            case .documentEnd: if let root { documents.append(root) }
            case .alias(let name): try alias(name, event)
            case .scalar(let text, let isPlain): try scalar(text, isPlain: isPlain, event)
            case .sequenceStart: try open(event, isMapping: false)
            case .mappingStart: try open(event, isMapping: true)
            case .sequenceEnd, .mappingEnd: try close(event)
            }
        }
    }

    private mutating func open(_ event: YAMLEvent, isMapping: Bool) throws(Diagnostic) {
        try count(1, at: event.range)
        if frames.count >= limits.depth { throw tooDeep(event.range) }
        if let tag = event.tag, tag != "tag:yaml.org,2002:\(isMapping ? "map" : "seq")" {
            diagnostics.append(unsupportedTag(tag, event.range))
        }
        frames.append(Frame(start: event, isMapping: isMapping, lastEnd: event.range.end))
    }

    private mutating func close(_ event: YAMLEvent) throws(Diagnostic) {
        guard var frame = frames.popLast() else { return }
        merge(into: &frame)
        // A block's end is reported at the next token, maybe lines below: end with the last child.
        let isFlow = event.range.start != event.range.end
        let end = isFlow ? event.range.end : frame.lastEnd
        let range = SourceRange(file: file, start: frame.start.range.start, end: end)
        let content: YAMLNode.Content = frame.isMapping ? .mapping(frame.pairs) : .sequence(frame.items)
        let composed = Composed(
            node: YAMLNode(content: content, range: range), nodes: frame.nodes, depth: frame.depth)
        try add(composed, anchor: frame.start.anchor)
    }

    private mutating func scalar(_ text: String, isPlain: Bool, _ event: YAMLEvent) throws(Diagnostic) {
        let nodes = 1 + text.utf8.count / 64
        try count(nodes, at: event.range)
        let resolved = resolve(text, isPlain: isPlain, event)
        let scalar = YAMLScalar(
            text: text, style: isPlain ? .plain : .quoted, tag: event.tag, resolved: resolved)
        let node = YAMLNode(content: .scalar(scalar), range: event.range)
        try add(Composed(node: node, nodes: nodes, depth: 0), anchor: event.anchor)
    }

    private mutating func resolve(_ text: String, isPlain: Bool, _ event: YAMLEvent) -> ResolvedScalar {
        switch event.tag {
        case nil:
            return isPlain ? .resolve(plain: text) : .string
        case "!", "tag:yaml.org,2002:str":
            return .string
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null",
            "tag:yaml.org,2002:float":
            return .resolve(plain: text)
        case let tag?:
            diagnostics.append(unsupportedTag(tag, event.range))
            return isPlain ? .resolve(plain: text) : .string
        }
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent) throws(Diagnostic) {
        guard let target = anchors[name] else {
            let isParent = frames.contains { $0.start.anchor == name }
            throw Diagnostic(
                .error, .badAlias, at: event.range,
                isParent
                    ? "the alias `*\(name)` is part of its own anchor"
                    : "the alias `*\(name)` has no anchor before it",
                help: isParent ? "write the value out" : "define it with `&\(name)` above, or quote the text")
        }
        try count(target.nodes, at: event.range)
        if frames.count + target.depth > limits.depth { throw tooDeep(event.range) }
        try add(target, anchor: nil, placedAt: event.range)
    }

    /// Puts a finished node where the text has it.
    private mutating func add(
        _ composed: Composed, anchor: String?, placedAt place: SourceRange? = nil
    ) throws(Diagnostic) {
        if let anchor { anchors[anchor] = composed }
        guard !frames.isEmpty else {
            root = composed.node
            return
        }
        let top = frames.count - 1
        frames[top].nodes += composed.nodes
        frames[top].depth = max(frames[top].depth, composed.depth + 1)
        frames[top].lastEnd = (place ?? composed.node.range).end
        guard frames[top].isMapping else {
            frames[top].items.append(composed.node)
            return
        }
        switch frames[top].pendingKey.take() {
        case nil: setKey(composed.node, of: top, at: place ?? composed.node.range)
        case .key(let key): frames[top].pairs.append(YAMLPair(key: key, value: composed.node))
        case .merge: frames[top].merges.append(composed.node)
        case .dropped: break
        }
    }

    private mutating func setKey(_ node: YAMLNode, of top: Int, at range: SourceRange) {
        guard case .scalar(let scalar) = node.content else {
            let help = "put text that starts with `{` or `[` in double quotes"
            report(.badKey, range, "a key must be a string, not \(node.kindName)", help: help)
            frames[top].pendingKey = .dropped
            return
        }
        if scalar.text == "<<", scalar.style == .plain {
            frames[top].pendingKey = .merge
        } else if frames[top].keys.insert(scalar.text).inserted {
            frames[top].pendingKey = .key(Located(scalar.text, at: range))
        } else {
            let first = frames[top].pairs.first { $0.key.value == scalar.text }?.key.range.start.line
            let place = first.map { ", first on line \($0)" } ?? ""
            report(
                .duplicateKey, range, "the key \(code(scalar.text)) occurs twice in this mapping\(place)",
                help: "remove one of the two")
            frames[top].pendingKey = .dropped
        }
    }

    /// Adds what `<<` brings in; keys of the mapping itself win.
    private mutating func merge(into frame: inout Frame) {
        for source in frame.merges {
            let mappings = if case .sequence(let items) = source.content { items } else { [source] }
            for mapping in mappings {
                guard case .mapping(let pairs) = mapping.content else {
                    report(
                        .badAlias, mapping.range, "`<<` needs a mapping, not \(mapping.kindName)",
                        help: "write `<<: *anchor` where the anchor is on a mapping")
                    continue
                }
                for pair in pairs where frame.keys.insert(pair.key.value).inserted {
                    frame.pairs.append(pair)
                }
            }
        }
    }

    private mutating func count(_ more: Int, at range: SourceRange) throws(Diagnostic) {
        nodes += more
        if diagnostics.count >= limits.diagnostics { throw tooManyFindings(range) }
        guard nodes > limits.nodes else { return }
        throw Diagnostic(
            .error, .tooManyNodes, at: range,
            "the file has more than \(limits.nodes) values, each alias counted as what it stands for",
            help: "split it into several files, and do not nest aliases")
    }

    private mutating func report(
        _ code: DiagnosticCode, _ range: SourceRange, _ message: String, help: String
    ) {
        diagnostics.append(Diagnostic(.error, code, at: range, message, help: help))
    }

    private func tooDeep(_ range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error, .nestedTooDeeply, at: range,
            "lists and mappings are nested more than \(limits.depth) deep",
            help: "a policy needs about twelve levels; is a bracket not closed?")
    }

    private func tooManyFindings(_ range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error, .yamlSyntax, at: range, "more than \(limits.diagnostics) errors; the rest is not read")
    }

    private func unsupportedTag(_ tag: String, _ range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error, .unsupportedTag, at: range, "the tag \(code(tag)) has no meaning in a policy",
            help: "remove it; put text that starts with `!` in double quotes")
    }
}
