// SPDX-License-Identifier: Apache-2.0
// SubString: all values of all filters on a text as one automaton (Aho and Corasick), which reads each byte once.

internal import ShrikeABI

/// One state of a hook's automata.
public struct PlannedState: Sendable, Hashable {
    /// The row of the selectors one of whose values ends here; nil when no value does.
    public var foundRow: Int?
    /// By byte the state that follows.
    public var next: [UInt16]
}

/// One filter on a text: satisfied when any of the values is somewhere in it.
struct SubstringFilter {
    var selector: Int
    var values: [[UInt8]]
}

/// An automaton for filters of which no two are of one selector.
struct SubstringDimension {
    /// The states; the first is where it starts. `found` are selectors.
    private(set) var states: [(next: [Int], found: Set<Int>)]

    /// As many automata as the selector with the most filters needs: all of its filters must hold.
    static func dimensions(_ filters: [SubstringFilter], ignoresCase: Bool) -> [[SubstringFilter]] {
        var layers: [[SubstringFilter]] = []
        for filter in filters {
            if let free = layers.firstIndex(where: { !$0.contains { $0.selector == filter.selector } }) {
                layers[free].append(filter)
            } else {
                layers.append([filter])
            }
        }
        return layers
    }

    /// - Parameter ignoresCase: ASCII letters are alike in both cases.
    init(_ filters: [SubstringFilter], ignoresCase: Bool) {
        var next: [[Int?]] = [Array(repeating: nil, count: 256)]
        var found: [Set<Int>] = [[]]
        for filter in filters {
            for value in filter.values {
                var state = 0
                for byte in ignoresCase ? value.map(Self.lower) : value {
                    if let known = next[state][Int(byte)] {
                        state = known
                    } else {
                        next[state][Int(byte)] = next.count
                        state = next.count
                        next.append(Array(repeating: nil, count: 256))
                        found.append([])
                    }
                }
                found[state].insert(filter.selector)
            }
        }
        // Nearest first: the longest end of a state's text that is also a start of a value is nearer to the first state.
        var whole: [[Int]] = Array(repeating: [], count: next.count)
        whole[0] = next[0].map { $0 ?? 0 }
        var waiting = next[0].compactMap { $0.map { ($0, 0) } }
        var position = 0
        while position < waiting.count {
            let (state, shorter) = waiting[position]
            position += 1
            found[state].formUnion(found[shorter])
            whole[state] = (0..<256).map { byte in
                guard let child = next[state][byte] else { return whole[shorter][byte] }
                waiting.append((child, whole[shorter][byte]))
                return child
            }
        }
        if ignoresCase {
            for state in whole.indices {
                for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") {
                    whole[state][Int(byte)] = whole[state][Int(Self.lower(byte))]
                }
            }
        }
        states = zip(whole, found).map { ($0, $1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension HookPlan {
    /// The most states that all automata of a hook have.
    static let maximumStates = 16_384

    /// Adds the automata of the filters on a text.
    mutating func add(_ filters: [SubstringFilter], _ argument: Int, ignoresCase: Bool) {
        for layer in SubstringDimension.dimensions(filters, ignoresCase: ignoresCase) {
            let first = automaton.count
            var base = everyone
            for filter in layer { base.remove(filter.selector) }
            dimensions.append(
                PlannedDimension(
                    argument: argument, kind: SHRIKE_DIMENSION_SUBSTRING, part: .text, first: first,
                    count: intervals.count))
            intervals.append(Interval(start: 0, alive: base))
            var rows: [Set<Int>: Int] = [:]
            for state in SubstringDimension(layer, ignoresCase: ignoresCase).states {
                if !state.found.isEmpty, rows[state.found] == nil {
                    var alive = SelectorSet(wordCount: wordCount)
                    for selector in state.found { alive.insert(selector) }
                    rows[state.found] = intervals.count
                    intervals.append(Interval(start: 0, alive: alive))
                }
                automaton.append(
                    PlannedState(
                        foundRow: rows[state.found],
                        next: state.next.map { UInt16(truncatingIfNeeded: first + $0) }))
            }
        }
    }
}
