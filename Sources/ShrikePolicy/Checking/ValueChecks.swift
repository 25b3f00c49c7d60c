// SPDX-License-Identifier: Apache-2.0
// The values of argument filters, by operator and type.

extension PolicyCheck {
    /// Checks values of an operator that can compare the type.
    mutating func checkValues(_ filter: ArgumentFilter, _ type: ArgumentType, _ hook: any PolicyHook) {
        let comparison = filter.operator.value
        if comparison.takesNoValues {
            guard let first = filter.values.first else { return }
            error(
                .unexpectedValues, first.range, "`\(comparison.rawValue)` takes no values",
                help: "remove `values`")
            return
        }
        if filter.values.isEmpty { noValues(filter.operator) }
        for value in filter.values { checkValue(value, comparison, type, hook) }
    }

    private mutating func checkValue(
        _ value: Located<String>, _ comparison: Operator, _ type: ArgumentType, _ hook: any PolicyHook
    ) {
        switch comparison {
        case .sourceAddress, .notSourceAddress, .destinationAddress, .notDestinationAddress:
            checkAddress(value)
        case .sourcePort, .notSourcePort, .destinationPort, .notDestinationPort:
            checkNumber(value, .port)
        case .protocol: checkNumber(value, .protocol)
        case .family: checkNumber(value, .family)
        case .state: checkNumber(value, .state)
        case .fileType, .notFileType: checkFileType(value)
        case .inMap where listReference(value.value) != nil,
            .notInMap where listReference(value.value) != nil:
            checkListValue(value, type, hook)
        default:
            if let shape = type.integerShape {
                checkInteger(value, comparison, type, shape)
            } else if type.filterClass == .capabilities {
                if Capability.mask(value.value) == nil { badCapability(value) }
            } else {
                checkTextValue(value, comparison, type)
            }
        }
    }

    private mutating func checkInteger(
        _ value: Located<String>, _ comparison: Operator, _ type: ArgumentType, _ shape: IntegerShape
    ) {
        let isRange = comparison == .inRange || comparison == .notInRange
        let mayBeRange = isRange || comparison == .inMap || comparison == .notInMap
        guard !value.value.isEmpty else {
            emptyValue(value, help: isRange ? "write `MIN:MAX`" : "write a number")
            return
        }
        let hasColon = value.value.utf8.contains(UInt8(ascii: ":"))
        guard let interval = IntegerInterval(value.value), isRange == hasColon || mayBeRange && !isRange
        else {
            let what = isRange ? "a range" : mayBeRange ? "a whole number or range" : "a whole number"
            let help = isRange ? "write `MIN:MAX`" : hasColon ? "use `InRange` or `InMap` for ranges" : nil
            error(
                .badInteger, value.range, "\(code(value.value)) is not \(what)",
                help: help ?? "write it like `10`, `-10` or `0x1f`")
            return
        }
        // A mask is a set of bits, whatever the sign of the type.
        let maximum = comparison == .mask ? (1 << Int128(shape.bits)) - 1 : shape.maximum
        guard interval.lowest >= shape.minimum, interval.highest <= maximum, interval.lowest <= maximum,
            interval.highest >= shape.minimum
        else {
            error(
                .integerOutOfRange, value.range, "\(code(value.value)) does not fit `\(type.rawValue)`",
                help: "its values are \(shape.minimum) to \(maximum)")
            return
        }
        checkOrder(value, interval)
    }

    private mutating func checkOrder(_ value: Located<String>, _ interval: IntegerInterval) {
        guard interval.lowest > interval.highest else { return }
        error(
            .reversedRange, value.range, "the range \(code(value.value)) ends before it starts",
            help: "write `\(interval.highest):\(interval.lowest)`")
    }

    private mutating func checkListValue(
        _ value: Located<String>, _ type: ArgumentType, _ hook: any PolicyHook
    ) {
        let name = listReference(value.value) ?? ""
        guard hook.section == .tracepoints, type == .syscall64 else {
            error(
                .badInteger, value.range, "a list can only be compared with a `syscall64` of a tracepoint",
                help: "use `type: syscall64` at raw_syscalls/sys_enter")
            return
        }
        guard let list = policy.spec.lists.first(where: { $0.name.value == name }) else {
            undefinedList(name, value.range)
            return
        }
        if list.kind.value == .syscalls {
            for call in list.values where SystemCallName(call.value)?.number == nil {
                error(
                    .badList, call.range, "\(code(call.value)) has no number that could be compared",
                    help: "write it like `sys_openat` or `i386/sys_openat`")
            }
        }
        guard list.kind.value != .syscalls, list.kind.value != .generatedSyscalls else { return }
        error(
            .badList, value.range, "the list \(code(name)) does not hold system calls",
            help: "give it `type: syscalls`")
    }

    private mutating func checkAddress(_ value: Located<String>) {
        guard AddressBlock(value.value) == nil else { return }
        error(
            .badNetworkValue, value.range, "\(code(value.value)) is not an IP address",
            help: "write it like `10.0.0.1`, `10.0.0.0/8` or `fe80::/10`")
    }

    private mutating func checkNumber(_ value: Located<String>, _ kind: NetworkNumber) {
        guard let interval = kind.interval(value.value) else {
            let fallback = kind == .port ? "write it like `443` or `1024:65535`" : "write a number or a name"
            error(
                .badNetworkValue, value.range, "\(code(value.value)) is not a \(kind)",
                help: Suggestion.help(for: value.value, among: kind.names.keys.sorted()) ?? fallback)
            return
        }
        guard interval.lowest >= 0, interval.highest >= 0, interval.lowest <= kind.maximum,
            interval.highest <= kind.maximum
        else {
            error(
                .integerOutOfRange, value.range, "\(code(value.value)) is no possible \(kind)",
                help: "the numbers are 0 to \(kind.maximum)")
            return
        }
        checkOrder(value, interval)
    }

    private mutating func checkFileType(_ value: Located<String>) {
        guard FileTypeName.modes[value.value] == nil else { return }
        let names = FileTypeName.modes.keys.sorted()
        error(
            .badNameInValues, value.range, "\(code(value.value)) is not a type of file",
            help: Suggestion.help(for: value.value, among: names) ?? "the types are \(codeList(names))")
    }
}

// MARK: - Texts

extension PolicyCheck {
    private mutating func checkTextValue(
        _ value: Located<String>, _ comparison: Operator, _ type: ArgumentType
    ) {
        let isExact = comparison == .equal || comparison == .notEqual
        let isPath = type.filterClass == .path
        // A string may be empty; a path never is.
        guard checkText(value, mayBeEmpty: isExact && !isPath) else { return }
        if type != .charBuffer { checkNul(value, isStripped: isExact && type.filterClass == .text) }
        if isPath, isExact || comparison == .prefix || comparison == .notPrefix {
            checkAbsolutePath(value, isWhole: isExact)
        }
    }

    /// Whether the text is short enough and, where it must be, not empty.
    mutating func checkText(_ value: Located<String>, mayBeEmpty: Bool) -> Bool {
        if value.value.isEmpty, !mayBeEmpty {
            emptyValue(value, help: "write the text to compare with, or remove the filter")
            return false
        }
        let bytes = value.value.utf8.count
        guard bytes > PolicyLimits.textBytes else { return true }
        error(
            .textTooLong, value.range, "the value has \(bytes) bytes, the limit is \(PolicyLimits.textBytes)",
            help: "shorten it; `Prefix` compares only the start")
        return false
    }

    private mutating func emptyValue(_ value: Located<String>, help: String) {
        error(.emptyValue, value.range, "the value is empty", help: help)
    }

    private mutating func checkNul(_ value: Located<String>, isStripped: Bool) {
        var bytes = Array(value.value.utf8)
        if isStripped { while bytes.last == 0 { bytes.removeLast() } }
        guard bytes.contains(0) else { return }
        error(.nulInText, value.range, "the value holds a NUL and never matches", help: "remove `\\0`")
    }

    /// Warns of paths that the kernel never reports: it resolves them first.
    mutating func checkAbsolutePath(_ value: Located<String>, isWhole: Bool) {
        let path = value.value
        let problem: String? =
            if !path.hasPrefix("/") {
                "does not start with `/`"
            } else if path.contains("//") {
                "holds `//`"
            } else if path.contains("/../") || path.contains("/./") || path.hasSuffix("/..")
                || path.hasSuffix("/.") && isWhole
            {
                "holds `.` or `..`"
            } else if isWhole, path.hasSuffix("/"), path != "/" {
                "ends with `/`"
            } else {
                nil
            }
        guard let problem else { return }
        warn(
            .pathNeverMatches, value.range, "\(code(path)) \(problem) and never matches",
            help: "write the resolved, absolute path as the process sees it")
    }
}
