// SPDX-License-Identifier: Apache-2.0
// SHR620 to SHR634: single filters. Values that say the same twice, and comparisons that never or
// always hold.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkValues() {
        for rule in hooks {
            for selector in rule.selectors {
                for filter in selector.selector.matchArgs {
                    checkDuplicates(filter.values, filter.operator.value)
                    guard let argument = rule.argument(of: filter) else { continue }
                    checkIntegers(filter, argument)
                    checkTexts(filter, argument)
                    checkBlocks(filter)
                }
                for filter in selector.selector.matchBinaries {
                    checkDuplicates(filter.values, filter.operator.value)
                    checkCovered(filter.values, filter.operator.value)
                    checkBinaries(filter)
                }
                for filter in selector.selector.matchPIDs { checkPIDs(filter) }
                for filter in selector.selector.matchCapabilities {
                    checkDuplicates(filter.values, filter.operator.value)
                }
            }
            checkTags(rule)
        }
    }

    private mutating func checkDuplicates(_ values: [Located<String>], _ comparison: Operator) {
        if comparison == .celExpression { return }
        var seen: [String: SourceRange] = [:]
        for value in values {
            if let first = seen[value.value] {
                report(
                    "SHR620", value.range,
                    "the value \(code(value.value)) is listed twice, first on line \(first.start.line)",
                    help: "remove it")
            } else {
                seen[value.value] = value.range
            }
        }
    }

    /// Values that a shorter one of the same list covers.
    private mutating func checkCovered(_ values: [Located<String>], _ comparison: Operator) {
        let isPrefix = comparison == .prefix || comparison == .notPrefix
        guard isPrefix || comparison == .postfix || comparison == .notPostfix else { return }
        for value in values {
            let cover = values.first { other in
                other.value.utf8.count < value.value.utf8.count && !other.value.isEmpty
                    && (isPrefix ? value.value.hasPrefix(other.value) : value.value.hasSuffix(other.value))
            }
            guard let cover else { continue }
            report(
                "SHR621", value.range,
                "\(code(value.value)) is covered by \(code(cover.value)) on line \(cover.range.start.line)",
                help: "remove the longer one")
        }
    }

    private mutating func checkTexts(_ filter: ArgumentFilter, _ argument: Argument) {
        guard [.text, .path].contains(argument.type.value.filterClass) else { return }
        checkCovered(filter.values, filter.operator.value)
        guard argument.type.value.filterClass == .path else { return }
        for value in filter.values where value.value == "/" {
            switch filter.operator.value {
            case .prefix:
                report(
                    "SHR622", value.range, "the prefix `/` matches every path",
                    help: "remove the filter, or write a folder")
            case .notPrefix:
                report("SHR623", value.range, "every path starts with `/`: the filter never matches")
            default: break
            }
        }
    }

    private mutating func checkIntegers(_ filter: ArgumentFilter, _ argument: Argument) {
        guard let shape = argument.type.value.integerShape else { return }
        let intervals = filter.values.compactMap { value in IntegerInterval(value.value).map { (value, $0) } }
        guard intervals.count == filter.values.count, !intervals.isEmpty else { return }
        for (value, interval) in intervals {
            switch filter.operator.value {
            case .lessThan, .lt:
                if interval.lowest <= shape.minimum { never(value, argument, "nothing is less") }
            case .greaterThan, .gt:
                if interval.lowest >= shape.maximum { never(value, argument, "nothing is greater") }
            case .inRange, .inMap:
                if interval.lowest <= shape.minimum, interval.highest >= shape.maximum {
                    always(value, argument)
                }
            case .notInRange, .notInMap:
                if interval.lowest <= shape.minimum, interval.highest >= shape.maximum {
                    never(value, argument, "it excludes every value")
                }
            case .mask:
                if interval.lowest == 0 { never(value, argument, "a mask of 0 has no bit to match") }
                let bits = UInt64(truncatingIfNeeded: interval.lowest).nonzeroBitCount
                if bits > 1, bits < shape.bits {
                    report(
                        "SHR626", value.range,
                        "`Mask` with \(code(value.value)) matches if any of its \(bits) bits is set, not all",
                        help: "to ask for all of them, write one `Mask` filter for each bit")
                }
            default: break
            }
        }
        checkSeveralLimits(filter)
        checkOverlaps(intervals, filter.operator.value)
    }

    private mutating func checkSeveralLimits(_ filter: ArgumentFilter) {
        guard [.lessThan, .lt, .greaterThan, .gt].contains(filter.operator.value), filter.values.count > 1
        else {
            return
        }
        report(
            "SHR625", filter.operator.range,
            "`\(filter.operator.value.rawValue)` with several values holds if any of them does: only the "
                + "weakest counts",
            help: "keep one value")
    }

    private mutating func checkOverlaps(
        _ intervals: [(Located<String>, IntegerInterval)], _ comparison: Operator
    ) {
        guard [.inRange, .notInRange, .inMap, .notInMap].contains(comparison), intervals.count <= 64 else {
            return
        }
        for (index, (value, interval)) in intervals.enumerated() {
            let other = intervals.enumerated().first { position, other in
                position != index && other.0.value != value.value && other.1.lowest <= interval.lowest
                    && interval.highest <= other.1.highest
            }
            guard let cover = other?.element.0 else { continue }
            report(
                "SHR627", value.range, "\(code(value.value)) is part of \(code(cover.value))",
                help: "remove the smaller one")
        }
    }

    private mutating func never(_ value: Located<String>, _ argument: Argument, _ reason: String) {
        report(
            "SHR623", value.range,
            "the comparison with \(code(value.value)) never holds for `\(argument.type.value.rawValue)`: "
                + reason)
    }

    private mutating func always(_ value: Located<String>, _ argument: Argument) {
        report(
            "SHR622", value.range,
            "\(code(value.value)) holds every value of `\(argument.type.value.rawValue)`: the filter always "
                + "matches", help: "remove the filter")
    }

    /// Addresses inside other addresses of the list.
    private mutating func checkBlocks(_ filter: ArgumentFilter) {
        let addresses: Set<Operator> = [
            .sourceAddress, .notSourceAddress, .destinationAddress, .notDestinationAddress,
        ]
        guard addresses.contains(filter.operator.value), filter.values.count <= 256 else { return }
        let blocks = filter.values.map { ($0, AddressBlock($0.value)) }
        for (value, block) in blocks {
            guard let block else { continue }
            if !block.hasOnlyZerosBehindPrefix {
                report(
                    "SHR629", value.range,
                    "bits behind the prefix of \(code(value.value)) are set and ignored",
                    help: "write the first address of the block")
            }
            let cover = blocks.first { other, outer in
                other.value != value.value && outer.map { $0.covers(block) && $0 != block } ?? false
            }
            guard let cover else { continue }
            report(
                "SHR628", value.range, "\(code(value.value)) is part of \(code(cover.0.value))",
                help: "remove the smaller block")
        }
    }

    private mutating func checkPIDs(_ filter: ProcessFilter) {
        var seen: Set<UInt32> = []
        for value in filter.values {
            if !seen.insert(value.value).inserted {
                report("SHR620", value.range, "the value \(code(String(value.value))) is listed twice")
            }
            guard value.value > 1, filter.operator.value == .in else { continue }
            report(
                "SHR630", value.range,
                "the process id \(value.value) means another process after each start",
                help: "filter by `matchBinaries` or the workload")
        }
        if filter.values.contains(where: { $0.value == 0 }), filter.operator.value == .in,
            !filter.isNamespacePID
        {
            report(
                "SHR631", filter.operator.range, "no process has the id 0 on the host",
                help: "`isNamespacePID: true` with 0 means processes of the host's pid namespace")
        }
        if filter.isNamespacePID, filter.followForks, filter.operator.value == .notIn {
            report(
                "SHR632", filter.operator.range,
                "`NotIn` with `isNamespacePID` and `followForks` never matches processes of the host on "
                    + "Tetragon, whose namespace id is 0",
                help: "add a second selector for the host")
        }
    }

    private static let scripts = [".sh", ".bash", ".py", ".pl", ".rb", ".js", ".php", ".lua", ".bat", ".ps1"]

    private mutating func checkBinaries(_ filter: BinaryFilter) {
        guard filter.operator.value == .in || filter.operator.value == .notIn else { return }
        for value in filter.values {
            if let suffix = Self.scripts.first(where: { value.value.hasSuffix($0) }) {
                report(
                    "SHR633", value.range,
                    "\(code(value.value)) looks like a script (`\(suffix)`): the executable of a script is its "
                        + "interpreter",
                    help: "match the interpreter, or the script as an argument of the exec")
            } else if let target = KnownPaths.symbolicLinks[value.value] {
                report(
                    "SHR634", value.range,
                    "\(code(value.value)) is usually a symbolic link: the executable is reported as "
                        + "\(code(target)) or the like",
                    help: "list the files that it may stand for")
            }
        }
    }

    private mutating func checkTags(_ rule: RuleHook) {
        guard let field = rule.hook.fields["tags"] else { return }
        if Set(rule.hook.tags).count < rule.hook.tags.count {
            report("SHR624", field.nameRange, "a tag is listed twice", help: "remove one")
        }
    }
}

extension AddressBlock {
    /// Whether every address of the other block is in this one.
    func covers(_ other: AddressBlock) -> Bool {
        guard bytes.count == other.bytes.count, prefixLength <= other.prefixLength else { return false }
        return (0..<prefixLength).allSatisfy { bit(bytes, $0) == bit(other.bytes, $0) }
    }

    /// Whether the part that does not count is zero.
    var hasOnlyZerosBehindPrefix: Bool {
        (prefixLength..<bytes.count * 8).allSatisfy { bit(bytes, $0) == 0 }
    }

    private func bit(_ bytes: [UInt8], _ index: Int) -> UInt8 { bytes[index / 8] >> UInt8(7 - index % 8) & 1 }
}
