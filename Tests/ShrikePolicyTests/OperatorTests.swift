// SPDX-License-Identifier: Apache-2.0
// Every operator with every type: compared, or refused with the operators that could be used.

import ShrikePolicy
import Testing

@Suite struct OperatorTests {
    /// The types of each column.
    static let columns: [String: [ArgumentType]] = [
        "integer": [
            .int8, .sint8, .uint8, .int16, .sint16, .uint16, .int, .int32, .sint32, .uint32, .int64, .sint64,
            .long, .uint64, .ulong, .sizeT, .syscall64,
        ],
        "mask": [.kernelCapT, .capInheritable, .capPermitted, .capEffective],
        "text": [.string, .charBuffer, .dataLoc, .netDevice],
        "file": [.file, .path],
        "path": [.fd, .dentry, .linuxBinprm],
        "sock": [.sock, .socket],
        "skb": [.skb],
        "sockaddr": [.sockaddr],
        "unix": [.sockaddrUn],
        "other": [
            .filename, .kiocb, .charIOVector, .ioVectorIterator, .cred, .userNamespace, .capability,
            .loadInfo,
            .module, .bpfAttr, .bpfProg, .bpfMap, .bpfCmd, .perfEvent, .nop,
        ],
    ]

    /// The columns that each operator compares, and a value that it accepts there.
    static let rows: [(operators: [Operator], columns: Set<String>)] = [
        ([.equal, .notEqual], ["integer", "mask", "text", "file", "path", "unix"]),
        ([.prefix, .notPrefix, .subString, .subStringIgnoringCase], ["text", "file", "path", "unix"]),
        ([.postfix, .notPostfix], ["text", "file", "path"]),
        ([.gt, .greaterThan, .lt, .lessThan, .mask], ["integer", "mask"]),
        ([.inMap, .notInMap, .inRange, .notInRange], ["integer"]),
        (
            [
                .sourceAddress, .notSourceAddress, .sourcePort, .notSourcePort, .sourcePortPrivileged,
                .notSourcePortPrivileged,
            ], ["sock", "skb", "sockaddr"]
        ),
        (
            [
                .destinationAddress, .notDestinationAddress, .destinationPort, .notDestinationPort,
                .destinationPortPrivileged, .notDestinationPortPrivileged, .protocol,
            ], ["sock", "skb"]
        ),
        ([.family], ["sock", "skb", "sockaddr", "unix"]),
        ([.state], ["sock"]),
        ([.fileType, .notFileType], ["file"]),
    ]

    static let cells = rows.flatMap { row in
        row.operators.flatMap { comparison in
            columns.flatMap { column, types in types.map { (comparison, $0, row.columns.contains(column)) } }
        }
    }

    /// A value that the operator accepts for the type.
    private func value(_ comparison: Operator, _ type: ArgumentType) -> String? {
        switch comparison {
        case .sourceAddress, .notSourceAddress, .destinationAddress, .notDestinationAddress: "10.0.0.0/8"
        case .sourcePort, .notSourcePort, .destinationPort, .notDestinationPort: "443"
        case .protocol: "IPPROTO_TCP"
        case .family: "AF_INET"
        case .state: "TCP_LISTEN"
        case .fileType, .notFileType: "reg"
        case .inRange, .notInRange: "1:9"
        case .sourcePortPrivileged, .notSourcePortPrivileged, .destinationPortPrivileged,
            .notDestinationPortPrivileged:
            nil
        default: [.text, .path, .unixAddress].contains(type.filterClass) ? "/a" : "1"
        }
    }

    private func hook(_ type: ArgumentType, _ comparison: Operator) -> String {
        let values = value(comparison, type).map { ", values: [\"\($0)\"]" } ?? ""
        let argument = "{index: 0, type: \(type.rawValue), sizeArgIndex: 3}"
        let filter = "{index: 0, operator: \(comparison.rawValue)\(values)}"
        let fields = "args: [\(argument)], selectors: [{matchArgs: [\(filter)]}]"
        return type == .syscall64 || type == .dataLoc
            ? policy("tracepoints: [{subsystem: a, event: b, \(fields)}]")
            : policy("kprobes: [{call: f, syscall: false, \(fields)}]")
    }

    @Test("Each cell of the table")
    func cells() {
        #expect(Self.cells.count == 34 * 50)
        for (comparison, type, isPossible) in Self.cells {
            let said = findings(hook(type, comparison), kernel: nil)
            let cell = Comment("\(comparison.rawValue) on \(type.rawValue): \(said)")
            #expect(comparison.canCompare(type) == isPossible, cell)
            if isPossible {
                #expect(said == [], cell)
            } else {
                #expect(said.count == 1, cell)
                #expect(
                    said[0].contains(
                        "`\(comparison.rawValue)` cannot compare an argument of type `\(type.rawValue)`")
                        || said[0].contains("an argument of type `\(type.rawValue)` cannot be filtered"), cell
                )
            }
        }
    }

    @Test("All types and operators are in the table")
    func isComplete() {
        let types = Set(Self.columns.values.joined())
        #expect(Set(ArgumentType.allCases).subtracting(types) == [.auto, .constBuffer])
        let operators = Set(Self.rows.flatMap(\.operators))
        #expect(
            Set(Operator.allCases).subtracting(operators) == [
                .in, .notIn, .capabilitiesGained, .celExpression,
            ])
    }

    @Test("CapabilitiesGained compares two arguments with capabilities")
    func capabilitiesGained() {
        func text(_ args: String) -> String {
            hookText("{operator: CapabilitiesGained, args: \(args)}")
        }
        func hookText(_ filter: String) -> String {
            ShrikePolicyTests.hook(
                "- call: f\n  syscall: false\n  args: [{index: 0, type: cap_permitted}, {index: 1, type: kernel_cap_t},"
                    + " {index: 2, type: int}]\n  selectors: [{matchArgs: [\(filter)]}]")
        }
        #expect(findings(text("[0, 1]"), kernel: nil) == [])
        #expect(findings(text("[0]"), kernel: nil).count == 1)
        #expect(findings(text("[0, 2]"), kernel: nil).count == 1)
        #expect(findings(text("[0, 3]"), kernel: nil).count == 1)
    }

    @Test("CelExpr takes one expression, in kprobes and uprobes")
    func expressions() {
        func text(_ section: String, _ values: String) -> String {
            policy(
                "\(section): [{call: f, syscall: false, args: [{index: 0, type: int}], "
                    + "selectors: [{matchArgs: [{operator: CelExpr, values: \(values)}]}]}]")
        }
        #expect(findings(text("kprobes", "[\"arg0 == int32(1)\"]"), kernel: nil) == [])
        #expect(findings(text("kprobes", "[a, b]"), kernel: nil).count == 1)
        #expect(findings(text("fentries", "[\"arg0 == int32(1)\"]"), kernel: nil).count == 1)
    }
}
