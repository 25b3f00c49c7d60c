// SPDX-License-Identifier: Apache-2.0
// What a hook's program costs a call, estimated from what the plan makes it do.

internal import ShrikeABI

/// Instructions that parts of a program take, as `make bench-shapes` found them on kernel 6.12.
private enum Cost {
    // Into the program and out of it.
    static let trampoline = 60
    static let kprobe = 510
    static let rawTracepoint = 315
    static let tracepoint = 730
    static let userProbe = 1_280
    /// Whether the program is live, its working memory.
    static let program = 150

    // The process.
    static let process = 45
    static let binary = 140
    static let fact = 60
    static let namespace = 330
    static let mask = 200

    // Reading arguments.
    static let screen = 320
    static let path = 200
    static let name = 200
    // Of a file or path that the function's prototype has, by plain loads (Linux 6.2).
    static let knownPath = 275
    static let knownName = 100
    static let string = 270
    static let structure = 505
    static let number = 30
    static let systemCall = 240
    static let step = 15

    // Look-ups.
    static let text = 220
    static let interval = 90
    static let address = 260
    static let substringByte = 80
    static let expressionStep = 140
    /// Each further 64 selectors, in each look-up.
    static let word = 10

    // What is assumed.
    static let pathNames = 4
    static let textBytes = 20
}

extension HookPlan {
    /// Instructions that the plan adds to a call which it does not match, after all look-ups were made.
    ///
    /// An estimate: what each part costs was measured by `make bench-shapes` (docs/benchmarks.md). A path is taken to
    /// have four names, other texts to have 20 bytes. A call that an early look-up settles costs less; one that is posted
    /// costs about 1,000 more.
    public var instructions: Int {
        let facts = facts.reduce(0) { $0 + cost(of: $1) }
        let isAboutProcess = !candidates.isEmpty || !self.facts.isEmpty
        var sum = entryCost + Cost.program + (isAboutProcess ? Cost.process : 0)
        sum += candidates.count * Cost.binary + facts
        // The function is taken to have the file where the policy says, among its first five parameters.
        let typed = Set(0..<5)
        for (number, argument) in arguments.enumerated() where isCompared(number) {
            sum += cost(of: argument, typed: typed)
        }
        if screened(typed: typed) != nil { sum += Cost.screen }
        for dimension in dimensions { sum += cost(of: dimension) }
        let lookUps = candidates.count + self.facts.count + dimensions.count + arguments.count
        return sum + (wordCount - 1) * lookUps * Cost.word
    }

    /// Rounds of a search in so many intervals.
    static func steps(_ count: Int) -> Int { Int.bitWidth - max(count, 1).leadingZeroBitCount }

    /// What no filter looks at is read for an event only.
    private func isCompared(_ number: Int) -> Bool {
        !arguments[number].filtered.isEmpty
            || dimensions.contains { dimension in
                dimension.argument == number || dimension.part.isPair && dimension.part.offset == number
                    || dimension.kind == SHRIKE_DIMENSION_EXPRESSION
                        && dimension.part.offset >> number & 1 == 1
            }
    }

    private var entryCost: Int {
        switch target.kind {
        case .function, .functionReturn, .lsm: Cost.trampoline
        case .functionRegisters: Cost.kprobe
        case .rawTracepoint: Cost.rawTracepoint
        case .tracepoint: Cost.tracepoint
        case .userProbe, .staticProbe: Cost.userProbe
        case .userReturn: Cost.userProbe * 2
        }
    }

    private func cost(of fact: PlannedFact) -> Int {
        if fact.hasMasks { return Cost.mask + fact.count * Cost.step }
        let isNamespace = fact.fact >= SHRIKE_FACT_NAMESPACE.rawValue
        return (isNamespace ? Cost.namespace : Cost.fact) + Self.steps(fact.count) * Cost.step
    }

    private func cost(of argument: PlannedArgument, typed: Set<Int>) -> Int {
        var sum = 0
        switch argument.source {
        case .systemCall, .compatSystemCall, .systemCallRegister: sum += Cost.systemCall
        default: break
        }
        switch argument.type {
        case _ where argument.isTyped(typed): sum += Cost.knownPath + Cost.pathNames * Cost.knownName
        case SHRIKE_ARGUMENT_FILE, SHRIKE_ARGUMENT_PATH, SHRIKE_ARGUMENT_FD, SHRIKE_ARGUMENT_DENTRY,
            SHRIKE_ARGUMENT_KIOCB, SHRIKE_ARGUMENT_BINPRM:
            sum += Cost.path + Cost.pathNames * Cost.name
        default:
            sum +=
                argument.textIndex != nil
                ? Cost.string : argument.objectBytes != nil ? Cost.structure : Cost.number
        }
        if argument.forwardTable != nil { sum += Cost.text * (isChained ? 2 : 1) }
        if argument.reverseTable != nil { sum += Cost.text }
        if let intervals = argument.intervals {
            sum += Cost.interval + Self.steps(intervals.count) * Cost.step
        }
        return sum
    }

    private func cost(of dimension: PlannedDimension) -> Int {
        switch dimension.kind {
        case SHRIKE_DIMENSION_INTERVALS: Cost.interval + Self.steps(dimension.count) * Cost.step
        case SHRIKE_DIMENSION_BITS, SHRIKE_DIMENSION_GAINED: Cost.interval
        case SHRIKE_DIMENSION_ADDRESS: Cost.address
        case SHRIKE_DIMENSION_SUBSTRING: Cost.textBytes * Cost.substringByte
        case SHRIKE_DIMENSION_EXPRESSION:
            steps[dimension.first...].prefix { $0.operation != SHRIKE_STEP_END }.count * Cost.expressionStep
        default: Cost.text
        }
    }
}
