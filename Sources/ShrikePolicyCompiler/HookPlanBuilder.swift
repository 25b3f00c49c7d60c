// SPDX-License-Identifier: Apache-2.0
// Collects what all policies want of one hook, then works out its dimensions.

internal import ShrikeABI
internal import ShrikeEvents
internal import ShrikePolicy

/// The union of all policies' wishes on one hook.
struct HookPlanBuilder {
    let target: HookTarget
    private(set) var entries: [Entry] = []
    private(set) var arguments: [UnionArgument] = []

    /// One hook of one policy: the unit of "the first matching selector acts".
    struct Entry {
        var policy: TracingPolicy
        var hook: any PolicyHook
        var half: HookHalf
        /// By position in the hook's `args` the number of the union's argument; nil when nobody needs it.
        var slots: [Int?]
        /// The number of the result.
        var resultSlot: Int?
    }

    /// An argument as it is read, however many policies declare it.
    struct UnionArgument {
        var index: Int
        var source: ArgumentSource
        var type: shrike_argument_type
        /// The parameter with a buffer's size, counted from 0.
        var sizeIndex: Int?
        /// The first declaration, to point at.
        var declared: Argument
    }

    /// A selector with its bit.
    private struct NumberedSelector {
        var bit: Int
        var entry: Entry
        var selector: Selector
    }

    init(target: HookTarget) { self.target = target }

    /// Takes in one hook of a policy.
    /// - Parameters:
    ///   - half: which half of a hook that has two.
    ///   - format: of a tracepoint that is not raw.
    mutating func add(
        _ hook: any PolicyHook, _ half: HookHalf = .whole, of policy: TracingPolicy,
        format: TracepointFormat? = nil
    ) {
        var slots: [Int?] = []
        for (position, argument) in hook.arguments.enumerated() {
            // The half at entry posts nothing: it reads what is filtered.
            let isNeeded = half != .entry || hook.filters(position)
            slots.append(isNeeded ? slot(of: argument, format) : nil)
        }
        var resultSlot: Int?
        if half == .return, let result = hook.returnArgument {
            resultSlot = slot(result, .result, result.type.value.abiType)
        }
        entries.append(Entry(policy: policy, hook: hook, half: half, slots: slots, resultSlot: resultSlot))
    }

    private mutating func slot(of argument: Argument, _ format: TracepointFormat?) -> Int? {
        if argument.type.value == .nop { return nil }
        if let format {
            guard format.fields.indices.contains(argument.index) else { return nil }
            let field = format.fields[argument.index]
            let type = argument.type.value == .auto ? field.automaticType : argument.type.value
            guard let type else { return nil }
            return slot(argument, field.source(as: type), type.abiType)
        }
        return slot(
            argument, target.isSyscall ? .systemCall(argument.index) : .parameter(argument.index),
            argument.type.value.abiType)
    }

    private mutating func slot(
        _ argument: Argument, _ source: ArgumentSource, _ type: shrike_argument_type
    ) -> Int {
        let size = type.isSizedBuffer ? argument.sizeArgumentIndex.map { $0.value - 1 } : nil
        if let known = arguments.firstIndex(where: {
            $0.source == source && $0.type == type && $0.sizeIndex == size
        }) {
            return known
        }
        arguments.append(
            UnionArgument(
                index: argument.index, source: source, type: type, sizeIndex: size, declared: argument))
        return arguments.count - 1
    }

    /// Works out the plan.
    /// - Parameter host: the inodes of the host's namespaces, as far as they are known.
    func build(
        _ binaries: BinaryTable, _ lineages: LineageTable, _ scopes: ScopeTable, host: [NamespaceKind: UInt32]
    ) throws(CompileError) -> HookPlan {
        let crossed = crossedLimits(host)
        guard crossed.isEmpty else { throw CompileError(diagnostics: crossed) }
        var numbered: [NumberedSelector] = []
        var selectors: [PlannedSelector] = []
        var layouts: [SelectorEventLayout] = []
        var facts = FactFilters()
        for (position, entry) in entries.enumerated() {
            let count = max(entry.hook.selectors.count, 1)
            for number in 0..<count {
                let selector =
                    entry.hook.selectors.indices.contains(number) ? entry.hook.selectors[number] : nil
                if let selector {
                    numbered.append(NumberedSelector(bit: selectors.count, entry: entry, selector: selector))
                }
                facts.add(selector, bit: selectors.count, of: entry.policy, scopes)
                let mode = entry.policy.spec.mode ?? .enforce
                let first = selectors.count - number
                let actions = selector?.actions ?? []
                let returnActions = entry.half == .return ? selector?.returnActions ?? [] : []
                var planned = PlannedSelector(actions, policyEnd: first + count, mode: mode)
                planned.add(returnActions: returnActions, mode: mode)
                planned.limitRate(actions + returnActions, entry.slots + [entry.resultSlot])
                if entry.half == .entry { (planned.isPosted, planned.countsPosts) = (false, false) }
                selectors.append(planned)
                layouts.append(
                    SelectorEventLayout(
                        policy: position,
                        actions: (actions.compactMap(\.eventAction))
                            + (entry.half == .entry ? [.noPost] : []),
                        returnActions: returnActions.compactMap(\.eventAction),
                        mode: mode == .monitor ? .monitor : .enforce))
            }
        }
        let wordCount = (selectors.count + 63) / 64
        let everyone = SelectorSet(first: selectors.count, wordCount: wordCount)
        var plan = HookPlan(
            target: target, place: entries[0].hook.target.range, wordCount: wordCount, everyone: everyone,
            arguments: [], textKeyBytes: 1,
            reverseKeyBytes: 1, isChained: false, texts: [], intervals: [],
            candidates: candidates(numbered.map { ($0.bit, $0.selector) }, everyone, binaries),
            selectors: selectors,
            layout: layout(layouts))
        for selector in numbered { facts.add(selector.selector, bit: selector.bit, lineages, host: host) }
        facts.plan(&plan)
        planArguments(numbered, &plan)
        try checkDimensions(plan, facts)
        return plan
    }

    // MARK: The argument dimensions

    private func planArguments(_ numbered: [NumberedSelector], _ plan: inout HookPlan) {
        var forward: [[TextFilter]] = Array(repeating: [], count: arguments.count)
        var reverse = forward
        var numbers: [[NumberFilter]] = Array(repeating: [], count: arguments.count)
        var parts = PartFilters()
        var expressions: [(slot: Int, filter: ExpressionFilter)] = []
        var filtered = Array(repeating: SelectorSet(wordCount: plan.wordCount), count: arguments.count)
        for selector in numbered {
            for filter in selector.selector.matchArgs {
                if let expression = filter.expression(in: selector.entry.hook) {
                    let slots = expression.positions.compactMap { selector.entry.slots[$0] }
                    guard let first = slots.min() else { continue }
                    filtered[first].insert(selector.bit)
                    expressions.append(
                        (
                            first,
                            ExpressionFilter(
                                selector: selector.bit, expression: expression, slots: selector.entry.slots)
                        ))
                    continue
                }
                guard let position = filter.position(in: selector.entry.hook),
                    let slot = selector.entry.slots[position]
                else { continue }
                if filter.operator.value == .capabilitiesGained {
                    guard let old = selector.entry.slots[filter.args[0]],
                        let new = selector.entry.slots[filter.args[1]]
                    else { continue }
                    filtered[new].insert(selector.bit)
                    parts.add(
                        .gained(selector: selector.bit), new,
                        ArgumentPart(source: SHRIKE_VALUE_SCALAR, offset: old, isPair: true))
                    continue
                }
                add(filter, slot, selector.entry.hook.arguments[position])
            }
            guard let slot = selector.entry.resultSlot, let result = selector.entry.hook.returnArgument else {
                continue
            }
            for filter in selector.selector.matchReturnArgs { add(filter, slot, result) }

            func add(_ filter: ArgumentFilter, _ slot: Int, _ argument: Argument) {
                filtered[slot].insert(selector.bit)
                if let part = filter.operator.value.part(of: arguments[slot].type) {
                    let shape = argument.type.value.integerShape ?? arguments[slot].type.integerShape
                    parts.add(filter.partFilter(selector: selector.bit, shape), slot, part)
                } else if arguments[slot].type.isText {
                    let text = filter.textFilter(selector: selector.bit)
                    if filter.operator.value.comparesEnd {
                        reverse[slot].append(text)
                    } else {
                        forward[slot].append(text)
                    }
                } else if let shape = argument.type.value.numberShape ?? arguments[slot].type.integerShape {
                    numbers[slot].append(filter.numberFilter(selector: selector.bit, shape))
                }
            }
        }

        let longest = max(
            (forward + reverse).joined().lazy.flatMap(\.keys).map(\.count).max() ?? 1, parts.longestBuffer)
        plan.textKeyBytes = max(1, min(longest, Int(SHRIKE_TEXT_KEY_BYTES)))
        if parts.haveAddresses { plan.textKeyBytes = max(plan.textKeyBytes, AddressDimension.keyBytes) }
        plan.isChained = longest > Int(SHRIKE_TEXT_KEY_BYTES)
        plan.reverseKeyBytes = max(1, reverse.joined().lazy.flatMap(\.keys).map(\.count).max() ?? 1)
        var nextTable: UInt32 = 0
        var nextText = 0
        for (slot, argument) in arguments.enumerated() {
            var planned = PlannedArgument(
                source: argument.source, type: argument.type, objectBytes: argument.type.objectBytes,
                sizeIndex: argument.sizeIndex,
                isSigned: argument.type.isSigned,
                filtered: filtered[slot], forwardDefault: plan.everyone, reverseDefault: plan.everyone)
            if argument.type.isText {
                planned.textIndex = nextText
                nextText += 1
            }
            if !forward[slot].isEmpty {
                planned.forwardTable = nextTable
                planned.forwardDefault = addTexts(forward[slot], &nextTable, &plan)
            }
            if !reverse[slot].isEmpty {
                planned.reverseTable = nextTable
                planned.reverseDefault = addTexts(reverse[slot], &nextTable, &plan)
            }
            if !numbers[slot].isEmpty {
                let dimension = NumberDimension(filters: numbers[slot], everyone: plan.everyone)
                planned.intervals =
                    plan.intervals.count..<plan.intervals.count + dimension.intervals.count
                plan.intervals += dimension.intervals
            }
            if !reverse[slot].isEmpty,
                argument.type == SHRIKE_ARGUMENT_STRING || argument.type == SHRIKE_ARGUMENT_CHAR_BUF
            {
                var alive = plan.everyone
                for filter in reverse[slot] { alive.remove(filter.selector) }
                planned.cutRow = plan.intervals.count
                plan.intervals.append(Interval(start: 0, alive: alive))
            }
            if parts.needNoPath(of: slot) {
                var alive = plan.everyone
                for filter in forward[slot] + reverse[slot] { alive.remove(filter.selector) }
                planned.pathlessRow = plan.intervals.count
                plan.intervals.append(Interval(start: 0, alive: alive))
            }
            plan.arguments.append(planned)
        }
        parts.plan(&plan, &nextTable)
        for (slot, filter) in expressions { plan.add([filter], slot) }
    }

    private func checkDimensions(_ plan: HookPlan, _ facts: FactFilters) throws(CompileError) {
        guard let entry = entries.last else { return }
        var diagnostics: [Diagnostic] = []
        func refuse(_ what: String, help: String) {
            diagnostics.append(
                Diagnostic(
                    .error, .hookLimit, at: entry.hook.target.range,
                    "all policies together \(what) `\(target.symbol)`", help: help))
        }
        if plan.dimensions.count > Int(SHRIKE_MAX_DIMENSIONS) {
            refuse(
                "filter on more than \(SHRIKE_MAX_DIMENSIONS) parts of arguments of",
                help: "leave out filters, or put them on fewer arguments")
        }
        if plan.facts.count > Int(SHRIKE_MAX_FACTS) {
            refuse(
                "filter on more than \(SHRIKE_MAX_FACTS) facts of the process on",
                help: "leave out filters, or put them on fewer namespaces and sets")
        }
        if plan.automaton.count > HookPlan.maximumStates {
            refuse(
                "look for substrings of more than \(HookPlan.maximumStates) bytes together on",
                help: "leave out values, or make them shorter")
        }
        if facts.mostMasks > Int(SHRIKE_MAX_MASKS) {
            refuse(
                "compare more than \(SHRIKE_MAX_MASKS) different lists of capabilities on",
                help: "use the same list in several selectors")
        }
        guard diagnostics.isEmpty else { throw CompileError(diagnostics: diagnostics) }
    }

    private func addTexts(
        _ filters: [TextFilter], _ nextTable: inout UInt32, _ plan: inout HookPlan
    ) -> SelectorSet {
        let dimension = TextDimension(
            filters: filters, everyone: plan.everyone, keyBytes: plan.textKeyBytes, firstTable: nextTable)
        nextTable += UInt32(dimension.usedTables)
        plan.texts += dimension.entries
        return dimension.otherwise
    }

    // MARK: The event's layout

    private func layout(_ selectors: [SelectorEventLayout]) -> HookEventLayout {
        HookEventLayout(
            hookID: 0, generation: 0, kind: target.eventKind, functionName: target.symbol,
            slots: arguments.map { ArgumentSlot(index: UInt32($0.index), type: $0.type.eventType) },
            policies: entries.map { entry in
                PolicyEventLayout(
                    name: entry.policy.name.value, namespace: entry.policy.namespace?.value,
                    message: entry.hook.message, tags: entry.hook.tags,
                    arguments: entry.half == .entry
                        ? []
                        : zip(entry.hook.arguments, entry.slots).compactMap {
                            argument, slot in
                            slot.map {
                                PolicyArgumentLayout(
                                    slot: $0, label: target.hasLabels ? argument.label : nil,
                                    type: arguments[$0].type.eventType)
                            }
                        },
                    result: entry.resultSlot.map {
                        PolicyArgumentLayout(slot: $0, type: arguments[$0].type.eventType)
                    })
            },
            selectors: selectors)
    }
}

/// The halves of a hook that sees a function's return.
enum HookHalf {
    /// The hook has one place only.
    case whole
    /// At the function's entry: enforces, posts nothing.
    case entry
    /// At its return: posts, and runs `matchReturnActions`.
    case `return`
}

extension PolicyHook {
    /// Some selector filters on an argument.
    fileprivate func filters(_ position: Int) -> Bool {
        selectors.contains { selector in
            selector.matchArgs.contains {
                $0.expression(in: self)?.positions.contains(position) ?? ($0.position(in: self) == position)
            }
        }
    }
}

extension HookTarget {
    fileprivate var eventKind: HookEventKind {
        switch kind {
        case .function, .functionReturn: return .kprobe
        case .lsm: return .lsm
        case .rawTracepoint, .tracepoint:
            let names = symbol.split(separator: "/", maxSplits: 1)
            return .tracepoint(subsystem: String(names[0]), event: String(names[names.count - 1]))
        }
    }

    /// Arguments of tracepoints carry no label in events.
    fileprivate var hasLabels: Bool { kind != .rawTracepoint && kind != .tracepoint }
}
