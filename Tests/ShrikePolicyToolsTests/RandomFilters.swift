// SPDX-License-Identifier: Apache-2.0
// Random filters: each as the words of a policy and as a plain function of what was called.

import ShrikeABI
import ShrikePolicyTools
import ShrikeTestSupport

/// One call, plainly: what the filters are about.
struct PlainCall {
    var path: [UInt8]
    var isPathless = false
    var text: [UInt8]
    var isTextUnreadable = false
    var small: Int32
    var large: UInt64
    var sock = shrike_sock()
    var process: ProcessReading

    /// The plan's arguments, by their index in the policy.
    func reading(_ index: Int) -> ArgumentReading {
        var reading = ArgumentReading()
        switch index {
        case 0:
            reading.text = isPathless ? [] : path
            reading.isPathless = isPathless
        case 1:
            reading.text = text
            reading.isUnreadable = isTextUnreadable
        case 2: reading.scalar = UInt64(bitPattern: Int64(small))
        case 3: reading.scalar = large
        default: reading.object = withUnsafeBytes(of: sock) { Array($0) }
        }
        return reading
    }
}

/// A filter with its meaning.
struct PlainFilter {
    /// The field of a selector that it stands in.
    var field: String
    /// An entry of that field.
    var words: String
    /// Whether a call passes.
    var passes: (PlainCall) -> Bool
}

extension SeededRandom {
    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }

    private mutating func list<Element>(_ count: ClosedRange<Int>, _ make: (inout Self) -> Element)
        -> [Element]
    {
        (0..<Int.random(in: count, using: &self)).map { _ in make(&self) }
    }

    /// A short text of few letters, so that values and subjects meet.
    mutating func word(_ length: ClosedRange<Int>) -> String {
        String(list(length) { $0.pick(["a", "b", "A", "/"]) }.joined())
    }

    mutating func pathName() -> String { "/" + word(0...5) }

    private mutating func smallNumber() -> Int32 { pick([-2, -1, 0, 1, 2, 3, 7, 8, 255, .min, .max]) }
    private mutating func largeNumber() -> UInt64 { pick([0, 1, 2, 3, 8, 255, 1 << 32, 1 << 63, .max]) }

    private func quoted(_ values: [String]) -> String {
        "[" + values.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }

    /// Any filter of any kind.
    mutating func filter() -> PlainFilter {
        switch Int.random(in: 0..<11, using: &self) {
        case 0...1: textFilter(0)
        case 2...3: textFilter(1)
        case 4: smallFilter()
        case 5: largeFilter()
        case 6: sockFilter()
        case 7: binaryFilter()
        case 8: idFilter()
        case 9: namespaceFilter()
        default: capabilityFilter()
        }
    }

    private mutating func textFilter(_ index: Int) -> PlainFilter {
        let comparison = pick([
            "Equal", "NotEqual", "Prefix", "NotPrefix", "Postfix", "NotPostfix", "SubString",
            "SubStringIgnCase",
        ])
        let values = list(1...4) { random in
            let isWhole = comparison.hasSuffix("Equal") || comparison.hasSuffix("Prefix")
            return index == 0 && isWhole ? random.pathName() : random.word(1...4)
        }
        let keys = values.map { Array($0.utf8) }
        return PlainFilter(
            field: "matchArgs", words: "{index: \(index), operator: \(comparison), values: \(quoted(values))}"
        ) { call in
            if index == 0 ? call.isPathless : call.isTextUnreadable { return false }
            let subject = index == 0 ? call.path : call.text
            let isAny = keys.contains { key in
                switch comparison {
                case "Equal", "NotEqual": subject == key
                case "Prefix", "NotPrefix": subject.starts(with: key)
                case "Postfix", "NotPostfix": subject.reversed().starts(with: key.reversed())
                case "SubString": subject.holds(key)
                default: subject.lowered.holds(key.lowered)
                }
            }
            return isAny != comparison.hasPrefix("Not")
        }
    }

    private mutating func smallFilter() -> PlainFilter {
        let comparison = pick([
            "Equal", "NotEqual", "GT", "LT", "Mask", "InMap", "NotInMap", "InRange", "NotInRange",
        ])
        let isRange = comparison.hasSuffix("InRange") || comparison.hasSuffix("Range")
        let values = list(1...3) { [$0.smallNumber(), $0.smallNumber()].sorted() }
        let words = values.map {
            isRange ? "\($0[0]):\($0[1])" : comparison == "Mask" ? "\(UInt32(bitPattern: $0[0]))" : "\($0[0])"
        }
        return PlainFilter(
            field: "matchArgs", words: "{index: 2, operator: \(comparison), values: \(quoted(words))}"
        ) { call in
            let isAny = values.contains { value in
                switch comparison {
                case "GT": call.small > value[0]
                case "LT": call.small < value[0]
                case "Mask": call.small & value[0] != 0
                case "InRange", "NotInRange": (value[0]...value[1]).contains(call.small)
                default: call.small == value[0]
                }
            }
            return isAny != comparison.hasPrefix("Not")
        }
    }

    private mutating func largeFilter() -> PlainFilter {
        let comparison = pick(["Equal", "NotEqual", "GT", "LT", "Mask", "InRange", "NotInRange"])
        let values = list(1...3) { [$0.largeNumber(), $0.largeNumber()].sorted() }
        let words = values.map { comparison.hasSuffix("Range") ? "\($0[0]):\($0[1])" : "\($0[0])" }
        return PlainFilter(
            field: "matchArgs", words: "{index: 3, operator: \(comparison), values: \(quoted(words))}"
        ) { call in
            let isAny = values.contains { value in
                switch comparison {
                case "GT": call.large > value[0]
                case "LT": call.large < value[0]
                case "Mask": call.large & value[0] != 0
                case "InRange", "NotInRange": (value[0]...value[1]).contains(call.large)
                default: call.large == value[0]
                }
            }
            return isAny != comparison.hasPrefix("Not")
        }
    }

    private mutating func sockFilter() -> PlainFilter {
        let comparison = pick([
            "SAddr", "NotSAddr", "DPort", "NotDPort", "SPortPriv", "NotSportPriv", "Protocol", "Family",
        ])
        func entry(_ values: [String]) -> String {
            "{index: 4, operator: \(comparison)" + (values.isEmpty ? "" : ", values: \(quoted(values))") + "}"
        }
        switch comparison {
        case "SAddr", "NotSAddr":
            let blocks = list(1...3) { ($0.pick([8, 9, 16, 31, 32]), $0.pick([0, 1, 128, 129]) as UInt32) }
            return PlainFilter(field: "matchArgs", words: entry(blocks.map { "10.0.0.\($0.1)/\($0.0)" })) {
                call in
                guard call.sock.family == 2 else {
                    // IPv6 is outside of all IPv4 blocks; other families have no address at all.
                    return call.sock.family == 10 && comparison == "NotSAddr"
                }
                let address = withUnsafeBytes(of: call.sock.source) {
                    $0.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
                }
                let isAny = blocks.contains { bits, last in
                    (address ^ (10 << 24 | last)) >> (32 - UInt32(bits)) == 0
                }
                return isAny != (comparison == "NotSAddr")
            }
        case "DPort", "NotDPort":
            let ports = list(1...3) { $0.pick([22, 80, 443, 1023, 1024]) as UInt32 }
            return PlainFilter(field: "matchArgs", words: entry(ports.map { "\($0):\($0 + 1)" })) { call in
                let isAny = ports.contains { ($0...$0 + 1).contains(call.sock.destination_port) }
                return isAny != (comparison == "NotDPort")
            }
        case "SPortPriv", "NotSportPriv":
            return PlainFilter(field: "matchArgs", words: entry([])) { call in
                (call.sock.source_port < 1024) != (comparison == "NotSportPriv")
            }
        case "Protocol":
            return PlainFilter(field: "matchArgs", words: entry(["IPPROTO_TCP", "17"])) { call in
                call.sock.protocol == 6 || call.sock.protocol == 17
            }
        default:
            return PlainFilter(field: "matchArgs", words: entry(["AF_INET"])) { $0.sock.family == 2 }
        }
    }

    private mutating func binaryFilter() -> PlainFilter {
        let comparison = pick(["In", "NotIn", "Prefix", "NotPrefix", "Postfix", "NotPostfix"])
        let isParent = Bool.random(using: &self)
        let values = list(1...3) { comparison.hasSuffix("ostfix") ? $0.word(1...3) : $0.pathName() }
        return PlainFilter(
            field: isParent ? "matchParentBinaries" : "matchBinaries",
            words: "{operator: \(comparison), values: \(quoted(values))}"
        ) { call in
            guard let process = isParent ? call.process.ancestors.first : call.process else {
                return comparison.hasPrefix("Not")
            }
            if process.isKernelThread { return false }
            let isAny = values.contains { value in
                guard let binary = process.binary else { return false }
                switch comparison {
                case "Prefix", "NotPrefix": return binary.hasPrefix(value)
                case "Postfix", "NotPostfix": return binary.hasSuffix(value)
                default: return binary == value
                }
            }
            return isAny != comparison.hasPrefix("Not")
        }
    }

    private mutating func idFilter() -> PlainFilter {
        let isNegative = Bool.random(using: &self)
        let isInner = Bool.random(using: &self)
        let ids = list(1...6) { $0.pick([0, 1, 2, 3, 4, 5, 6, 4_000_000_000]) as UInt32 }
        return PlainFilter(
            field: "matchPIDs",
            words: "{operator: \(isNegative ? "NotIn" : "In"), values: \(ids), isNamespacePID: \(isInner)}"
        ) { call in
            ids.contains(isInner ? call.process.namespacePID : call.process.pid) != isNegative
        }
    }

    private mutating func namespaceFilter() -> PlainFilter {
        let isNegative = Bool.random(using: &self)
        let inodes = list(1...3) { $0.pick([1, 2, 3]) as UInt32 }
        if Bool.random(using: &self) {
            return PlainFilter(
                field: "matchNamespaceChanges",
                words: "{operator: \(isNegative ? "NotIn" : "In"), values: [Net, Uts]}"
            ) { call in
                guard let before = call.process.before?.namespaces else { return false }
                let now = call.process.namespaces
                let listed = now.net != before.net || now.uts != before.uts
                return isNegative ? now.user != before.user : listed
            }
        }
        let isNet = Bool.random(using: &self)
        return PlainFilter(
            field: "matchNamespaces",
            words:
                "{namespace: \(isNet ? "Net" : "Uts"), operator: \(isNegative ? "NotIn" : "In"), values: \(quoted(inodes.map { "\($0)" }))}"
        ) { call in
            inodes.contains(isNet ? call.process.namespaces.net : call.process.namespaces.uts) != isNegative
        }
    }

    private mutating func capabilityFilter() -> PlainFilter {
        let isNegative = Bool.random(using: &self)
        let numbers = Set(list(1...3) { Int.random(in: 0..<4, using: &$0) })
        let names = ["CAP_CHOWN", "DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER"]
        let mask = numbers.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
        let isChange = Bool.random(using: &self)
        let words =
            "{type: Permitted, operator: \(isNegative ? "NotIn" : "In"), values: [\(numbers.sorted().map { names[$0] }.joined(separator: ", "))]}"
        return PlainFilter(field: isChange ? "matchCapabilityChanges" : "matchCapabilities", words: words) {
            call in
            let now = call.process.credentials.permitted
            guard isChange else { return (now & mask != 0) != isNegative }
            let changed = now ^ (call.process.before?.credentials.permitted ?? now)
            return isNegative ? changed != 0 && changed & mask == 0 : changed & mask != 0
        }
    }
}

extension [UInt8] {
    fileprivate func holds(_ value: [UInt8]) -> Bool {
        count >= value.count && (0...count - value.count).contains { self[$0...].starts(with: value) }
    }

    fileprivate var lowered: [UInt8] { map { (65...90).contains($0) ? $0 | 0x20 : $0 } }
}
