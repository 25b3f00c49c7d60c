// SPDX-License-Identifier: Apache-2.0
// What the engine of this version can run: one table. Everything else in the language is refused
// where it stands, never skipped. When a feature lands, its word moves into the table.

/// The part of the language that this version of shriked can run.
public enum FeatureSupport {
    /// The fields that can be used, by the mapping that they stand in.
    private static let fields: [Mapping: Set<String>] = [
        .spec: ["kprobes", "options"],
        .hook: ["call", "syscall", "args", "selectors", "message", "tags"],
        .argument: ["index", "type", "label", "sizeArgIndex"],
        .selector: ["label", "matchArgs", "matchBinaries", "matchActions"],
        .argumentFilter: ["index", "args", "operator", "values"],
        .binaryFilter: ["operator", "values"],
        .action: ["action", "argSig", "argError"],
    ]

    private static let types: Set<ArgumentType> = [
        .file, .path, .string, .int, .int32, .sint32, .uint32, .sizeT, .int64, .sint64, .long, .uint64,
        .ulong, .int8, .sint8, .uint8, .int16, .sint16, .uint16, .sock, .socket, .skb, .sockaddr,
        .fd, .dentry, .kiocb, .linuxBinprm, .filename, .nop, .kernelCapT, .capInheritable, .capPermitted,
        .capEffective, .capability, .bpfCmd, .cred, .userNamespace, .module, .loadInfo, .bpfAttr, .bpfProg,
        .bpfMap, .perfEvent, .netDevice, .sockaddrUn, .charBuffer, .charIOVector, .ioVectorIterator,
    ]

    private static let operators: Set<Operator> = [
        .equal, .notEqual, .prefix, .notPrefix, .postfix, .notPostfix, .gt, .greaterThan, .lt, .lessThan,
        .inRange, .notInRange, .inMap, .notInMap, .mask, .sourceAddress, .notSourceAddress,
        .destinationAddress, .notDestinationAddress, .sourcePort, .notSourcePort, .destinationPort,
        .notDestinationPort, .sourcePortPrivileged, .notSourcePortPrivileged, .destinationPortPrivileged,
        .notDestinationPortPrivileged, .protocol, .family, .state, .fileType,
        .notFileType, .capabilitiesGained,
    ]

    private static let binaryOperators: Set<Operator> = [.in, .notIn]

    private static let actions: Set<ActionKind> = [.post, .noPost, .sigkill, .signal, .override]

    private static let options: Set<OptionName> = [.policyMode]

    private static let kinds: Set<PolicyKind> = [.tracingPolicy]

    /// The mappings of the table.
    private enum Mapping: Hashable {
        case spec, hook, argument, selector, argumentFilter, binaryFilter, action
    }

    /// An error for each thing in the policy that this version cannot run.
    public static func check(_ policy: TracingPolicy) -> [Diagnostic] {
        var check = SupportCheck()
        if !kinds.contains(policy.kind) {
            check.refuse("kind: \(policy.kind.rawValue)", policy.fields["kind"]?.valueRange ?? policy.range)
        }
        check.fields(policy.spec.fields, fields[.spec])
        for option in policy.spec.options {
            guard let name = OptionName(rawValue: option.name.value), !options.contains(name) else {
                continue
            }
            check.refuse("option \(name.rawValue)", option.name.range)
        }
        for hook in policy.spec.kprobes { check.hook(hook) }
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

        mutating func hook(_ hook: KprobeHook) {
            fields(hook.fields, FeatureSupport.fields[.hook])
            if hook.listName != nil { refuse("list:", hook.call.range) }
            for argument in hook.arguments {
                fields(argument.fields, FeatureSupport.fields[.argument])
                let type = argument.type
                if !types.contains(type.value) { refuse("type: \(type.value.rawValue)", type.range) }
            }
            for selector in hook.selectors { self.selector(selector) }
        }

        mutating func selector(_ selector: Selector) {
            fields(selector.fields, FeatureSupport.fields[.selector])
            for filter in selector.matchArgs {
                fields(filter.fields, FeatureSupport.fields[.argumentFilter])
                comparison(filter.operator, operators)
            }
            for filter in selector.matchBinaries {
                fields(filter.fields, FeatureSupport.fields[.binaryFilter])
                comparison(filter.operator, binaryOperators)
            }
            for action in selector.actions {
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
