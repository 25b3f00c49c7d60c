// SPDX-License-Identifier: Apache-2.0

import ShrikeControl
import SwiftProtobuf
import Testing

/// The numbers and types of fields, against bytes written by hand from the tables of the protocol.
@Suite("The wire format")
struct WireFormatTests {
    @Test("an exec event")
    func exec() throws {
        var event = Tetragon_GetEventsResponse()
        event.processExec.process.execID = "e"
        event.processExec.process.pid = .init(2251)
        event.processExec.process.uid = .init(0)
        event.processExec.process.binary = "/a"
        event.processExec.process.refcnt = 1
        event.processExec.process.inInitTree = .init(false)
        event.nodeName = "n"
        event.time = .init(seconds: 1, nanos: 2)
        let bytes: [UInt8] = [
            0x0A, 0x15,  // 1 process_exec, 21 bytes
            0x0A, 0x13,  //   1 process, 19 bytes
            0x0A, 0x01, 0x65,  //     1 exec_id "e"
            0x12, 0x03, 0x08, 0xCB, 0x11,  //     2 pid, wrapped 2251
            0x1A, 0x00,  //     3 uid, wrapped 0
            0x2A, 0x02, 0x2F, 0x61,  //     5 binary "/a"
            0x68, 0x01,  //     13 refcnt 1
            0xA2, 0x01, 0x00,  //     20 in_init_tree, wrapped false
            0xC2, 0x3E, 0x01, 0x6E,  // 1000 node_name "n"
            0xCA, 0x3E, 0x04, 0x08, 0x01, 0x10, 0x02,  // 1001 time, 1 s and 2 ns
        ]
        #expect(try event.serializedBytes() as [UInt8] == bytes)
        #expect(try Tetragon_GetEventsResponse(serializedBytes: bytes) == event)
    }

    @Test("an argument with its label, and an action")
    func kprobe() throws {
        var event = Tetragon_GetEventsResponse()
        event.processKprobe.functionName = "f"
        event.processKprobe.args = [
            .with {
                $0.fileArg.path = "/x"; $0.label = "l"
            }
        ]
        event.processKprobe.action = .sigkill
        event.processKprobe.return = .with { $0.intArg = 0 }
        let bytes: [UInt8] = [
            0x4A, 0x15,  // 9 process_kprobe, 21 bytes
            0x1A, 0x01, 0x66,  //   3 function_name "f"
            0x22, 0x0A,  //   4 args, 10 bytes
            0x3A, 0x04, 0x12, 0x02, 0x2F, 0x78,  //     7 file_arg, 2 path "/x"
            0x92, 0x01, 0x01, 0x6C,  //     18 label "l"
            0x2A, 0x02, 0x10, 0x00,  //   5 return, 2 int_arg 0: present though zero
            0x30, 0x03,  //   6 action KPROBE_ACTION_SIGKILL
        ]
        #expect(try event.serializedBytes() as [UInt8] == bytes)
        #expect(try Tetragon_GetEventsResponse(serializedBytes: bytes) == event)
    }

    @Test("a request to change a policy, with a mode that is set")
    func configure() throws {
        let request = Tetragon_ConfigureTracingPolicyRequest.with {
            $0.name = "p"
            $0.enable = false
            $0.mode = .tpModeMonitor
            $0.domain = "d"
        }
        let bytes: [UInt8] = [
            0x0A, 0x01, 0x70,  // 1 name "p"
            0x18, 0x00,  // 3 enable false: optional, so present
            0x20, 0x02,  // 4 mode TP_MODE_MONITOR
            0x2A, 0x01, 0x64,  // 5 domain "d"
        ]
        #expect(try request.serializedBytes() as [UInt8] == bytes)
        #expect(try Tetragon_ConfigureTracingPolicyRequest(serializedBytes: bytes) == request)
    }

    @Test("names in JSON are those of the protocol, capitals and all")
    func names() throws {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        let process = Tetragon_Process.with {
            $0.environmentVariables = [
                .with {
                    $0.key = "K"; $0.value = "V"
                }
            ]
            $0.cap.effective = [.dacOverride, .capSysAdmin]
        }
        #expect(
            try process.jsonString(options: options)
                == #"{"cap":{"effective":["DAC_OVERRIDE","CAP_SYS_ADMIN"]},"#
                + #""environment_variables":[{"Key":"K","Value":"V"}]}"#)
        let hook = Tetragon_RuntimeHookRequest.with { $0.createContainer.cgroupsPath = "/c" }
        #expect(try hook.jsonString(options: options) == #"{"createContainer":{"cgroupsPath":"/c"}}"#)
        let argument = Tetragon_KprobeArgument.with { $0.bpfCmdArg = .bpfProgLoad }
        #expect(try argument.jsonString(options: options) == #"{"bpf_cmd_arg":"BPF_PROG_LOAD"}"#)
    }

    /// One event of each kind with the members of its table in the protocol, and its bytes.
    private static let kinds: [(name: String, json: String, bytes: [UInt8])] = [
        (
            "exit", #"{"process_exit":{"signal":"SIGKILL","status":2,"time":"1970-01-01T00:00:01Z"}}"#,
            [
                0x2A, 0x0F,  // 5 process_exit, 15 bytes
                0x1A, 0x07, 0x53, 0x49, 0x47, 0x4B, 0x49, 0x4C, 0x4C,  //   3 signal "SIGKILL"
                0x20, 0x02,  //   4 status 2
                0x2A, 0x02, 0x08, 0x01,  //   5 time, 1 s
            ]
        ),
        (
            "tracepoint",
            #"{"process_tracepoint":{"subsys":"s","event":"e","args":[{"syscall_id":{"id":59,"abi":"x64"}}],"#
                + #""policy_name":"p","action":"KPROBE_ACTION_POST","message":"m","tags":["t"]}}"#,
            [
                0x52, 0x1D,  // 10 process_tracepoint, 29 bytes
                0x22, 0x01, 0x73,  //   4 subsys "s"
                0x2A, 0x01, 0x65,  //   5 event "e"
                0x32, 0x0A,  //   6 args, 10 bytes
                0xEA, 0x01, 0x07, 0x08, 0x3B, 0x12, 0x03, 0x78, 0x36, 0x34,  //     29: 59, "x64"
                0x3A, 0x01, 0x70,  //   7 policy_name "p"
                0x40, 0x01,  //   8 action POST
                0x4A, 0x01, 0x6D,  //   9 message "m"
                0x52, 0x01, 0x74,  //   10 tags "t"
            ]
        ),
        (
            "loader", #"{"process_loader":{"path":"/l","buildid":"AQI="}}"#,
            [
                0x5A, 0x08,  // 11 process_loader, 8 bytes
                0x12, 0x02, 0x2F, 0x6C,  //   2 path "/l"
                0x1A, 0x02, 0x01, 0x02,  //   3 buildid 01 02
            ]
        ),
        (
            "uprobe",
            #"{"process_uprobe":{"path":"/b","symbol":"f","policy_name":"p","offset":"7","ref_ctr_offset":"8","#
                + #""action":"KPROBE_ACTION_SIGKILL","data":[{"int_arg":1}]}}"#,
            [
                0x62, 0x14,  // 12 process_uprobe, 20 bytes
                0x1A, 0x02, 0x2F, 0x62,  //   3 path "/b"
                0x22, 0x01, 0x66,  //   4 symbol "f"
                0x2A, 0x01, 0x70,  //   5 policy_name "p"
                0x50, 0x07,  //   10 offset 7
                0x58, 0x08,  //   11 ref_ctr_offset 8
                0x60, 0x03,  //   12 action SIGKILL
                0x6A, 0x02, 0x10, 0x01,  //   13 data, 2 int_arg 1
            ]
        ),
        (
            "throttle", #"{"process_throttle":{"type":"THROTTLE_STOP","cgroup":"g"}}"#,
            [
                0xDA, 0x01, 0x05,  // 27 process_throttle, 5 bytes
                0x08, 0x02,  //   1 type STOP
                0x12, 0x01, 0x67,  //   2 cgroup "g"
            ]
        ),
        (
            "lsm",
            #"{"process_lsm":{"function_name":"f","policy_name":"p","message":"m","action":"KPROBE_ACTION_OVERRIDE","#
                + #""tags":["t"],"ima_hash":"h"}}"#,
            [
                0xE2, 0x01, 0x11,  // 28 process_lsm, 17 bytes
                0x1A, 0x01, 0x66,  //   3 function_name "f"
                0x2A, 0x01, 0x70,  //   5 policy_name "p"
                0x32, 0x01, 0x6D,  //   6 message "m"
                0x40, 0x05,  //   8 action OVERRIDE
                0x4A, 0x01, 0x74,  //   9 tags "t"
                0x5A, 0x01, 0x68,  //   11 ima_hash "h"
            ]
        ),
        (
            "usdt",
            #"{"process_usdt":{"path":"/l","provider":"v","name":"n","args":[{"size_arg":"9"}],"flags":"x"}}"#,
            [
                0xEA, 0x01, 0x11,  // 29 process_usdt, 17 bytes
                0x1A, 0x02, 0x2F, 0x6C,  //   3 path "/l"
                0x22, 0x01, 0x76,  //   4 provider "v"
                0x2A, 0x01, 0x6E,  //   5 name "n"
                0x42, 0x02, 0x20, 0x09,  //   8 args, 4 size_arg 9
                0x62, 0x01, 0x78,  //   12 flags "x"
            ]
        ),
        (
            "rate limit",
            #"{"rate_limit_info":{"number_of_dropped_process_events":"300"},"aggregation_info":{"count":"2"},"#
                + #""cluster_name":"c","node_labels":{"k":"v"}}"#,
            [
                0x8A, 0xC4, 0x13, 0x03,  // 40001 rate_limit_info, 3 bytes
                0x08, 0xAC, 0x02,  //   1 number_of_dropped_process_events 300
                0xD2, 0x3E, 0x02, 0x08, 0x02,  // 1002 aggregation_info, 1 count 2
                0xDA, 0x3E, 0x01, 0x63,  // 1003 cluster_name "c"
                0xE2, 0x3E, 0x06, 0x0A, 0x01, 0x6B, 0x12, 0x01, 0x76,  // 1004 node_labels
            ]
        ),
    ]

    @Test("an event of each kind: JSON to bytes written by hand, and back", arguments: kinds.indices)
    func everyKind(index: Int) throws {
        let (name, json, bytes) = Self.kinds[index]
        let event = try Tetragon_GetEventsResponse(jsonString: json)
        // Fields of the envelope have higher numbers than all kinds but the last one, which comes behind them.
        let written: [UInt8] = try event.serializedBytes()
        #expect(written.count == bytes.count, "\(name)")
        #expect(try Tetragon_GetEventsResponse(serializedBytes: bytes) == event, "\(name)")
        guard name != "rate limit" else { return }
        #expect(written == bytes, "\(name)")
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        #expect(try event.jsonString(options: options) == json, "\(name)")
    }
}
