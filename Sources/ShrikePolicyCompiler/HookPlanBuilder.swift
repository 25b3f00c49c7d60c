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
    /// What keeps its hooks from being planned.
    var refusals: [Diagnostic] = []
    /// Enforcers that have this call, the first one's word for it, and whether any refuses it.
    private var enforcers: (mask: UInt64, place: SourceRange?, refuse: Bool) = (0, nil, false)

    /// One hook of one policy: the unit of "the first matching selector acts".
    struct Entry {
        var policy: TracingPolicy
        var hook: any PolicyHook
        var half: HookHalf
        /// By position in the hook's `args` the number of the union's argument; nil when nobody needs it.
        var slots: [Int?]
        /// The same of the hook's `data`.
        var dataSlots: [Int?]
        /// The number of the result.
        var resultSlot: Int?
        /// The number of the policy's enforcer.
        var enforcer: Int?
    }

    /// An argument as it is read, however many policies declare it.
    struct UnionArgument {
        var index: Int
        var source: ArgumentSource
        var path: PlannedPath?
        var type: shrike_argument_type
        /// The parameter with a buffer's size, counted from 0.
        var sizeIndex: Int?
        var sizeField: ArgumentSource?
        var isResultSized: Bool
        var isLarge: Bool
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
    ///   - arguments: of a static probe, at this place.
    ///   - kernel: knows where the paths of `resolve` lead.
    ///   - enforcer: number of the policy's enforcer.
    mutating func add(
        _ hook: any PolicyHook, _ half: HookHalf = .whole, of policy: TracingPolicy, enforcer: Int? = nil,
        format: TracepointFormat? = nil, arguments known: [StaticArgument] = [],
        _ kernel: (any KernelFacts)? = nil
    ) {
        var slots: [Int?] = []
        for (position, argument) in hook.arguments.enumerated() {
            // The half at entry posts nothing: it reads what is filtered.
            let isNeeded = half != .entry || hook.filters(position) || hook.tracks(position)
            let slot = { (builder: inout HookPlanBuilder) in
                argument.resolve == nil
                    ? builder.slot(of: argument, format, known)
                    : builder.slot(of: argument, of: hook, known, kernel)
            }
            slots.append(isNeeded ? slot(&self) : nil)
        }
        let dataSlots = hook.data.enumerated().map { position, entry in
            half != .entry || hook.filtersData(position) ? slot(of: entry, of: hook, known, kernel) : nil
        }
        var resultSlot: Int?
        if half == .return, let result = hook.returnArgument {
            resultSlot = slot(result, .result, result.type.value.abiType)
        }
        entries.append(
            Entry(
                policy: policy, hook: hook, half: half, slots: slots, dataSlots: dataSlots,
                resultSlot: resultSlot, enforcer: enforcer))
    }

    /// Takes in that the hook is a call of an enforcer.
    mutating func add(enforcer number: Int, _ entry: EnforcerTable.Entry) {
        enforcers.mask |= 1 << UInt64(number & 63)
        enforcers.place = enforcers.place ?? entry.place
        if entry.refuses { enforcers.refuse = true }
    }

    private mutating func slot(
        of argument: Argument, _ format: TracepointFormat?, _ known: [StaticArgument]
    ) -> Int? {
        if argument.type.value == .nop { return nil }
        if known.indices.contains(argument.index) {
            return slot(argument, .user(known[argument.index]), argument.type.value.abiType)
        }
        if let format {
            guard format.fields.indices.contains(argument.index) else { return nil }
            let field = format.fields[argument.index]
            let type = argument.type.value == .auto ? field.automaticType : argument.type.value
            guard let type else { return nil }
            let size = argument.sizeArgumentIndex.map { $0.value - 1 }
            let sizeField = size.flatMap { format.fields.indices.contains($0) ? format.fields[$0] : nil }
            return slot(
                argument, field.source(as: type), type.abiType, sizeField: sizeField?.source(as: .uint64))
        }
        return slot(
            argument, parameter(argument.index, argument.type.value), argument.type.value.abiType)
    }

    mutating func slot(
        _ argument: Argument, _ source: ArgumentSource, _ type: shrike_argument_type,
        _ path: PlannedPath? = nil, sizeField: ArgumentSource? = nil
    ) -> Int {
        let isResultSized = argument.returnCopy && type.isSizedBuffer && target.seesResult
        // The result says how long a buffer is; of a vector it says how much of its parts.
        let hasSize =
            type.isSizedBuffer && target.kind != .tracepoint
            && !(isResultSized && type == SHRIKE_ARGUMENT_CHAR_BUF)
        let size = hasSize ? argument.sizeArgumentIndex.map { $0.value - 1 } : nil
        let sizeField = type.isSizedBuffer ? sizeField : nil
        let isLarge =
            argument.maxData && !argument.returnCopy && type == SHRIKE_ARGUMENT_CHAR_BUF
            && target.kind != .tracepoint && target.kind != .rawTracepoint
        if let known = arguments.firstIndex(where: {
            $0.source == source && $0.type == type && $0.sizeIndex == size && $0.path == path
                && $0.isResultSized == isResultSized && $0.isLarge == isLarge && $0.sizeField == sizeField
        }) {
            return known
        }
        arguments.append(
            UnionArgument(
                index: argument.index, source: source, path: path, type: type, sizeIndex: size,
                sizeField: sizeField, isResultSized: isResultSized, isLarge: isLarge, declared: argument))
        return arguments.count - 1
    }

    /// Works out the plan.
    /// - Parameter kernel: knows the host's namespaces, and where in files an Override goes on.
    func build(
        _ binaries: BinaryTable, _ lineages: LineageTable, _ scopes: ScopeTable, _ kernel: (any KernelFacts)?
    ) throws(CompileError) -> HookPlan {
        let host = kernel?.hostNamespaces ?? [:]
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
                planned.wantsHash = planned.isPosted && actions.contains(where: \.imaHash)
                // A hook that sees a return does at its entry what `matchActions` say.
                planned.track(entry.half == .return ? returnActions : actions, entry.slots)
                if entry.half == .return {
                    planned.track(
                        result: entry.resultSlot, (entry.hook as? KprobeHook)?.returnArgumentAction?.value)
                }
                if entry.half != .return {
                    planned.notify(actions, entry.enforcer)
                    if target.isInUserSpace, mode == .enforce {
                        planned.change(actions, entry.slots) { target.distance(to: $0, kernel) }
                    }
                }
                planned.forgetsNote =
                    entry.half != .entry
                    && (actions + returnActions).contains { $0.kind.value == .cleanupEnforcerNotification }
                planned.limitRate(
                    actions + returnActions, entry.slots + entry.dataSlots + [entry.resultSlot])
                planned.stacks = EventStacks(actions)
                if entry.half == .entry {
                    (planned.isPosted, planned.countsPosts, planned.stacks) = (false, false, [])
                }
                selectors.append(planned)
                layouts.append(
                    SelectorEventLayout(
                        policy: position,
                        actions: (actions.compactMap(\.eventAction))
                            + (entry.half == .entry ? [.noPost] : []),
                        returnActions: returnActions.compactMap(\.eventAction),
                        mode: mode == .monitor ? .monitor : .enforce, stacks: planned.stacks,
                        hasHash: planned.wantsHash))
            }
        }
        guard let place = entries.first?.hook.target.range ?? enforcers.place else {
            preconditionFailure("a plan of nothing")
        }
        let clashes = clashingChanges(selectors)
        guard clashes.isEmpty else { throw CompileError(diagnostics: clashes) }
        let wordCount = (selectors.count + 63) / 64
        let everyone = SelectorSet(first: selectors.count, wordCount: wordCount)
        var plan = HookPlan(
            target: target, place: place, wordCount: wordCount, everyone: everyone,
            arguments: [], textKeyBytes: 1,
            reverseKeyBytes: 1, isChained: false, texts: [], intervals: [],
            candidates: candidates(numbered.map { ($0.bit, $0.selector) }, everyone, binaries),
            selectors: selectors,
            layout: layout(layouts))
        (plan.enforcers, plan.obeysErrors) = (enforcers.mask, enforcers.refuse)
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
            for filter in selector.selector.matchData {
                let position = filter.args.first ?? filter.index?.value ?? 0
                guard selector.entry.dataSlots.indices.contains(position),
                    let slot = selector.entry.dataSlots[position]
                else { continue }
                add(filter, slot, selector.entry.hook.data[position])
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
                source: argument.source, path: argument.path, type: argument.type,
                objectBytes: argument.type.objectBytes,
                sizeIndex: argument.sizeIndex, sizeField: argument.sizeField,
                isResultSized: argument.isResultSized,
                isLarge: argument.isLarge,
                isSigned: argument.type.isSigned,
                filtered: filtered[slot], forwardDefault: plan.everyone, reverseDefault: plan.everyone)
            if argument.type.isText {
                planned.textIndex = nextText
                nextText += 1
            }
            if !forward[slot].isEmpty {
                planned.forwardTable = nextTable
                planned.forwardDefault = addTexts(forward[slot], &nextTable, &plan)
                planned.screen = PathScreen(keys: forward[slot].lazy.flatMap(\.keys))
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
}
