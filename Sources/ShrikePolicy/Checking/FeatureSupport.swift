// SPDX-License-Identifier: Apache-2.0
// What the engine of this version can run: one table. Everything else in the language is refused
// where it stands, never skipped. When a feature lands, its word moves into the table.

/// The part of the language that this version of shriked can run.
public enum FeatureSupport {
    /// The fields that can be used, by the mapping that they stand in.
    private static let fields: [Mapping: Set<String>] = [
        .spec: [
            "kprobes", "fentries", "lsmhooks", "tracepoints", "uprobes", "usdts", "lists", "options",
            "selectorsMacros", "enforcers", "loader",
            "podSelector", "containerSelector", "hostSelector", "nodeSelector",
        ],
        .hook: [
            "call", "syscall", "hook", "subsystem", "event", "raw", "args", "selectors", "message", "tags",
            "return", "returnArg", "returnArgAction", "ignore", "data", "path", "symbols", "offsets", "addrs",
            "refCtrOffsets", "provider", "name", "binaryDigests", "btfPath",
        ],
        .argument: [
            "index", "type", "label", "sizeArgIndex", "returnCopy", "maxData", "resolve", "source", "btfType",
            "btfTypeModule",
        ],
        .selector: [
            "label", "matchArgs", "matchData", "matchReturnArgs", "matchBinaries", "matchActions",
            "matchReturnActions",
            "matchPIDs", "matchNamespaces", "matchNamespaceChanges", "matchCapabilities",
            "matchCapabilityChanges", "matchParentBinaries", "macros", "matchWorkloads",
        ],
        .processFilter: ["operator", "values", "isNamespacePID", "followForks"],
        .argumentFilter: ["index", "args", "operator", "values"],
        .binaryFilter: ["operator", "values", "followChildren"],
        .action: [
            "action", "argSig", "argError", "argSock", "argUrl", "argFqdn", "imaHash", "rateLimit",
            "rateLimitScope", "argRegs", "argNewSymbol", "argNewAddr", "argNewOffset", "argIndex", "argValue",
            "kernelStackTrace", "userStackTrace",
        ],
    ]

    private static let types: Set<ArgumentType> = [
        .file, .path, .string, .int, .int32, .sint32, .uint32, .sizeT, .int64, .sint64, .long, .uint64,
        .ulong, .int8, .sint8, .uint8, .int16, .sint16, .uint16, .sock, .socket, .skb, .sockaddr,
        .fd, .dentry, .kiocb, .linuxBinprm, .filename, .nop, .kernelCapT, .capInheritable, .capPermitted,
        .capEffective, .capability, .bpfCmd, .cred, .userNamespace, .module, .loadInfo, .bpfAttr, .bpfProg,
        .bpfMap, .perfEvent, .netDevice, .sockaddrUn, .charBuffer, .charIOVector, .ioVectorIterator,
    ]

    /// Types of tracepoints alone.
    private static let tracepointTypes: Set<ArgumentType> = [.auto, .dataLoc, .syscall64]

    private static let operators: Set<Operator> = [
        .equal, .notEqual, .prefix, .notPrefix, .postfix, .notPostfix, .gt, .greaterThan, .lt, .lessThan,
        .inRange, .notInRange, .inMap, .notInMap, .mask, .sourceAddress, .notSourceAddress,
        .destinationAddress, .notDestinationAddress, .sourcePort, .notSourcePort, .destinationPort,
        .notDestinationPort, .sourcePortPrivileged, .notSourcePortPrivileged, .destinationPortPrivileged,
        .notDestinationPortPrivileged, .protocol, .family, .state, .fileType,
        .notFileType, .capabilitiesGained, .subString, .subStringIgnoringCase,
        .celExpression,
    ]

    private static let binaryOperators = Set(Operator.ofBinaries)

    private static let actions: Set<ActionKind> = [
        .post, .noPost, .sigkill, .signal, .override, .trackSock, .untrackSock, .getURL, .dnsLookup,
        .notifyEnforcer, .cleanupEnforcerNotification, .set,
    ]

    /// The mappings of the table.
    private enum Mapping: Hashable {
        case spec, hook, argument, selector, argumentFilter, binaryFilter, processFilter, action
    }

    /// An error for each thing in the policy that this version cannot run.
    public static func check(_ policy: TracingPolicy) -> [Diagnostic] {
        let policy = policy.expandingMacros()
        var check = SupportCheck()
        check.fields(policy.spec.fields, fields[.spec])
        for hook in policy.spec.hooks { check.hook(hook) }
        for hook in policy.spec.kprobes + policy.spec.fentries { check.foreignSystemCalls(hook, policy.spec) }
        return check.diagnostics.sortedAndUnique()
    }

    private struct SupportCheck {
        var diagnostics: [Diagnostic] = []

        mutating func refuse(_ what: String, _ range: SourceRange) {
            guard diagnostics.count < YAMLLimits.standard.diagnostics else { return }
            diagnostics.append(
                Diagnostic(
                    .error, .notSupported, at: range, "`\(what)` is not supported by this version of shriked")
            )
        }

        /// Refuses the fields that are not in the table and say more than their default.
        mutating func fields(_ places: FieldPlaces, _ supported: Set<String>?) {
            for field in places.all where !field.isDefault && supported?.contains(field.name) != true {
                refuse(field.name, field.nameRange)
            }
        }

        /// Other machines hand arguments over in other registers.
        mutating func foreignSystemCalls(_ hook: KprobeHook, _ spec: PolicySpec) {
            guard !hook.arguments.isEmpty else { return }
            let foreign = spec.functions(of: hook, kernel: nil).first {
                $0.isSyscall
                    && ![SyscallSymbol.prefix, SyscallSymbol.compatPrefix].contains(
                        where: $0.symbol.hasPrefix)
            }
            if let foreign { refuse("args of \(foreign.symbol)", hook.call.range) }
        }

        mutating func hook(_ hook: any PolicyHook) {
            fields(hook.fields, FeatureSupport.fields[.hook])
            for argument in hook.arguments + hook.data + (hook.returnArgument.map { [$0] } ?? []) {
                fields(argument.fields, FeatureSupport.fields[.argument])
                let type = argument.type
                let isTracepoint = hook.section == .tracepoints
                if types.contains(type.value) || isTracepoint && tracepointTypes.contains(type.value)
                    || type.value == .auto && argument.resolve != nil
                {
                    continue
                }
                refuse("type: \(type.value.rawValue)", type.range)
            }
            for selector in hook.selectors { self.selector(selector) }
        }

        mutating func selector(_ selector: Selector) {
            fields(selector.fields, FeatureSupport.fields[.selector])
            for filter in selector.matchArgs + selector.matchData + selector.matchReturnArgs {
                fields(filter.fields, FeatureSupport.fields[.argumentFilter])
                comparison(filter.operator, operators)
            }
            for filter in selector.matchBinaries + selector.matchParentBinaries {
                fields(filter.fields, FeatureSupport.fields[.binaryFilter])
                comparison(filter.operator, binaryOperators)
            }
            for filter in selector.matchPIDs {
                fields(filter.fields, FeatureSupport.fields[.processFilter])
            }
            for action in selector.actions + selector.returnActions {
                fields(action.fields, FeatureSupport.fields[.action])
                let kind = action.kind
                if !actions.contains(kind.value) { refuse("action: \(kind.value.rawValue)", kind.range) }
            }
        }

        mutating func comparison(_ comparison: Located<Operator>, _ supported: Set<Operator>) {
            if supported.contains(comparison.value) { return }
            refuse("operator: \(comparison.value.rawValue)", comparison.range)
        }
    }
}
