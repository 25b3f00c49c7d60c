// SPDX-License-Identifier: Apache-2.0
// Recorded events: shown to policies again, and made into test files that hold.

import Glibc
import ShrikeLint
import ShrikePolicy
import Testing

@testable import ShrikePolicyTools

@Suite struct RecordingTests {
    static let policy = spec(
        """
        kprobes:
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          - matchArgs: [{index: 0, operator: Equal, values: [/etc/shadow]}]
            matchBinaries: [{operator: NotIn, values: [/usr/sbin/sshd]}]
            matchActions: [{action: Sigkill}]
        - call: security_path_rename
          syscall: false
          args: [{index: 3, type: dentry}, {index: 1, type: dentry}]
          selectors:
          - matchArgs: [{index: 1, operator: Equal, values: [/a]}]
        - call: sys_openat
          return: true
          args: [{index: 1, type: string}]
          returnArg: {index: 0, type: int}
          selectors:
          - matchReturnArgs: [{index: 0, operator: Equal, values: ["-13"]}]
        """, name: "secrets")

    /// A line as the stream has it.
    static func line(
        _ kind: String = "process_kprobe", function: String = "security_file_open", args: String,
        more: String = "", policy: String = "audit", action: String = "POST", binary: String = "/usr/bin/cat"
    ) -> String {
        """
        {"\(kind)":{"process":{"exec_id":"\(binary)-1","pid":7,"uid":1000,"binary":"\(binary)","arguments":"x",\
        "ns":{"net":{"inum":5},"mnt":{"inum":1,"is_host":true}},"cap":{"effective":["CAP_KILL"]}},\
        "parent":{"exec_id":"p","pid":6,"binary":"/bin/bash"},"ancestors":[{"exec_id":"q","pid":1,"binary":"/sbin/init"}],\
        "function_name":"\(function)","args":[\(args)]\(more),"action":"KPROBE_ACTION_\(action)",\
        "policy_name":"\(policy)"},"time":"2026-11-22T13:37:04.391831332Z"}
        """
    }

    static let shadow = #"{"file_arg":{"path":"/etc/shadow","permission":"-rw-r-----"}}"#

    /// A file with these lines, for as long as `body` runs.
    static func withFile<Value>(_ lines: [String], _ body: (String) throws -> Value) throws -> Value {
        var name = Array("/tmp/shrike-events-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        try #require(descriptor >= 0)
        let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        #expect(bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == bytes.count)
        close(descriptor)
        return try body(path)
    }

    static func replay(
        _ lines: [String], _ policy: String = policy, recordedBy: String? = nil, explains: Bool = false
    ) throws -> (calls: [ReplayedCall], summary: ReplaySummary) {
        try withFile(lines) { path in
            var replay = try Replay(
                try policies(policy), recordedBy: try recordedBy.map { try policies($0) } ?? [],
                explains: explains)
            var calls: [ReplayedCall] = []
            let summary = try replay.run(path) { calls.append($0) }
            return (calls, summary)
        }
    }

    @Test func aCallIsDecidedAgain() throws {
        let (calls, summary) = try Self.replay(
            [
                Self.line(args: Self.shadow),
                Self.line(args: Self.shadow, binary: "/usr/sbin/sshd"),
                Self.line(args: #"{"file_arg":{"path":"/etc/hosts"}}"#),
            ], explains: true)
        #expect(calls.map(\.verdict) == ["kill", "none", "none"])
        #expect(calls[0].line == 1)
        #expect(calls[0].recorded == ("post", "audit"))
        #expect(calls[0].selectors == ["policy secrets selector 0"])
        #expect(calls[0].explanation == ["policy secrets selector 0: matched"])
        #expect(calls[1].explanation.first?.contains("the binary is not `/usr/sbin/sshd`") == true)
        #expect(summary.verdicts == ["kill": 1, "none": 2])
        #expect(summary.gaps.isEmpty)
    }

    @Test func anLSMEventIsShownToTheFunctionThatTheHookIsIn() throws {
        let (calls, _) = try Self.replay([Self.line("process_lsm", function: "file_open", args: Self.shadow)])
        #expect(calls.map(\.verdict) == ["kill"])
        #expect(calls.first?.hook == "kprobe/security_file_open")
    }

    @Test func valuesFindTheirArgumentsByThePolicyThatReadThem() throws {
        let renamed = Self.line(
            function: "security_path_rename",
            args: #"{"path_arg":{"path":"/b"}},{"path_arg":{"path":"/a"}}"#)
        #expect(try Self.replay([renamed]).calls.map(\.verdict) == ["post"])
        let recorder = spec(
            """
            kprobes:
            - call: security_path_rename
              syscall: false
              args: [{index: 1, type: dentry}, {index: 3, type: dentry}]
            """, name: "audit")
        #expect(try Self.replay([renamed], recordedBy: recorder).calls.map(\.verdict) == ["none"])
    }

    @Test func resultsOfSystemCallsAreKept() throws {
        let line = Self.line(
            function: "__x64_sys_openat", args: #"{"string_arg":"/x"}"#, more: #","return":{"int_arg":-13}"#)
        let (calls, _) = try Self.replay([line])
        #expect(calls.map(\.verdict) == ["post"])
        #expect(calls.first?.hook == "syscall/__x64_sys_openat")
    }

    @Test func whatCannotBeMadeAgainIsCountedByReason() throws {
        let (calls, summary) = try Self.replay([
            "{", #"{"process_exit":{"process":{"pid":1}}}"#, "",
            Self.line(function: "other", args: Self.shadow),
            Self.line(args: #"{"file_arg":{"path":"/x","flags":"unresolvedPathComponents"}}"#),
            Self.line(args: Self.shadow + "," + Self.shadow),
            Self.line(args: Self.shadow, binary: "/" + String(repeating: "x", count: 255)),
        ])
        #expect(calls.isEmpty)
        #expect(summary.gaps.count == 6)
        #expect(summary.gaps.values.allSatisfy { $0 == 1 })
        #expect(summary.gaps["calls at kprobe/other, which no policy hooks"] == 1)
        #expect(summary.gaps["a path was cut when it was recorded"] == 1)
    }

    @Test func processFactsAreThoseOfTheEvent() throws {
        let policy = spec(
            """
            lsmhooks:
            - hook: file_open
              args: [{index: 0, type: file}]
              selectors:
              - matchNamespaces: [{namespace: Net, operator: NotIn, values: [host_ns]}]
                matchCapabilities: [{type: Effective, operator: In, values: [CAP_KILL]}]
                matchParentBinaries: [{operator: In, values: [/bin/bash]}]
                matchPIDs: [{operator: In, values: [7]}]
            """)
        #expect(try Self.replay([Self.line(args: Self.shadow)], policy).calls.map(\.verdict) == ["post"])
        for other in ["Mnt", "Uts"] {
            let narrower = policy.replacing("namespace: Net", with: "namespace: \(other)")
            #expect(
                try Self.replay([Self.line(args: Self.shadow)], narrower).calls.map(\.verdict) == ["none"])
        }
    }

    @Test func generatedListsKnowTheFunctionsOfEvents() throws {
        let policy = spec(
            """
            lists: [{name: all, type: generated_syscalls}]
            kprobes:
            - call: "list:all"
              syscall: true
            """)
        let lines = ["__x64_sys_openat", "__x64_sys_close"].map { Self.line(function: $0, args: "") }
        #expect(try Self.replay(lines, policy).calls.map(\.verdict) == ["post", "post"])
    }

    @Test func aRecordingIsATestFileThatHolds() throws {
        let lines = [
            Self.line(args: Self.shadow), Self.line(args: Self.shadow),
            Self.line(args: Self.shadow, binary: "/usr/sbin/sshd"),
            Self.line(args: #"{"file_arg":{"path":"/run/\"x\"\u0001","permission":"prw-------"}}"#),
            "no event",
        ]
        let recording = try Self.withFile(lines) {
            try Recording($0, try policies(Self.policy), policyFiles: ["secrets.yaml"])
        }
        #expect(recording.cases == 3)
        #expect(recording.repeated == 1)
        #expect(recording.gaps.values.reduce(0, +) == 1)
        #expect(
            recording.text.contains(
                "expect: {verdict: kill, policy: \"secrets\", selector: 0}}  # recorded as post"))
        let runner = TestRunner { path throws(InputError) in
            Array((path == "secrets.yaml" ? Self.policy : recording.text).utf8)
        }
        let result = runner.run("secrets_test.yaml")
        #expect(result.problems.isEmpty, "\(result.problems)")
        #expect(result.cases.count == 3)
        #expect(result.cases.allSatisfy { $0.failure == nil }, "\(result.cases) \(recording.text)")
        let cat = try #require(recording.text.split(separator: "\n").first { $0.hasPrefix("  cat: ") })
        #expect(
            cat
                == "  cat: {binary: \"/usr/bin/cat\", pid: 7, uid: 1000, capabilities: {effective: [CAP_KILL], permitted: [], inheritable: []}, namespaces: {Net: 5}, parent: bash}"
        )
    }

    /// The types of values that a policy can compare, as the stream prints them.
    @Test(arguments: [
        (#"{"int_arg":-3}"#, "int", "{operator: Equal, values: [\"-3\"]}"),
        (
            #"{"size_arg":"18446744073709551615"}"#, "size_t",
            "{operator: Equal, values: [\"18446744073709551615\"]}"
        ),
        (#"{"string_arg":"a\nb"}"#, "string", "{operator: Postfix, values: [\"\\nb\"]}"),
        (#"{"bytes_arg":"AGE="}"#, "char_buf, sizeArgIndex: 4", "{operator: Equal, values: [\"\\0a\"]}"),
        (
            #"{"sock_arg":{"family":"AF_INET","protocol":"IPPROTO_TCP","saddr":"10.0.0.1","daddr":"192.0.2.7","sport":1,"dport":443,"state":"TCP_SYN_SENT"}}"#,
            "sock", "{operator: DAddr, values: [192.0.2.0/24]}"
        ),
        (
            #"{"sockaddr_arg":{"family":"AF_INET6","addr":"2001:db8::1","port":53}}"#, "sockaddr",
            "{operator: SPort, values: [\"53\"]}"
        ),
        (#"{"cap_effective_arg":"0000000000000020"}"#, "cap_effective", "{operator: Mask, values: [\"32\"]}"),
        (
            #"{"file_arg":{"path":"/x","permission":"prw-------"}}"#, "file",
            "{operator: FileType, values: [fifo]}"
        ),
    ]) func valuesAreReadAsTheyWerePrinted(_ value: (json: String, type: String, filter: String)) throws {
        func policy(_ filter: String) -> String {
            spec(
                """
                kprobes:
                - call: f
                  syscall: false
                  args: [{index: 2, type: \(value.type)}]
                  selectors:
                  - matchArgs: [{index: 2, \(filter.dropFirst())]
                """)
        }
        let line = Self.line(function: "f", args: value.json)
        let found = try Self.replay([line], policy(value.filter))
        #expect(found.calls.map(\.verdict) == ["post"], "\(found.summary.gaps)")
    }
}
