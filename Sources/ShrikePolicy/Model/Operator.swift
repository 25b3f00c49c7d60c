// SPDX-License-Identifier: Apache-2.0
// Comparisons of filters.

/// A comparison; the raw value is its name in the language.
public enum Operator: String, Sendable, Hashable, CaseIterable {
    /// Of everything but arguments.
    case `in` = "In"
    /// Of everything but arguments.
    case notIn = "NotIn"
    case equal = "Equal"
    case notEqual = "NotEqual"
    case prefix = "Prefix"
    case notPrefix = "NotPrefix"
    case postfix = "Postfix"
    case notPostfix = "NotPostfix"
    case greaterThan = "GreaterThan"
    case lessThan = "LessThan"
    case gt = "GT"
    case lt = "LT"
    case mask = "Mask"
    case sourcePort = "SPort"
    case notSourcePort = "NotSPort"
    case sourcePortPrivileged = "SPortPriv"
    /// Spelt with a small p in the language.
    case notSourcePortPrivileged = "NotSportPriv"
    case destinationPort = "DPort"
    case notDestinationPort = "NotDPort"
    case destinationPortPrivileged = "DPortPriv"
    case notDestinationPortPrivileged = "NotDPortPriv"
    case sourceAddress = "SAddr"
    case notSourceAddress = "NotSAddr"
    case destinationAddress = "DAddr"
    case notDestinationAddress = "NotDAddr"
    case `protocol` = "Protocol"
    case family = "Family"
    case state = "State"
    case inMap = "InMap"
    case notInMap = "NotInMap"
    case capabilitiesGained = "CapabilitiesGained"
    case inRange = "InRange"
    case notInRange = "NotInRange"
    case subString = "SubString"
    case subStringIgnoringCase = "SubStringIgnCase"
    case celExpression = "CelExpr"
    case fileType = "FileType"
    case notFileType = "NotFileType"

    /// The operators of `matchArgs`, `matchData` and `matchReturnArgs`.
    static let ofArguments = allCases.filter { !ofSets.contains($0) }
    /// The operators of `matchBinaries` and `matchParentBinaries`.
    static let ofBinaries: [Operator] = [.in, .notIn, .prefix, .notPrefix, .postfix, .notPostfix]
    /// The operators of all other filters.
    static let ofSets: [Operator] = [.in, .notIn]

    /// Whether it holds when none of the values matches; else it holds when any does.
    public var isNegative: Bool {
        switch self {
        case .notIn, .notEqual, .notPrefix, .notPostfix, .notSourcePort, .notSourcePortPrivileged,
            .notDestinationPort, .notDestinationPortPrivileged, .notSourceAddress, .notDestinationAddress,
            .notInMap, .notInRange, .notFileType:
            true
        default:
            false
        }
    }
}
