// SPDX-License-Identifier: Apache-2.0

import ShrikeControl
import SwiftProtobuf
import Testing

@testable import ShrikeEventFilter
@testable import ShrikeEventReader

@Suite("Event filters")
struct EventFilterTests {
    static let podEvent = JSON.event("process_exec")
    static let hostEvent = JSON.event("process_exec", process: #"{"pid":1,"binary":"/usr/bin/bash"}"#)
    static let throttle = #"{"process_throttle":{"cgroup":"c"}}"#
    static let lsm = JSON.event("process_lsm", #""policy_name":"guard""#)
    static let usdt = JSON.event("process_usdt", #""policy_name":"guard""#)

    /// Whether a filter lets each of pod, host, throttle, LSM and USDT event pass.
    private func passes(_ change: (inout Tetragon_Filter) -> Void) throws -> [Bool] {
        var message = Tetragon_Filter()
        change(&message)
        let filter = try EventFilter(message)
        return try [Self.podEvent, Self.hostEvent, Self.throttle, Self.lsm, Self.usdt].map { text in
            try Array(text.utf8).withUnsafeBytes { bytes in
                filter.matches(try #require(EventLine(bytes)))
            }
        }
    }

    @Test("an empty filter lets everything pass")
    func empty() throws {
        #expect(try passes { _ in } == [true, true, true, true, true])
    }

    @Test("kinds")
    func kinds() throws {
        #expect(
            try passes { $0.eventSet = [.processExec, .processThrottle] } == [true, true, true, false, false])
    }

    @Test("binaries match anywhere, and events without a process never do")
    func binaries() throws {
        #expect(try passes { $0.binaryRegex = ["bash", "zsh$"] } == [false, true, false, false, false])
        #expect(try passes { $0.binaryRegex = ["^/app/"] } == [true, false, false, true, true])
        #expect(try passes { $0.binaryRegex = [""] } == [true, true, false, true, true])
    }

    @Test("namespaces: equal, by expression, and the host")
    func namespaces() throws {
        #expect(try passes { $0.namespace = ["shop"] } == [true, false, false, true, true])
        #expect(try passes { $0.namespace = ["sho"] } == [false, false, false, false, false])
        #expect(try passes { $0.namespace = [""] } == [false, true, false, false, false])
        #expect(try passes { $0.namespace = ["shop", ""] } == [true, true, false, true, true])
        #expect(try passes { $0.namespaceRegex = ["^sh", ""] } == [true, false, false, true, true])
    }

    @Test("pods")
    func pods() throws {
        #expect(try passes { $0.podRegex = ["^cart-"] } == [true, false, false, true, true])
    }

    @Test("policies; unlike the incumbent's, the filter knows USDT events")
    func policies() throws {
        #expect(try passes { $0.policyNames = ["guard"] } == [false, false, false, true, true])
        #expect(try passes { $0.policyNames = ["guar"] } == [false, false, false, false, false])
    }

    @Test("members are ANDed")
    func conjunction() throws {
        let passed = try passes {
            $0.eventSet = [.processExec]
            $0.namespace = ["shop"]
            $0.pid = [2251]
        }
        #expect(passed == [true, false, false, false, false])
    }

    @Test("in_init_tree and health checks; missing is false")
    func flags() throws {
        #expect(try passes { $0.inInitTree = .init(false) } == [true, true, true, true, true])
        #expect(try passes { $0.inInitTree = .init(true) } == [false, false, false, false, false])
        #expect(try passes { $0.healthCheck = .init(true) } == [false, false, false, false, false])
    }

    @Test("a bad expression is named")
    func badExpression() {
        let error = #expect(throws: EventFilterError.self) { try passes { $0.podRegex = ["a", "b("] } }
        #expect(
            error?.description
                == #"pod_regex: cannot use the regular expression "b(": missing ) at character 3"#)
    }

    @Test("names of kinds, long and short")
    func names() {
        #expect(Tetragon_EventType(eventTypeName: "PROCESS_EXEC") == .processExec)
        #expect(Tetragon_EventType(eventTypeName: "exec") == .processExec)
        #expect(Tetragon_EventType(eventTypeName: "Rate_Limit_Info") == .rateLimitInfo)
        #expect(Tetragon_EventType(eventTypeName: "fork") == nil)
    }
}
