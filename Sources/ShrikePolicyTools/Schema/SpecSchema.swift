// SPDX-License-Identifier: Apache-2.0
// The shape of a policy's `spec`. Words and limits are the model's own; that the fields are those of the decoder is
// tested by asking it.

internal import ShrikePolicy

enum SpecSchema {
    static func words<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> SchemaNode {
        .text(among: type.allCases.map(\.rawValue).filter { !$0.isEmpty })
    }

    static func operators(_ operators: [Operator]) -> SchemaNode { .text(among: operators.map(\.rawValue)) }

    private static let setOperators: [Operator] = [.in, .notIn]
    private static let binaryOperators: [Operator] = [
        .in, .notIn, .prefix, .notPrefix, .postfix, .notPostfix,
    ]
    private static var argumentOperators: [Operator] {
        Operator.allCases.filter { !setOperators.contains($0) }
    }
    private static let values = SchemaNode.list(.text(), atMost: PolicyLimits.values)
    private static let anyNumber = SchemaNode.integer(0...Int(UInt32.max))
    private static let index = SchemaNode.integer(0...Int(Int32.max))

    // MARK: Selectors

    static let labelSelector = SchemaNode.object(
        SchemaObject([
            ("matchLabels", "Labels and the values that they must have.", .names(.text())),
            (
                "matchExpressions", "Further conditions on labels; all must hold.",
                .list(
                    .object(
                        SchemaObject(
                            [
                                ("key", "The label's name.", .text()),
                                (
                                    "operator", "How its value is compared.",
                                    words(LabelSelector.Expression.Comparison.self)
                                ),
                                ("values", "The values of In and NotIn.", .list(.text())),
                            ], required: ["key", "operator"])))
            ),
        ]))

    private static let argumentFilter = SchemaNode.object(
        SchemaObject(
            [
                ("index", "The argument's own index.", index),
                (
                    "args", "Positions in the hook's args; instead of index.",
                    .list(index, atMost: PolicyLimits.arguments)
                ),
                ("operator", "The comparison.", operators(argumentOperators)),
                ("values", "What the argument is compared with.", values),
            ], required: ["operator"]))

    private static let binaryFilter = SchemaNode.object(
        SchemaObject(
            [
                ("operator", "The comparison.", operators(binaryOperators)),
                ("values", "Paths, or parts of paths.", values),
                ("followChildren", "Descendants of a matching process match too.", .boolean),
            ], required: ["operator", "values"]))

    private static let processFilter = SchemaNode.object(
        SchemaObject(
            [
                ("operator", "The comparison.", operators(setOperators)),
                ("values", "Process ids.", .list(anyNumber, atMost: PolicyLimits.values)),
                ("isNamespacePID", "Compare the id in the innermost pid namespace.", .boolean),
                ("followForks", "Descendants match too.", .boolean),
            ], required: ["operator", "values"]))

    private static let namespaceFilter = SchemaNode.object(
        SchemaObject(
            [
                ("namespace", "Which namespace.", words(NamespaceKind.self)),
                ("operator", "The comparison.", operators(setOperators)),
                ("values", "Inode numbers, or host_ns.", values),
            ], required: ["namespace", "operator", "values"]))

    private static let namespaceChanges = SchemaNode.object(
        SchemaObject(
            [
                ("operator", "The comparison.", operators(setOperators)),
                ("values", "Names of namespaces.", values),
            ], required: ["operator", "values"]))

    private static let capabilityFilter = SchemaNode.object(
        SchemaObject(
            [
                (
                    "type", "Which of the process's sets; Effective if left out.",
                    words(CapabilityFilter.CapabilitySet.self)
                ),
                ("operator", "The comparison.", operators(setOperators)),
                ("isNamespaceCapability", "Only processes outside the host's user namespace.", .boolean),
                ("values", "Names of capabilities.", values),
            ], required: ["operator", "values"]))

    private static let workloads = SchemaNode.object(
        SchemaObject([
            ("podSelector", "Pods.", labelSelector),
            ("containerSelector", "Containers.", labelSelector),
            ("hostSelector", "Present and empty: processes of the host.", labelSelector),
        ]))

    private static let action = SchemaNode.object(
        SchemaObject(
            [
                ("action", "What is done.", words(ActionKind.self)),
                ("argSig", "The signal of Signal and NotifyEnforcer.", anyNumber),
                (
                    "argError", "The error of Override and NotifyEnforcer, 0 or negative.",
                    .integer(Int(Int32.min)...Int(Int32.max))
                ),
                ("rateLimit", "The least time between two equal events: 30s, 5m, 1h.", .text()),
                ("rateLimitScope", "What a rate limit counts together.", words(RateLimitScope.self)),
                ("kernelStackTrace", "Add the kernel's stack to the event.", .boolean),
                ("userStackTrace", "Add the user space stack to the event.", .boolean),
                ("imaHash", "Add the digest that IMA has of the file.", .boolean),
                ("argUrl", "The address of GetUrl.", .text()),
                ("argFqdn", "The name of DnsLookup.", .text()),
                ("argSock", "The position in args of TrackSock's socket.", anyNumber),
                ("argIndex", "The position in args that Set changes.", anyNumber),
                ("argValue", "The value that Set writes.", anyNumber),
                (
                    "argRegs", "Registers that a uprobe's Override sets.",
                    .list(.text(), atMost: PolicyLimits.registers)
                ),
                ("argNewSymbol", "The function that a uprobe's Override goes on in.", .text()),
                ("argNewAddr", "The address that it goes on at.", .unsigned),
                ("argNewOffset", "The file offset that it goes on at.", .unsigned),
            ], required: ["action"]))

    static let selector = SchemaNode.object(
        SchemaObject([
            ("label", "A name for statistics.", .text()),
            (
                "matchArgs", "Conditions on arguments.",
                .list(argumentFilter, atMost: PolicyLimits.argumentFilters)
            ),
            ("matchData", "Conditions on data.", .list(argumentFilter, atMost: PolicyLimits.argumentFilters)),
            (
                "matchReturnArgs", "Conditions on the return value.",
                .list(argumentFilter, atMost: PolicyLimits.argumentFilters)
            ),
            (
                "matchBinaries", "Conditions on the executable.",
                .list(binaryFilter, atMost: PolicyLimits.binaryFilters)
            ),
            (
                "matchParentBinaries", "Conditions on the parent's executable.",
                .list(binaryFilter, atMost: PolicyLimits.binaryFilters)
            ),
            (
                "matchPIDs", "Conditions on the process id.",
                .list(processFilter, atMost: PolicyLimits.processFilters)
            ),
            (
                "matchNamespaces", "Conditions on namespaces.",
                .list(namespaceFilter, atMost: PolicyLimits.processFilters)
            ),
            (
                "matchNamespaceChanges", "Conditions on namespaces that changed.",
                .list(namespaceChanges, atMost: PolicyLimits.processFilters)
            ),
            (
                "matchCapabilities", "Conditions on capabilities.",
                .list(capabilityFilter, atMost: PolicyLimits.processFilters)
            ),
            (
                "matchCapabilityChanges", "Conditions on capabilities that changed.",
                .list(capabilityFilter, atMost: PolicyLimits.processFilters)
            ),
            ("matchWorkloads", "Conditions on the pod or host.", workloads),
            (
                "matchActions", "What is done; an empty list posts the event.",
                .list(action, atMost: PolicyLimits.actions)
            ),
            ("matchReturnActions", "What is done on return.", .list(action, atMost: PolicyLimits.actions)),
            ("macros", "Names of macros to add.", .list(.text())),
        ]))

    // MARK: Hooks

    private static let argument = SchemaNode.object(
        SchemaObject(
            [
                ("index", "The parameter, counted from 0; of a tracepoint the field.", index),
                ("type", "How it is read and printed.", words(ArgumentType.self)),
                ("label", "A name for the event.", .text()),
                ("sizeArgIndex", "The parameter with the size of a buffer, counted from 1.", index),
                ("returnCopy", "Read a buffer when the function returns.", .boolean),
                ("maxData", "Read a large buffer whole.", .boolean),
                ("resolve", "The path from the parameter to the value.", .text()),
                ("source", "Where data comes from.", words(Argument.Source.self)),
                ("btfType", "The structure to take the parameter for.", .text()),
                ("btfTypeModule", "The module that defines btfType.", .text()),
            ], required: ["index"]))

    private static let returnArgument: SchemaNode = {
        guard case .object(var object) = argument else { return argument }
        object.required = []
        return .object(object)
    }()

    private static let common: [(String, String, SchemaNode)] = [
        ("args", "The arguments that are read.", .list(argument, atMost: PolicyLimits.arguments)),
        (
            "selectors", "Which hits count, and what is done: the first that matches decides.",
            .list(selector, atMost: PolicyLimits.selectors)
        ),
        ("message", "Free text for the event.", .text()),
        ("tags", "Tags for the event.", .list(.text(), atMost: PolicyLimits.tags)),
    ]

    private static func flag(_ name: String, _ text: String) -> SchemaNode {
        .object(SchemaObject([(name, text, .boolean)]))
    }

    private static let function = SchemaNode.object(
        SchemaObject(
            [
                ("call", "The function, system call, or list:NAME.", .text()),
                ("syscall", "The function is a system call; true if left out.", .boolean),
                ("return", "Hook the return too.", .boolean),
                ("returnArg", "How the return value is read.", returnArgument),
                ("returnArgAction", "TrackSock or UntrackSock.", .text()),
                ("data", "Values that are not arguments.", .list(argument, atMost: PolicyLimits.arguments)),
                ("ignore", "What is no error.", flag("callNotFound", "A kernel without the function.")),
            ] + common, required: ["call"]))

    private static let tracepoint = SchemaNode.object(
        SchemaObject(
            [
                ("subsystem", "The folder below events of tracefs.", .text()),
                ("event", "The event.", .text()),
                ("raw", "Arguments are parameters, not fields.", .boolean),
            ] + common, required: ["subsystem", "event"]))

    private static let lsmHook = SchemaNode.object(
        SchemaObject([("hook", "The LSM hook, for example file_open.", .text())] + common, required: ["hook"])
    )

    private static let userProbe = SchemaNode.object(
        SchemaObject(
            [
                ("path", "The ELF file.", .text()), ("symbols", "Functions.", .list(.text())),
                ("offsets", "File offsets, instead of symbols.", .list(.unsigned)),
                ("addrs", "Virtual addresses, instead of symbols.", .list(.unsigned)),
                ("refCtrOffsets", "Semaphore offsets.", .list(.unsigned)),
                ("btfPath", "Type information of the file.", .text()),
                ("return", "Hook the return too.", .boolean),
                ("returnArg", "How the return value is read.", returnArgument),
                ("binaryDigests", "The file must have one of these digests.", .list(.text())),
                ("data", "Values that are not arguments.", .list(argument, atMost: PolicyLimits.arguments)),
                (
                    "ignore", "What is no error.",
                    flag("digestVerificationFailure", "A file with another digest.")
                ),
            ] + common, required: ["path"]))

    private static let usdt = SchemaNode.object(
        SchemaObject(
            [
                ("path", "The ELF file.", .text()), ("provider", "The probe's provider.", .text()),
                ("name", "The probe.", .text()), ("btfPath", "Type information of the file.", .text()),
            ] + common, required: ["path", "provider", "name"]))

    private static let list = SchemaNode.object(
        SchemaObject(
            [
                ("name", "The name, used as list:NAME.", .text()),
                (
                    "type", "What it holds; functions if left out.",
                    .text(among: [""] + FunctionList.Kind.allCases.map(\.rawValue).filter { !$0.isEmpty })
                ),
                ("values", "The members.", .list(.text())),
                ("pattern", "The expression of generated_ftrace.", .text()),
                ("validated", "Has no effect.", .boolean),
            ], required: ["name"]))

    /// The whole `spec`.
    /// - Parameter isNamespaced: of a TracingPolicyNamespaced, which has no hooks of the host's own files.
    static func spec(isNamespaced: Bool) -> SchemaNode {
        let all: [(String, String, SchemaNode)] = [
            ("kprobes", "Kernel functions.", .list(function, atMost: PolicyLimits.hooks)),
            (
                "fentries", "Kernel functions through fentry and fexit.",
                .list(function, atMost: PolicyLimits.hooks)
            ),
            ("tracepoints", "Static kernel tracepoints.", .list(tracepoint, atMost: PolicyLimits.hooks)),
            ("lsmhooks", "BPF LSM hooks.", .list(lsmHook, atMost: PolicyLimits.hooks)),
            ("uprobes", "User space functions.", .list(userProbe, atMost: PolicyLimits.hooks)),
            ("usdts", "User space static probes.", .list(usdt, atMost: PolicyLimits.hooks)),
            ("loader", "Report executable mappings with their build ids.", .boolean),
            ("lists", "Named lists of functions.", .list(list)),
            (
                "enforcers", "Functions that NotifyEnforcer acts on.",
                .list(
                    .object(
                        SchemaObject(
                            [("calls", "Functions, or list:NAME.", .list(.text()))], required: ["calls"])),
                    atMost: PolicyLimits.enforcers)
            ),
            (
                "options", "Options of this policy.",
                .list(
                    .object(
                        SchemaObject(
                            [
                                ("name", "The option.", words(OptionName.self)),
                                ("value", "Its value.", .text()),
                            ],
                            required: ["name"])))
            ),
            ("selectorsMacros", "Reusable parts of selectors.", .names(selector)),
            ("podSelector", "Pods that the policy is for.", labelSelector),
            ("containerSelector", "Containers that it is for.", labelSelector),
            ("hostSelector", "Present and empty: processes of the host too.", labelSelector),
            ("nodeSelector", "Nodes that load it.", labelSelector),
        ]
        let absent = isNamespaced ? ["hostSelector", "uprobes", "usdts"] : []
        return .object(SchemaObject(all.filter { !absent.contains($0.0) }))
    }
}
