// SPDX-License-Identifier: Apache-2.0
// The tables of one hook's program, byte for byte: what is put into the kernel's maps, and into the native matcher's.

internal import ShrikeABI
internal import ShrikeEvents

/// One table of a hook's program.
public struct HookTable {
    /// How keys are looked up.
    public enum Kind: Sendable {
        /// The key is the entry's number, 32 bits.
        case array
        /// The key is all of the key.
        case hash
        /// The key's first word says how many of the bits behind it count; the longest match answers.
        case longestPrefix
    }

    /// The map's name in the program.
    public var name: String
    /// How keys are looked up.
    public var kind: Kind
    /// Bytes of a key.
    public var keyBytes: Int
    /// Bytes of a value.
    public var valueBytes: Int
    /// How many entries there are; a map has room for one at least.
    public var count: Int
    /// Key and value of an entry, made when they are asked for: a large table is not held twice.
    public var entry: (Int) -> (key: [UInt8], value: [UInt8])

    fileprivate static func array(
        _ name: String, valueBytes: Int, count: Int, value: @escaping (Int) -> [UInt8]
    ) -> HookTable {
        HookTable(
            name: name, kind: .array, keyBytes: MemoryLayout<UInt32>.size, valueBytes: valueBytes,
            count: count
        ) {
            (MapBytes.of(UInt32($0)), value($0))
        }
    }
}

extension HookPlan {
    /// The tables that a hook's program can have. It is loaded without those that its plan has none of.
    public static let tableNames = [
        "text_values", "number_intervals", "process_candidates", "binary_classes", "binary_parts",
        "selector_actions", "selector_changes", "automaton_states", "expression_steps",
    ]

    /// The tables that this plan's program looks up.
    public func tables(_ binaries: BinaryTable) -> [HookTable] {
        let maskBytes = wordCount * MemoryLayout<UInt64>.size
        var tables: [HookTable] = []
        if !texts.isEmpty {
            tables.append(
                HookTable(
                    name: "text_values", kind: .longestPrefix,
                    keyBytes: MemoryLayout<UInt32>.size * 2 + textKeyBytes,
                    valueBytes: MemoryLayout<shrike_text_value>.size + maskBytes, count: texts.count
                ) { (MapBytes.key(texts[$0], keyBytes: textKeyBytes), MapBytes.value(texts[$0])) })
        }
        if !intervals.isEmpty {
            tables.append(
                .array(
                    "number_intervals", valueBytes: MemoryLayout<UInt64>.size + maskBytes,
                    count: intervals.count
                ) { MapBytes.value(intervals[$0]) })
        }
        if !automaton.isEmpty {
            tables.append(
                .array(
                    "automaton_states", valueBytes: MemoryLayout<shrike_automaton_state>.size,
                    count: automaton.count
                ) { MapBytes.value(automaton[$0]) })
        }
        if !steps.isEmpty {
            tables.append(
                .array(
                    "expression_steps", valueBytes: MemoryLayout<shrike_expression_step>.size,
                    count: steps.count
                ) { MapBytes.value(steps[$0]) })
        }
        if !candidates.isEmpty { tables += binaryTables(binaries, maskBytes) }
        tables.append(
            .array(
                "selector_actions", valueBytes: MemoryLayout<shrike_selector_config>.size,
                count: selectors.count
            ) { MapBytes.value(selectors[$0]) })
        let changing = selectors.indices.filter { !selectors[$0].changes.isEmpty }
        if !changing.isEmpty {
            tables.append(
                HookTable(
                    name: "selector_changes", kind: .hash, keyBytes: MemoryLayout<UInt32>.size,
                    valueBytes: MemoryLayout<shrike_changes>.size, count: changing.count
                ) { (MapBytes.of(UInt32(changing[$0])), MapBytes.value(selectors[changing[$0]].changes)) })
        }
        return tables
    }

    private func binaryTables(_ binaries: BinaryTable, _ maskBytes: Int) -> [HookTable] {
        let rows = BinaryDimension.allCases.flatMap { candidates[$0] ?? [] }
        var tables: [HookTable] = [
            .array("process_candidates", valueBytes: maskBytes, count: rows.count) { MapBytes.of(rows[$0]) },
            HookTable(
                name: "binary_classes", kind: .hash, keyBytes: Int(SHRIKE_MAX_BINARY_BYTES),
                valueBytes: MemoryLayout<UInt32>.size, count: binaries.paths.count
            ) { (MapBytes.binaryKey(binaries.paths[$0]), MapBytes.of(binaries.binaryClass(of: $0))) },
        ]
        guard binaries.hasParts else { return tables }
        let (paths, starts, ends) = (binaries.paths.count, binaries.starts, binaries.ends)
        tables.append(
            HookTable(
                name: "binary_parts", kind: .longestPrefix,
                keyBytes: MemoryLayout<UInt32>.size * 2 + Int(SHRIKE_TEXT_KEY_BYTES),
                valueBytes: MemoryLayout<shrike_text_value>.size, count: starts.count + ends.count
            ) { number in
                if number < starts.count {
                    return (
                        MapBytes.binaryPartKey(Array(starts[number].utf8), table: 0),
                        MapBytes.binaryPartValue(binaries.binaryClass(of: paths + number))
                    )
                }
                let end = number - starts.count
                return (
                    MapBytes.binaryPartKey(ends[end].utf8.reversed(), table: 1),
                    MapBytes.binaryPartValue(binaries.binaryClass(of: end))
                )
            })
        return tables
    }
}

/// Values of the plan's maps, byte for byte.
public enum MapBytes {
    /// The memory that a value takes.
    public static func of<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] {
        unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
    }

    static func of(_ set: SelectorSet) -> [UInt8] {
        unsafe set.words.withUnsafeBytes { unsafe Array($0) }
    }

    /// `struct text_key` and as much text as the key holds; the rest is zeros that no one compares.
    static func key(_ entry: TextEntry, keyBytes: Int) -> [UInt8] {
        of(UInt32(32 + (entry.keyBits ?? entry.key.count * 8))) + of(entry.table) + entry.key
            + Array(repeating: 0, count: keyBytes - entry.key.count)
    }

    static func value(_ entry: TextEntry) -> [UInt8] {
        of(shrike_text_value(next_table: entry.nextTable, reserved: 0)) + of(entry.alive)
    }

    static func value(_ changes: [PlannedChange]) -> [UInt8] {
        let room = Int(SHRIKE_MAX_CHANGES)
        let all = changes.prefix(room).map(\.configuration) + Array(repeating: shrike_change(), count: room)
        return of(UInt32(min(changes.count, room))) + of(UInt32(0)) + all.prefix(room).flatMap { of($0) }
    }

    static func value(_ step: PlannedStep) -> [UInt8] {
        var configuration = shrike_expression_step()
        configuration.operation = step.operation.rawValue
        configuration.argument = UInt8(step.argument)
        configuration.operand = step.operand
        return of(configuration)
    }

    /// `struct shrike_automaton_state`
    static func value(_ state: PlannedState) -> [UInt8] {
        of(UInt32(state.foundRow.map { $0 + 1 } ?? 0)) + of(UInt32(0)) + state.next.flatMap { of($0) }
    }

    static func value(_ interval: Interval) -> [UInt8] { of(interval.start) + of(interval.alive) }

    static func value(_ selector: PlannedSelector) -> [UInt8] {
        var configuration = shrike_selector_config()
        configuration.policy_end = UInt16(selector.policyEnd)
        if selector.isPosted { configuration.flags |= SHRIKE_SELECTOR_POST.rawValue }
        if let error = selector.overrideError {
            configuration.flags |= SHRIKE_SELECTOR_OVERRIDE.rawValue
            configuration.override_error = Int32(error)
        }
        if selector.stacks.contains(.kernel) {
            configuration.flags |= SHRIKE_SELECTOR_KERNEL_STACK.rawValue
        }
        if selector.stacks.contains(.user) { configuration.flags |= SHRIKE_SELECTOR_USER_STACK.rawValue }
        configuration.signal = UInt8(selector.signal)
        configuration.return_signal = UInt8(selector.returnSignal)
        if selector.wantsHash { configuration.flags |= SHRIKE_SELECTOR_HASH.rawValue }
        configuration.tracked_arguments = selector.tracked.reduce(0) { $0 | 1 << UInt8($1) }
        configuration.untracked_arguments = selector.untracked.reduce(0) { $0 | 1 << UInt8($1) }
        if selector.forgetsNote { configuration.flags |= SHRIKE_SELECTOR_FORGET_NOTE.rawValue }
        if !selector.changes.isEmpty { configuration.flags |= SHRIKE_SELECTOR_CHANGES.rawValue }
        if let note = selector.note {
            configuration.flags |= SHRIKE_SELECTOR_NOTIFY.rawValue
            configuration.note_enforcer = UInt8(truncatingIfNeeded: note.enforcer)
            configuration.note_error = Int16(truncatingIfNeeded: note.error)
            configuration.note_signal = UInt8(truncatingIfNeeded: note.signal)
        }
        if let limit = selector.rateLimit {
            configuration.rate_limit_ms = limit.milliseconds
            configuration.rate_scope = limit.scope.abi.rawValue
            configuration.rate_arguments = limit.arguments.reduce(0) { $0 | 1 << UInt8($1) }
        }
        return of(configuration)
    }

    /// A path as the binary table's key: padded with zeros.
    public static func binaryKey(_ path: String) -> [UInt8] {
        let bytes = Array(path.utf8.prefix(BinaryTable.maximumPathBytes))
        return bytes + Array(repeating: 0, count: Int(SHRIKE_MAX_BINARY_BYTES) - bytes.count)
    }

    /// `struct text_key` and part of a path, for the table of starts (0) or of reversed ends (1).
    static func binaryPartKey(_ text: [UInt8], table: UInt32) -> [UInt8] {
        of(UInt32(32 + text.count * 8)) + of(table) + text
            + Array(repeating: 0, count: Int(SHRIKE_TEXT_KEY_BYTES) - text.count)
    }

    static func binaryPartValue(_ binaryClass: UInt32) -> [UInt8] {
        of(shrike_text_value(next_table: binaryClass, reserved: 0))
    }
}
