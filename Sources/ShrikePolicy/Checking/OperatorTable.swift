// SPDX-License-Identifier: Apache-2.0
// Which operator can compare which type. Where Tetragon accepts a pair that then never or always
// matches, the pair is refused here.

extension Operator {
    /// Whether the operator compares values of `type`.
    public func canCompare(_ type: ArgumentType) -> Bool {
        let filterClass = type.filterClass
        switch self {
        case .in, .notIn:
            return false
        case .equal, .notEqual:
            return [.integer, .capabilities, .text, .path, .unixAddress].contains(filterClass)
        case .prefix, .notPrefix, .subString, .subStringIgnoringCase:
            return [.text, .path, .unixAddress].contains(filterClass)
        case .postfix, .notPostfix:
            return [.text, .path].contains(filterClass)
        case .gt, .greaterThan, .lt, .lessThan, .mask:
            return [.integer, .capabilities].contains(filterClass)
        case .inMap, .notInMap, .inRange, .notInRange:
            return filterClass == .integer
        case .sourceAddress, .notSourceAddress, .sourcePort, .notSourcePort, .sourcePortPrivileged,
            .notSourcePortPrivileged:
            return [.socket, .packet, .socketAddress].contains(filterClass)
        case .destinationAddress, .notDestinationAddress, .destinationPort, .notDestinationPort,
            .destinationPortPrivileged, .notDestinationPortPrivileged, .protocol:
            return [.socket, .packet].contains(filterClass)
        case .family:
            return [.socket, .packet, .socketAddress, .unixAddress].contains(filterClass)
        case .state:
            return filterClass == .socket
        case .fileType, .notFileType:
            return type == .file || type == .path
        case .capabilitiesGained:
            return filterClass == .capabilities
        case .celExpression:
            return [.int, .int32, .sint32, .uint32, .int64, .sint64, .long, .uint64, .ulong].contains(type)
        }
    }

    /// The operators that compare values of `type`.
    public static func comparing(_ type: ArgumentType) -> [Operator] {
        ofArguments.filter { $0.canCompare(type) }
    }

    /// Whether the operator has no `values`.
    var takesNoValues: Bool {
        switch self {
        case .sourcePortPrivileged, .notSourcePortPrivileged, .destinationPortPrivileged,
            .notDestinationPortPrivileged, .capabilitiesGained:
            true
        default:
            false
        }
    }
}
