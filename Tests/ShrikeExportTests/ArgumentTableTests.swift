// SPDX-License-Identifier: Apache-2.0
// The JSON object of an argument of each type, byte for byte, as the event reference has it. The payloads are laid
// out by hand: a changed structure fails here.

import ShrikeEvents
import ShrikeExport
import ShrikeTestSupport
import Testing

/// An argument of a record and the object that it becomes.
struct ArgumentCase: Sendable, CustomTestStringConvertible {
    var type: ArgumentType
    var json: String
    var flags: UInt16 = 0
    var mode: UInt32 = 0
    var payload: [UInt8]

    var testDescription: String { "\(type)" }

    init(
        _ type: ArgumentType, _ json: String, flags: UInt16 = 0, mode: UInt32 = 0, payload: [UInt8] = []
    ) {
        (self.type, self.json, self.flags, self.mode, self.payload) = (type, json, flags, mode, payload)
    }

    init(_ type: ArgumentType, _ json: String, number: UInt64) {
        self.init(type, json, payload: bytes { $0.u64(number) })
    }

    init(_ type: ArgumentType, _ json: String, text: String, flags: UInt16 = 0, mode: UInt32 = 0) {
        self.init(type, json, flags: flags, mode: mode, payload: Array(text.utf8))
    }
}

private func bytes(_ write: (inout RecordBuilder) -> Void) -> [UInt8] {
    var builder = RecordBuilder()
    write(&builder)
    return builder.bytes
}

/// A text in a fixed array.
private func fixed(_ text: String, _ room: Int) -> [UInt8] {
    Array(text.utf8) + [UInt8](repeating: 0, count: room - text.utf8.count)
}

private let four: [UInt8] = [10, 0, 4, 17] + [UInt8](repeating: 0, count: 12)
private let other: [UInt8] = [203, 0, 113, 7] + [UInt8](repeating: 0, count: 12)
private let six: [UInt8] = [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]

private func sock(
    _ head: [UInt32], cookie: UInt64 = 0, _ source: [UInt8] = four, _ destination: [UInt8] = other
) -> [UInt8] {
    bytes { record in
        record.u32(head)
        record.u64(cookie)
        record.raw(source + destination)
    }
}

private let credentials = bytes { record in
    record.u32([1, 2, 3, 4, 5, 6, 7, 8])  // uid, gid, euid, egid, suid, sgid, fsuid, fsgid
    record.u32([0b101, 0])  // securebits
    record.u64(0b11)  // permitted
    record.u64(0b10)  // effective
    record.u64(0)  // inheritable
}

private let integers: [ArgumentCase] = [
    ArgumentCase(.int8, #"{"int_arg":-128}"#, number: UInt64(bitPattern: -128)),
    ArgumentCase(.int16, #"{"int_arg":-2}"#, number: UInt64(bitPattern: -2)),
    ArgumentCase(.int32, #"{"int_arg":0}"#, number: 0),
    ArgumentCase(.uint8, #"{"uint_arg":255}"#, number: 255),
    ArgumentCase(.uint16, #"{"uint_arg":65535}"#, number: 65_535),
    ArgumentCase(.uint32, #"{"uint_arg":4294967295}"#, number: 0xffff_ffff),
    ArgumentCase(.int64, #"{"long_arg":"-9223372036854775808"}"#, number: 1 << 63),
    ArgumentCase(.uint64, #"{"size_arg":"18446744073709551615"}"#, number: .max),
    ArgumentCase(.size, #"{"size_arg":"0"}"#, number: 0),
    ArgumentCase(.kernelCap, #"{"kernel_cap_t_arg":"000001ffffffffff"}"#, number: 0x1ff_ffff_ffff),
    ArgumentCase(.capInheritable, #"{"cap_inheritable_arg":"0000000000000000"}"#, number: 0),
    ArgumentCase(.capPermitted, #"{"cap_permitted_arg":"0000000000000001"}"#, number: 1),
    ArgumentCase(.capEffective, #"{"cap_effective_arg":"00000000deadbeef"}"#, number: 0xdead_beef),
    ArgumentCase(.capability, #"{"capability_arg":{"value":0,"name":"CAP_CHOWN"}}"#, number: 0),
    ArgumentCase(.capability, #"{"capability_arg":{"value":1,"name":"DAC_OVERRIDE"}}"#, number: 1),
    ArgumentCase(
        .capability, #"{"capability_arg":{"value":40,"name":"CAP_CHECKPOINT_RESTORE"}}"#, number: 40),
    ArgumentCase(.bpfCommand, #"{"bpf_cmd_arg":"BPF_MAP_CREATE"}"#, number: 0),
    ArgumentCase(.bpfCommand, #"{"bpf_cmd_arg":"BPF_PROG_LOAD"}"#, number: 5),
    ArgumentCase(.bpfCommand, #"{"bpf_cmd_arg":"BPF_TOKEN_CREATE"}"#, number: 36),
    ArgumentCase(.bpfCommand, #"{"bpf_cmd_arg":1000}"#, number: 1_000),
    ArgumentCase(.systemCall, #"{"syscall_id":{"id":59,"abi":"x64"}}"#, number: 59),
    ArgumentCase(.systemCall, #"{"syscall_id":{"abi":"x64"}}"#, number: 0),
    ArgumentCase(.systemCall, #"{"syscall_id":{"id":11,"abi":"i386"}}"#, number: 0x8000_000b),
]

private let texts: [ArgumentCase] = [
    ArgumentCase(.string, #"{"string_arg":""}"#),
    ArgumentCase(.string, #"{"string_arg":"a\"\\\n<>&\u0001"}"#, text: "a\"\\\n<>&\u{1}"),
    ArgumentCase(.filename, #"{"string_arg":"/etc/passwd"}"#, text: "/etc/passwd"),
    ArgumentCase(.netDevice, #"{"string_arg":"eth0"}"#, text: "eth0"),
    ArgumentCase(
        .file, #"{"file_arg":{"path":"/etc/shadow","permission":"-rw-r-----"}}"#, text: "/etc/shadow",
        mode: 0o100640),
    ArgumentCase(
        .fd, #"{"file_arg":{"path":"/","permission":"prw-------"}}"#, text: "pipe:", flags: 4, mode: 0o010600),
    ArgumentCase(
        .kiocb, #"{"file_arg":{"path":"/a","flags":"unresolvedPathComponents","permission":"---------x"}}"#,
        text: "/a", flags: 2, mode: 0o100001),
    ArgumentCase(
        .path, #"{"path_arg":{"path":"/tmp","permission":"drwxrwxrwt"}}"#, text: "/tmp", mode: 0o041777),
    ArgumentCase(
        .dentry, #"{"path_arg":{"path":"/x","permission":"lrwxrwxrwx"}}"#, text: "/x", mode: 0o120777),
    ArgumentCase(
        .binprm, #"{"linux_binprm_arg":{"path":"/bin/su","permission":"-rwsr-xr-x"}}"#, text: "/bin/su",
        mode: 0o104755),
    ArgumentCase(.charBuffer, #"{"bytes_arg":""}"#),
    ArgumentCase(.charBuffer, #"{"bytes_arg":"AAH/"}"#, mode: 3, payload: [0, 1, 255]),
    ArgumentCase(
        .charBuffer, #"{"truncated_bytes_arg":{"bytes_arg":"YWI=","orig_size":"5000"}}"#, text: "ab",
        flags: 2, mode: 5_000),
    ArgumentCase(.ioVector, #"{"bytes_arg":"b25ldHdv"}"#, text: "onetwo", mode: 6),
    ArgumentCase(
        .words, #"{"size_arg":"1"},{"size_arg":"18446744073709551615"}"#,
        payload: bytes { record in
            record.u64(1)
            record.u64(.max)
        }),
    ArgumentCase(.ioIterator, #"{"bytes_arg":"eA=="}"#, text: "x", mode: 1),
    ArgumentCase(.charBuffer, #"{"bytes_arg":"Q2hhckJ1ZkVycm9yUGFnZUZhdWx0"}"#, flags: 1),
    ArgumentCase(
        .unixAddress, #"{"sockaddrun_arg":{"family":"AF_UNIX","path":"/run/a"}}"#, text: "/run/a", mode: 1),
    ArgumentCase(
        .unixAddress, #"{"sockaddrun_arg":{"family":"AF_UNIX","path":"@a"}}"#, text: "a", mode: 0x1_0001),
    ArgumentCase(.unixAddress, #"{"sockaddrun_arg":{"family":"AF_INET"}}"#, flags: 4, mode: 2),
]

private let network: [ArgumentCase] = [
    ArgumentCase(
        .sock,
        #"{"sock_arg":{"family":"AF_INET","type":"SOCK_STREAM","protocol":"IPPROTO_TCP","mark":3,"priority":4,"#
            + #""saddr":"10.0.4.17","daddr":"203.0.113.7","sport":43210,"dport":443,"#
            + #""cookie":"18446623431218726016","state":"TCP_SYN_SENT"}}"#,
        payload: sock([2, 1, 6, 2, 3, 4, 43_210, 443], cookie: 18_446_623_431_218_726_016)),
    ArgumentCase(
        .socket,
        #"{"sock_arg":{"family":"AF_UNIX","type":"SOCK_DGRAM","protocol":"IPPROTO_IP","saddr":"invalid IP","#
            + #""daddr":"invalid IP","state":"0"}}"#, payload: sock([1, 2, 0, 0, 0, 0, 0, 0])),
    ArgumentCase(
        .sock,
        #"{"sock_arg":{"family":"AF_INET6","type":"77","protocol":"58","saddr":"2001:db8::1","daddr":"::","#
            + #""cookie":"1","state":"TCP_NEW_SYN_RECV"}}"#,
        payload: sock([10, 77, 58, 12, 0, 0, 0, 0], cookie: 1, six, [UInt8](repeating: 0, count: 16))),
    ArgumentCase(
        .skb,
        #"{"skb_arg":{"hash":1,"len":60,"priority":2,"mark":3,"saddr":"10.0.4.17","daddr":"203.0.113.7","#
            + #""sport":53,"dport":5300,"proto":17,"sec_path_len":4,"sec_path_olen":5,"protocol":"IPPROTO_UDP","#
            + #""family":"AF_INET"}}"#,
        payload: bytes { record in
            record.u32([2, 1, 60, 2, 3, 17, 53, 5_300, 4, 5])
            record.raw(four + other)
        }),
    ArgumentCase(
        .skb,
        #"{"skb_arg":{"saddr":"2001:db8::1","daddr":"2001:db8::1","protocol":"IPPROTO_IP","family":"AF_INET6"}}"#,
        payload: bytes { record in
            record.u32([10, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            record.raw(six + six)
        }),
    ArgumentCase(
        .sockaddr, #"{"sockaddr_arg":{"family":"AF_INET","addr":"10.0.4.17","port":80}}"#,
        payload: bytes { record in
            record.u32([2, 80])
            record.raw(four)
        }),
    ArgumentCase(
        .sockaddr, #"{"sockaddr_arg":{"family":"AF_NETLINK","addr":"invalid IP"}}"#,
        payload: bytes { record in
            record.u32([16, 0])
            record.raw(four)
        }),
]

private let objects: [ArgumentCase] = [
    ArgumentCase(
        .cred,
        #"{"process_credentials_arg":{"uid":1,"gid":2,"euid":3,"egid":4,"suid":5,"sgid":6,"fsuid":7,"fsgid":8,"#
            + #""securebits":["SecBitNoRoot","SecBitNoSetUidFixup"],"#
            + #""caps":{"permitted":["CAP_CHOWN","DAC_OVERRIDE"],"effective":["DAC_OVERRIDE"]},"#
            + #""user_ns":{"level":1,"uid":1000,"gid":1001,"ns":{"inum":4026532000}}}}"#,
        payload: credentials + bytes { $0.u32([1, 1_000, 1_001, 4_026_532_000]) }),
    ArgumentCase(
        .userNamespace,
        #"{"user_ns_arg":{"level":0,"uid":0,"gid":0,"ns":{"inum":4026531837,"is_host":true}}}"#,
        payload: bytes { $0.u32([0, 0, 0, 4_026_531_837]) }),
    ArgumentCase(
        .module,
        #"{"module_arg":{"name":"nft","tainted":["TAINT_PROPRIETARY_MODULE","TAINT_OUT_OF_TREE_MODULE","#
            + #""TAINT_UNSIGNED_MODULE"]}}"#,
        payload: bytes { record in
            record.u64(1 | 1 << 12 | 1 << 13)
            record.u32([1, 0])
            record.raw(fixed("nft", 64))
        }),
    ArgumentCase(
        .loadInfo, #"{"module_arg":{"name":"dummy","signature_ok":false}}"#,
        payload: bytes { record in
            record.u64(0)
            record.u32([0, 0])
            record.raw(fixed("dummy", 64))
        }),
    ArgumentCase(
        .loadInfo, #"{"module_arg":{"signature_ok":true}}"#,
        payload: bytes { record in
            record.u64(0)
            record.u32([1, 0])
            record.raw(fixed("", 64))
        }),
    ArgumentCase(
        .bpfAttributes,
        #"{"bpf_attr_arg":{"ProgType":"BPF_PROG_TYPE_KPROBE","InsnCnt":17,"ProgName":"hook"}}"#,
        payload: bytes { record in
            record.u32([2, 17])
            record.raw(fixed("hook", 16))
        }),
    ArgumentCase(
        .bpfProgram, #"{"bpf_prog_arg":{"ProgType":"1000"}}"#,
        payload: bytes { record in
            record.u32([1_000, 0])
            record.raw(fixed("", 16))
        }),
    ArgumentCase(
        .bpfMap,
        #"{"bpf_map_arg":{"MapType":"BPF_MAP_TYPE_HASH","KeySize":4,"ValueSize":8,"MaxEntries":16,"MapName":"m"}}"#,
        payload: bytes { record in
            record.u32([1, 4, 8, 16])
            record.raw(fixed("m", 16))
        }),
    ArgumentCase(
        .perfEvent,
        #"{"perf_event_arg":{"KprobeFunc":"vfs_read","Type":"PERF_TYPE_SOFTWARE","Config":"2","ProbeOffset":"8"}}"#,
        payload: bytes { record in
            record.u32([1, 0])
            record.u64(2)
            record.u64(8)
            record.raw(fixed("vfs_read", 64))
        }),
    ArgumentCase(
        .perfEvent, #"{"perf_event_arg":{"Type":"PERF_TYPE_HARDWARE"}}"#,
        payload: bytes { record in
            record.u32([0, 0])
            record.u64(0)
            record.u64(0)
            record.raw(fixed("", 64))
        }),
]

private let unreadable: [ArgumentCase] =
    [.int32, .string, .file, .sock, .cred, .bpfMap].map {
        ArgumentCase($0, #"{"error_arg":{"Message":"Bad address for basic type"}}"#, flags: 1)
    } + [
        ArgumentCase(
            .uint32,
            #"{"error_arg":{"Message":"Bad address encountered during resolve dereference at depth 3"}}"#,
            flags: 9, mode: 3)
    ]

@Suite struct ArgumentTableTests {
    private static let all = integers + texts + network + objects + unreadable

    /// The elements of `args` of a record with one argument.
    private func element(_ argument: ArgumentCase, label: String? = nil) throws -> String {
        let bench = Bench()
        bench.startSamples()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, functionName: "f",
                slots: [ArgumentSlot(index: 0, type: argument.type)],
                policies: [
                    PolicyEventLayout(
                        name: "p",
                        arguments: [PolicyArgumentLayout(slot: 0, label: label, type: argument.type)])
                ], selectors: [SelectorEventLayout(policy: 0)])
        ]
        _ = bench.lines()
        bench.process(
            RecordBuilder.hook(
                Bench.grep, at: 3_711_600_000_000, selectors: [0],
                arguments: [
                    RecordBuilder.Argument(
                        type: argument.type.rawValue, flags: argument.flags, mode: argument.mode,
                        payload: argument.payload)
                ]))
        let line = try #require(bench.lines().first)
        #expect(bench.pipeline.counters.undecodable == 0)
        let start = try #require(line.firstRange(of: "\"args\":["))
        let end = try #require(line.firstRange(of: "],\"action\":"))
        return String(line[start.upperBound..<end.lowerBound])
    }

    @Test("The object of each type is that of the event reference", arguments: all)
    func object(argument: ArgumentCase) throws {
        #expect(try element(argument) == argument.json)
    }

    @Test("Every type is in the table")
    func complete() {
        #expect(Set(Self.all.map(\.type)) == Set(ArgumentType.allCases).subtracting([.none]))
    }

    @Test("A label follows the value, but in addresses", arguments: all)
    func label(argument: ArgumentCase) throws {
        let isAddress = argument.type == .sockaddr || argument.type == .unixAddress
        let labelled = String(argument.json.dropLast()) + ",\"label\":\"l\"}"
        #expect(try element(argument, label: "l") == (isAddress ? argument.json : labelled))
    }
}
