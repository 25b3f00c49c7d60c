// SPDX-License-Identifier: Apache-2.0
// Regular expressions that take time linear in the text. The text is what an attacker chose (a path, an
// argument), so an engine that tries alternatives one after the other could be held up for hours.

/// A regular expression in RE2 syntax. It matches anywhere in a text unless it is anchored.
public struct Pattern: Sendable {
    internal enum Instruction: Sendable {
        case scalar(ScalarSet)
        case assertion(PatternAssertion)
        case jump(Int)
        /// Both ways, the first preferred.
        case split(Int, Int)
        /// The begin (even) or end (odd) of a group; the whole match is group 0.
        case save(Int)
        case match
    }

    private static let maximumProgramLength = 20_000

    internal private(set) var program: [Instruction] = []
    /// Groups that can be asked for.
    public let groupCount: Int

    /// Parses an expression.
    /// - Throws: `PatternError` for what RE2 refuses, for Unicode scripts in `\p{…}`, and for expressions
    ///   that are unreasonably large.
    public init(_ pattern: String) throws(PatternError) {
        var parser = PatternParser(pattern)
        let node = try parser.parse()
        groupCount = parser.groups
        try emit(node)
        program.append(.match)
    }

    /// Whether the expression matches somewhere in the text.
    public func matches(_ text: String) -> Bool {
        var current = Threads(capacity: program.count)
        var following = Threads(capacity: program.count)
        var scalars = text.unicodeScalars.makeIterator()
        var previous: UInt32?
        var next = scalars.next()?.value
        while true {
            if add(0, to: &current, after: previous, before: next) { return true }
            guard let scalar = next else { return false }
            next = scalars.next()?.value
            following.removeAll()
            for thread in current.list {
                guard case .scalar(let set) = program[thread], set.contains(scalar) else { continue }
                if add(thread + 1, to: &following, after: scalar, before: next) { return true }
            }
            swap(&current, &following)
            previous = scalar
        }
    }

    /// Adds an instruction and all that it leads to without consuming a scalar.
    /// - Returns: whether the match was reached.
    private func add(
        _ start: Int, to threads: inout Threads, after previous: UInt32?, before next: UInt32?
    ) -> Bool {
        var stack = [start]
        while let index = stack.popLast() {
            guard threads.insert(index) else { continue }
            switch program[index] {
            case .match: return true
            case .scalar: continue
            case .jump(let target): stack.append(target)
            case .save: stack.append(index + 1)
            case .split(let first, let second):
                stack.append(second)
                stack.append(first)
            case .assertion(let assertion):
                if assertion.holds(after: previous, before: next) { stack.append(index + 1) }
            }
        }
        return false
    }

    private mutating func emit(_ node: PatternNode) throws(PatternError) {
        guard program.count <= Self.maximumProgramLength else {
            throw PatternError(reason: "the expression is too large", offset: 0)
        }
        switch node {
        case .empty: break
        case .scalar(let set): program.append(.scalar(set))
        case .assertion(let assertion): program.append(.assertion(assertion))
        case .concatenation(let nodes): for node in nodes { try emit(node) }
        case .alternation(let nodes): try emitAlternation(nodes[...])
        case .repetition(let node, let minimum, let maximum, let isLazy):
            for _ in 0..<minimum { try emit(node) }
            guard let maximum else { return try emitLoop(node, isLazy) }
            try emitOptional(node, count: maximum - minimum, isLazy)
        case .capture(let number, let node):
            program.append(.save(2 * number))
            try emit(node)
            program.append(.save(2 * number + 1))
        }
    }

    private mutating func emitAlternation(_ nodes: ArraySlice<PatternNode>) throws(PatternError) {
        var jumps: [Int] = []
        for node in nodes.dropLast() {
            let split = program.count
            program.append(.match)
            try emit(node)
            jumps.append(program.count)
            program.append(.match)
            program[split] = .split(split + 1, program.count)
        }
        if let last = nodes.last { try emit(last) }
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    private mutating func emitLoop(_ node: PatternNode, _ isLazy: Bool) throws(PatternError) {
        let split = program.count
        program.append(.match)
        try emit(node)
        program.append(.jump(split))
        program[split] = choice(split + 1, program.count, isLazy)
    }

    private mutating func emitOptional(
        _ node: PatternNode, count: Int, _ isLazy: Bool
    ) throws(PatternError) {
        var splits: [Int] = []
        for _ in 0..<count {
            splits.append(program.count)
            program.append(.match)
            try emit(node)
        }
        for split in splits { program[split] = choice(split + 1, program.count, isLazy) }
    }

    private func choice(_ inside: Int, _ behind: Int, _ isLazy: Bool) -> Instruction {
        isLazy ? .split(behind, inside) : .split(inside, behind)
    }
}

/// The instructions that are live at one position: a set that keeps its order and is emptied in no time.
internal struct Threads {
    private(set) var list: [Int] = []
    private var place: [Int]

    init(capacity: Int) {
        list.reserveCapacity(capacity)
        place = Array(repeating: 0, count: capacity)
    }

    mutating func insert(_ index: Int) -> Bool {
        let position = place[index]
        if position < list.count && list[position] == index { return false }
        place[index] = list.count
        list.append(index)
        return true
    }

    mutating func removeAll() {
        list.removeAll(keepingCapacity: true)
    }
}
