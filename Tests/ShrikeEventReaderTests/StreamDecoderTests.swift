// SPDX-License-Identifier: Apache-2.0

import ShrikeControl
import Testing

@testable import ShrikeEventReader

@Suite struct StreamDecoderTests {
    private static let kinds = [
        "process_exec", "process_exit", "process_kprobe", "process_tracepoint", "process_uprobe",
        "process_usdt", "process_lsm", "process_loader",
    ]
    private static let shell =
        #"{"exec_id":"bm9kZTox","pid":7,"binary":"/bin/sh","arguments":"-c \"echo {}\\\" }]","tid":7}"#

    /// Lines of two rounds, so that the second one finds what the first has left.
    private func expectSame(_ lines: [String]) throws {
        var decoder = StreamDecoder()
        for line in lines + lines {
            let bytes = Array(line.utf8)
            #expect(try decoder.decode(bytes) == EventDecoder().decode(bytes), "\(line)")
        }
    }

    @Test("Events of each kind, with a parent and without", arguments: kinds)
    func eachKind(_ kind: String) throws {
        let envelope = #","node_name":"node-1","time":"2026-01-10T07:01:51.508000544Z"}"#
        try expectSame([
            #"{"\#(kind)":{"process":\#(JSON.process),"parent":\#(Self.shell)}\#(envelope)"#,
            #"{"\#(kind)":{"process":\#(Self.shell),"parent":\#(JSON.process),"ancestors":[\#(Self.shell)]}\#(envelope)"#,
            #"{"\#(kind)":{"process":\#(JSON.process)}\#(envelope)"#,
            #"{"\#(kind)":{"process":{},"parent":{}}\#(envelope)"#,
            #"{"\#(kind)":{"process":\#(JSON.process),"newer":{"a":[1]},"parent":\#(Self.shell)}\#(envelope)"#,
        ])
    }

    @Test("What stands behind the processes, and members of the processes, are decoded as ever")
    func rest() throws {
        try expectSame([
            JSON.kprobe("security_file_open", #"{"file_arg":{"path":"/etc/shadow"}}"#, #""policy_name":"p""#),
            #"{"process_exit":{"process":\#(Self.shell),"parent":\#(Self.shell),"signal":"SIGKILL","status":3}}"#,
            #"{"process_loader":{"process":\#(Self.shell),"path":"/lib/x.so","buildid":"AAEC","parent":\#(JSON.process)}}"#,
            #"{"process_exec":{"process":{"pid":1,"newer":[{"x":"}"}]},"parent":{"pid":0}}}"#,
        ])
    }

    @Test("Lines without processes, and those of other encoders")
    func others() throws {
        try expectSame([
            #"{"process_throttle":{"type":"THROTTLE_START","cgroup":"a"},"node_name":"n"}"#,
            #"{"rate_limit_info":{"number_of_dropped_process_events":"3"}}"#,
            #"{"processExec":{"process":\#(JSON.process)},"nodeName":"n"}"#,
            #"{ "process_exec" : { "process" : \#(JSON.process) } }"#,
            #"{"process_exec":{"parent":\#(Self.shell),"process":\#(JSON.process)}}"#,
            #"{"process_exec":{"process":null}}"#, #"{"process_newer":{"process":\#(JSON.process)}}"#, "{}",
        ])
    }

    @Test(
        "What is no event throws",
        arguments: [
            "", "{", "[]", "x", #"{"process_exec":{"process":{"pid":1}"#,
            #"{"process_exec":{"process":{"pid":}}}"#,
            #"{"process_exec":{"process":{"pid":1},"parent":{"pid":"x"}}}"#,
            #"{"process_exec":{"process":{"pid":1},"parent":{}"#, #"{"process_exec":{"process":{"pid":1}}"#,
        ])
    func broken(_ line: String) {
        var decoder = StreamDecoder()
        let bytes = Array(line.utf8)
        for _ in 0..<2 {
            #expect(throws: EventDecodingError.self) { try decoder.decode(bytes) }
        }
        #expect(throws: EventDecodingError.self) { try EventDecoder().decode(bytes) }
    }

    @Test("More processes than are kept")
    func manyProcesses() throws {
        try expectSame(
            (0..<1_500).map { number in
                #"{"process_exec":{"process":{"pid":\#(number)},"parent":{"pid":\#(number / 3)}}}"#
            })
    }
}
