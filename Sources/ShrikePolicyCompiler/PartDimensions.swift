// SPDX-License-Identifier: Apache-2.0
// Look-ups on parts of an argument: which filter means which part, and the tables of all filters on one part.

public import ShrikeABI
internal import ShrikePolicy

/// A look-up on a part of an argument.
public struct PlannedDimension: Sendable, Hashable {
    /// The plan's argument.
    public var argument: Int
    /// How it is looked up.
    public var kind: shrike_dimension_kind
    /// What is looked up.
    public var part: ArgumentPart
    /// Numbers are ordered as signed ones.
    public var isSigned = false
    /// The first row of the interval table, or the first text table.
    public var first: Int
    /// Rows of an interval search.
    public var count = 0
}

/// A value of an argument that a filter can compare.
public struct ArgumentPart: Sendable, Hashable {
    /// Where it is found; of a whole buffer and a pair of arguments it means nothing.
    public var source: shrike_value_source
    /// Its place in the argument's structure; of a pair of arguments the number of the other one.
    public var offset: Int
    /// Two arguments are compared.
    public var isPair = false

    static let scalar = ArgumentPart(source: SHRIKE_VALUE_SCALAR, offset: 0)

    /// A whole text; `offset` means nothing.
    static let text = ArgumentPart(source: SHRIKE_VALUE_SCALAR, offset: 0)
    /// The same, with letters of both cases alike.
    static let foldedText = ArgumentPart(source: SHRIKE_VALUE_SCALAR, offset: 1)

    static let family = ArgumentPart(source: SHRIKE_VALUE_FAMILY, offset: 0)
    static let fileType = ArgumentPart(source: SHRIKE_VALUE_FILE_TYPE, offset: 0)

    /// A 32-bit member of a structure, or an address.
    static func member<Object, Member>(_ path: KeyPath<Object, Member>) -> ArgumentPart {
        guard let offset = MemoryLayout<Object>.offset(of: path) else {
            preconditionFailure("a member of a C structure is stored")
        }
        return ArgumentPart(source: SHRIKE_VALUE_OBJECT_32, offset: offset)
    }
}

/// A filter on a part of an argument, in the form that its look-up wants.
enum PartFilter {
    /// A number inside, or, negated, outside of ranges.
    case ranges(NumberFilter)
    /// A number with any bit of any mask.
    case mask(MaskFilter)
    /// A whole buffer that is, or, negated, is not one of the keys.
    case whole(TextFilter)
    /// A text that holds one of the values.
    case substring(SubstringFilter)
    /// A capability that another argument of the plan has not.
    case gained(selector: Int)
    /// An address inside, or, negated, outside of blocks.
    case blocks(AddressFilter)
}

extension Operator {
    /// The structure's member that the operator compares; nil: the number or text that the argument is.
    func part(of type: shrike_argument_type) -> ArgumentPart? {
        if self == .subString { return .text }
        if self == .subStringIgnoringCase { return .foldedText }
        return switch type {
        case SHRIKE_ARGUMENT_SOCK, SHRIKE_ARGUMENT_SOCKET: partOfSock
        case SHRIKE_ARGUMENT_SKB: partOfPacket
        case SHRIKE_ARGUMENT_SOCKADDR: partOfSocketAddress
        case SHRIKE_ARGUMENT_SOCKADDR_UN: self == .family ? .family : nil
        case SHRIKE_ARGUMENT_CHAR_BUF: self == .equal || self == .notEqual ? .scalar : nil
        default:
            switch self {
            case .mask: .scalar
            case .fileType, .notFileType: .fileType
            default: nil
            }
        }
    }

    private var partOfSock: ArgumentPart? {
        switch self {
        case .sourceAddress, .notSourceAddress: .member(\shrike_sock.source)
        case .destinationAddress, .notDestinationAddress: .member(\shrike_sock.destination)
        case .sourcePort, .notSourcePort, .sourcePortPrivileged, .notSourcePortPrivileged:
            .member(\shrike_sock.source_port)
        case .destinationPort, .notDestinationPort, .destinationPortPrivileged,
            .notDestinationPortPrivileged:
            .member(\shrike_sock.destination_port)
        case .protocol: .member(\shrike_sock.protocol)
        case .family: .member(\shrike_sock.family)
        case .state: .member(\shrike_sock.state)
        default: nil
        }
    }

    private var partOfPacket: ArgumentPart? {
        switch self {
        case .sourceAddress, .notSourceAddress: .member(\shrike_skb.source)
        case .destinationAddress, .notDestinationAddress: .member(\shrike_skb.destination)
        case .sourcePort, .notSourcePort, .sourcePortPrivileged, .notSourcePortPrivileged:
            .member(\shrike_skb.source_port)
        case .destinationPort, .notDestinationPort, .destinationPortPrivileged,
            .notDestinationPortPrivileged:
            .member(\shrike_skb.destination_port)
        case .protocol: .member(\shrike_skb.protocol)
        case .family: .member(\shrike_skb.family)
        default: nil
        }
    }

    private var partOfSocketAddress: ArgumentPart? {
        switch self {
        case .sourceAddress, .notSourceAddress: .member(\shrike_sockaddr.address)
        case .sourcePort, .notSourcePort, .sourcePortPrivileged, .notSourcePortPrivileged:
            .member(\shrike_sockaddr.port)
        case .family: .member(\shrike_sockaddr.family)
        default: nil
        }
    }
}

extension ArgumentFilter {
    /// The filter on a part that `Operator.part(of:)` names.
    func partFilter(selector: Int, _ shape: IntegerShape?) -> PartFilter {
        let isNegated = `operator`.value.isNegative
        switch `operator`.value {
        case .sourceAddress, .notSourceAddress, .destinationAddress, .notDestinationAddress:
            return .blocks(
                AddressFilter(
                    selector: selector, isNegated: isNegated,
                    blocks: values.compactMap { AddressBlock($0.value) }))
        case .subString, .subStringIgnoringCase:
            return .substring(
                SubstringFilter(selector: selector, values: values.map { Array($0.value.utf8) }))
        case .equal, .notEqual:
            return .whole(
                TextFilter(
                    selector: selector, isNegated: isNegated, keys: values.map { Array($0.value.utf8) }))
        case .mask:
            let masks = values.compactMap { value in
                Capability.mask(value.value).map { Int128($0) } ?? IntegerSyntax.parse(value.value)
            }
            return .mask(
                MaskFilter(
                    selector: selector,
                    // A negative mask of a narrow type has the type's own bits only.
                    mask: masks.reduce(0) { $0 | UInt64(truncatingIfNeeded: $1) } & (shape?.bitMask ?? .max)))
        case .fileType, .notFileType:
            let types = values.compactMap { FileTypeName.modes[$0.value] }.map { UInt64($0)...UInt64($0) }
            return .ranges(NumberFilter(selector: selector, isNegated: isNegated, ranges: types))
        case .sourcePortPrivileged, .notSourcePortPrivileged, .destinationPortPrivileged,
            .notDestinationPortPrivileged:
            return .ranges(NumberFilter(selector: selector, isNegated: isNegated, ranges: [0...1023]))
        default:
            let ranges = values.compactMap { value -> ClosedRange<UInt64>? in
                guard let interval = networkNumber?.interval(value.value), interval.lowest <= interval.highest
                else { return nil }
                return UInt64(clamping: interval.lowest)...UInt64(clamping: interval.highest)
            }
            return .ranges(NumberFilter(selector: selector, isNegated: isNegated, ranges: ranges))
        }
    }

    private var networkNumber: NetworkNumber? {
        switch `operator`.value {
        case .sourcePort, .notSourcePort, .destinationPort, .notDestinationPort: .port
        case .protocol: .protocol
        case .family: .family
        case .state: .state
        default: nil
        }
    }
}

extension IntegerShape {
    /// The bits that values of the type have.
    fileprivate var bitMask: UInt64 { bits == 64 ? .max : (1 << UInt64(bits)) - 1 }
}

/// The filters of all selectors by the part that they compare, in the order of their first mention.
struct PartFilters {
    private struct Key: Hashable {
        var argument: Int
        var part: ArgumentPart
    }

    private var order: [Key] = []
    private var filters: [Key: [PartFilter]] = [:]
    private(set) var haveAddresses = false
    /// Bytes of the longest value of a whole buffer.
    private(set) var longestBuffer = 0

    mutating func add(_ filter: PartFilter, _ argument: Int, _ part: ArgumentPart) {
        let key = Key(argument: argument, part: part)
        if filters[key] == nil { order.append(key) }
        filters[key, default: []].append(filter)
        if case .blocks = filter { haveAddresses = true }
        if case .whole(let filter) = filter {
            longestBuffer = max(longestBuffer, filter.keys.map(\.count).max() ?? 0)
        }
    }

    /// Whether a filter compares what a file without a path, or a socket address without one, has as well.
    func needNoPath(of argument: Int) -> Bool {
        filters[Key(argument: argument, part: .fileType)] != nil
            || filters[Key(argument: argument, part: .family)] != nil
    }

    /// Adds the look-ups and their tables.
    func plan(_ plan: inout HookPlan, _ nextTable: inout UInt32) {
        for key in order {
            var ranges: [NumberFilter] = []
            var masks: [MaskFilter] = []
            var blocks: [AddressFilter] = []
            var wholes: [TextFilter] = []
            var gaining: [Int] = []
            var substrings: [SubstringFilter] = []
            for filter in filters[key] ?? [] {
                switch filter {
                case .ranges(let filter): ranges.append(filter)
                case .mask(let filter): masks.append(filter)
                case .blocks(let filter): blocks.append(filter)
                case .whole(let filter): wholes.append(filter)
                case .gained(let selector): gaining.append(selector)
                case .substring(let filter): substrings.append(filter)
                }
            }
            if !ranges.isEmpty {
                let rows = NumberDimension(filters: ranges, everyone: plan.everyone).intervals
                plan.add(rows, SHRIKE_DIMENSION_INTERVALS, key.argument, key.part)
            }
            for dimension in MaskDimension.dimensions(masks, everyone: plan.everyone) {
                var rows = dimension.rows.map { Interval(start: 0, alive: $0) }
                rows[MaskDimension.bitCount].start = dimension.named
                plan.add(rows, SHRIKE_DIMENSION_BITS, key.argument, key.part)
            }
            if !substrings.isEmpty {
                plan.add(substrings, key.argument, ignoresCase: key.part == .foldedText)
            }
            if !wholes.isEmpty { plan.add(wholes, key.argument, &nextTable) }
            if !gaining.isEmpty {
                var nothing = plan.everyone
                for selector in gaining { nothing.remove(selector) }
                let rows = [nothing, plan.everyone].map { Interval(start: 0, alive: $0) }
                plan.add(rows, SHRIKE_DIMENSION_GAINED, key.argument, key.part)
            }
            if !blocks.isEmpty {
                plan.dimensions.append(
                    PlannedDimension(
                        argument: key.argument, kind: SHRIKE_DIMENSION_ADDRESS, part: key.part,
                        first: Int(nextTable)))
                plan.texts +=
                    AddressDimension(filters: blocks, everyone: plan.everyone, firstTable: nextTable).entries
                nextTable += UInt32(AddressDimension.tableCount)
            }
        }
    }
}

extension HookPlan {
    /// Equal on buffers: values of one length have tables of their own, so that a NUL in a buffer is no end.
    fileprivate mutating func add(_ filters: [TextFilter], _ argument: Int, _ nextTable: inout UInt32) {
        var otherwise = everyone
        for filter in filters where !filter.isNegated { otherwise.remove(filter.selector) }
        dimensions.append(
            PlannedDimension(
                argument: argument, kind: SHRIKE_DIMENSION_EXACT, part: .scalar, first: Int(nextTable),
                count: intervals.count))
        intervals.append(Interval(start: 0, alive: otherwise))
        var usedTables = 0
        for length in Set(filters.flatMap(\.keys).map(\.count)).sorted() {
            let ofLength = filters.map { filter in
                var part = filter
                part.keys = filter.keys.filter { $0.count == length }
                return part
            }
            let dimension = TextDimension(
                filters: ofLength, everyone: everyone, keyBytes: textKeyBytes,
                firstTable: nextTable | UInt32(length) << UInt32(SHRIKE_EXACT_LENGTH_SHIFT))
            usedTables = max(usedTables, dimension.usedTables)
            texts += dimension.entries
        }
        nextTable += UInt32(usedTables)
    }

    fileprivate mutating func add(
        _ rows: [Interval], _ kind: shrike_dimension_kind, _ argument: Int, _ part: ArgumentPart
    ) {
        dimensions.append(
            PlannedDimension(
                argument: argument, kind: kind, part: part, first: intervals.count, count: rows.count))
        intervals += rows
    }
}
