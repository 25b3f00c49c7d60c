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
}
