// SPDX-License-Identifier: Apache-2.0
// Values of filters: syntax and range by type and operator.

import ShrikePolicy
import Testing

@Suite struct ValueTests {
    /// What is said about a value, without the place.
    private func said(_ type: ArgumentType, _ comparison: Operator, _ value: String) -> String? {
        let filter = "{index: 0, operator: \(comparison.rawValue), values: [\"\(value)\"]}"
        let text = policy(
            "kprobes: [{call: f, syscall: false, args: [{index: 0, type: \(type.rawValue), sizeArgIndex: 3}], "
                + "selectors: [{matchArgs: [\(filter)]}]}]")
        let all = findings(text, kernel: nil)
        #expect(all.count <= 1)
        return all.first.map { String($0.split(separator: ": ", maxSplits: 1)[1]) }
    }

    @Test(
        "Integers have the range of their type",
        arguments: [
            (.int8, -128, 127), (.sint8, -128, 127), (.uint8, 0, 255), (.int16, -32768, 32767),
            (.sint16, -32768, 32767), (.uint16, 0, 65535), (.int, -2_147_483_648, 2_147_483_647),
            (.int32, -2_147_483_648, 2_147_483_647), (.sint32, -2_147_483_648, 2_147_483_647),
            (.uint32, 0, 4_294_967_295), (.int64, -9_223_372_036_854_775_808, 9_223_372_036_854_775_807),
            (.sint64, -9_223_372_036_854_775_808, 9_223_372_036_854_775_807),
            (.long, -9_223_372_036_854_775_808, 9_223_372_036_854_775_807),
            (.uint64, 0, 18_446_744_073_709_551_615), (.ulong, 0, 18_446_744_073_709_551_615),
            (.sizeT, 0, 18_446_744_073_709_551_615),
        ] as [(ArgumentType, Int128, Int128)])
    func integerRange(type: ArgumentType, minimum: Int128, maximum: Int128) {
        for comparison in [Operator.equal, .notEqual, .gt, .lt, .inMap] {
            #expect(said(type, comparison, "\(minimum)") == nil)
            #expect(said(type, comparison, "\(maximum)") == nil)
            let help = "does not fit `\(type.rawValue)`; its values are \(minimum) to \(maximum)"
            #expect(said(type, comparison, "\(minimum - 1)") == "error: `\(minimum - 1)` \(help)")
            #expect(said(type, comparison, "\(maximum + 1)") == "error: `\(maximum + 1)` \(help)")
        }
        #expect(said(type, .inRange, "\(minimum):\(maximum)") == nil)
        #expect(said(type, .inRange, "\(minimum):\(maximum + 1)") != nil)
    }

    @Test("A mask may have the bit of the sign")
    func masks() {
        #expect(said(.int, .mask, "0xffffffff") == nil)
        #expect(said(.int, .mask, "0x100000000") != nil)
        #expect(said(.int64, .mask, "0xffffffffffffffff") == nil)
    }

    @Test(
        "Bad integers",
        arguments: [
            (.equal, "abc", "error: `abc` is not a whole number; write it like `10`, `-10` or `0x1f`"),
            (.equal, "1.5", "error: `1.5` is not a whole number; write it like `10`, `-10` or `0x1f`"),
            (.equal, " 1", "error: ` 1` is not a whole number; write it like `10`, `-10` or `0x1f`"),
            (.equal, "09", "error: `09` is not a whole number; write it like `10`, `-10` or `0x1f`"),
            (.equal, "1:9", "error: `1:9` is not a whole number; use `InRange` or `InMap` for ranges"),
            (.equal, "", "error: the value is empty; write a number"),
            (.inRange, "5", "error: `5` is not a range; write `MIN:MAX`"),
            (.inRange, "", "error: the value is empty; write `MIN:MAX`"),
            (.inRange, "1:", "error: `1:` is not a range; write `MIN:MAX`"),
            (.inRange, "1:2:3", "error: `1:2:3` is not a range; write `MIN:MAX`"),
            (.inRange, "9:1", "error: the range `9:1` ends before it starts; write `1:9`"),
            (.inMap, "9:1", "error: the range `9:1` ends before it starts; write `1:9`"),
            (.inMap, "x", "error: `x` is not a whole number or range; write it like `10`, `-10` or `0x1f`"),
            (
                .inMap, "list:a",
                "error: a list can only be compared with a `syscall64` of a tracepoint; "
                    + "use `type: syscall64` at raw_syscalls/sys_enter"
            ),
        ] as [(Operator, String, String)])
    func badIntegers(comparison: Operator, value: String, expected: String) {
        #expect(said(.int, comparison, value) == expected)
    }

    @Test("Good integers", arguments: ["0", "-1", "+1", "0x1f", "0X1F", "017", "0o17", "0b101", "1_000"])
    func goodIntegers(value: String) {
        #expect(said(.int, .equal, value) == nil)
        #expect(said(.int, .inMap, "\(value):2000") == nil)
    }

    @Test(
        "Network values",
        arguments: [
            (.destinationAddress, "10.0.0.1", true), (.destinationAddress, "::ffff:0:0/96", true),
            (.destinationAddress, "10.0.0.0/33", false), (.destinationAddress, "10.0.0", false),
            (.destinationAddress, "fe80::/10", true), (.destinationAddress, "10.0.0.0/+8", false),
            (.destinationAddress, "localhost", false), (.destinationPort, "65535", true),
            (.destinationPort, "65536", false), (.destinationPort, "1024:65535", true),
            (.destinationPort, "http", false), (.destinationPort, "-1", false),
            (.protocol, "IPPROTO_UDP", true),
            (.protocol, "IPPROTO_ICMPV6", true), (.protocol, "TCP", false), (.protocol, "262", true),
            (.protocol, "512", false), (.family, "AF_INET6", true), (.family, "inet", false),
            (.state, "TCP_LISTEN", true), (.state, "LISTEN", false), (.state, "1:12", true),
        ] as [(Operator, String, Bool)])
    func network(comparison: Operator, value: String, isGood: Bool) {
        #expect((said(.sock, comparison, value) == nil) == isGood)
    }

    @Test(
        "Texts",
        arguments: [
            (.string, .equal, "", nil), (.string, .prefix, "", "the value is empty"),
            (.string, .postfix, "", "the value is empty"), (.string, .subString, "", "the value is empty"),
            (.file, .equal, "", "the value is empty"), (.string, .equal, "a\\0", nil),
            (.string, .prefix, "a\\0", "a NUL"), (.string, .equal, "a\\0b", "a NUL"),
            (.charBuffer, .prefix, "a\\0", nil),
            (.file, .equal, "/a\\0", "a NUL"), (.file, .postfix, "a", nil), (.file, .prefix, "/a/", nil),
            (.file, .prefix, "a", "does not start"), (.dentry, .equal, "/a/..", "holds `.`"),
            (.file, .equal, "/", nil), (.file, .prefix, "/a/.", nil), (.file, .equal, "/a/.b", nil),
            (.fd, .fileType, "reg", "cannot compare"), (.file, .fileType, "regular", nil),
            (.file, .fileType, "file", "is not a type of file"),
            (.kernelCapT, .equal, "CAP_SYS_ADMIN,DAC_OVERRIDE", nil),
            (.kernelCapT, .equal, "0x10", nil), (.kernelCapT, .mask, "CAP_NO_SUCH", "is not a capability"),
        ] as [(ArgumentType, Operator, String, String?)])
    func texts(type: ArgumentType, comparison: Operator, value: String, problem: String?) {
        let message = said(type, comparison, value)
        if let problem { #expect(message?.contains(problem) == true) } else { #expect(message == nil) }
    }

    @Test("Intervals, addresses, masks and times are read once and for all")
    func parsers() {
        #expect(IntegerInterval("0x10:-0b1")?.lowest == 16)
        #expect(IntegerInterval("0x10:-0b1")?.highest == -1)
        #expect(IntegerInterval("-") == nil)
        #expect(AddressBlock("10.1.2.3/8")?.bytes == [10, 1, 2, 3])
        #expect(AddressBlock("10.1.2.3/8")?.prefixLength == 8)
        #expect(AddressBlock("::1")?.prefixLength == 128)
        #expect(Capability.mask("cap_chown, CAP_DAC_OVERRIDE") == 3)
        #expect(Capability.names.count == 41)
        #expect(
            ["1", "30s", "5M", "1h", "9999999999h"].map(RateLimit.milliseconds)
                == [1000, 30_000, 300_000, 3_600_000, UInt32.max])
        for text in ["", "s", "1.5m", "100ms", "1d", "-1s", "+1", "99999999999s"] {
            #expect(RateLimit.milliseconds(text) == nil)
        }
    }
}
