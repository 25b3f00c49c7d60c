// SPDX-License-Identifier: Apache-2.0

import ShrikeControl
import ShrikeEventFilter
import Testing

@Suite("Lists of filters")
struct FilterListTests {
    static let exec = #"""
        {"process_exec":{"process":{"exec_id":"a","pid":10,"binary":"/usr/bin/curl","arguments":"-s x",
        "docker":"abc","cap":{"permitted":["CAP_CHOWN","CAP_KILL"]},"pod":{"namespace":"shop","pod_labels":{"app":"cart"},
        "container":{"maybe_exec_probe":true}}},"parent":{"pid":5,"binary":"/bin/sh","arguments":"-c y"},
        "ancestors":[{"pid":2,"binary":"/sbin/init"}]},"node_name":"n","time":"2026-01-01T00:00:00Z"}
        """#
    static let exit = #"{"process_exit":{"process":{"pid":11,"binary":"/bin/ls"},"parent":{"pid":10}}}"#
    static let limit = #"{"rate_limit_info":{"number_of_dropped_process_events":"1"},"node_name":"n"}"#

    private func matches(_ text: String, _ line: String, _ features: EventFilterFeatures = .all) throws
        -> Bool
    {
        let filters = try FilterList.events(text, features: features)
        return Array(line.utf8).withUnsafeBytes { bytes in
            EventLine(bytes).map { event in filters.contains { $0.matches(event) } } ?? false
        }
    }

    @Test(
        "members of a filter",
        arguments: [
            (#"{"event_set":["PROCESS_EXEC"]}"#, true), (#"{"eventSet":[1]}"#, true),
            (#"{"event_set":["PROCESS_EXIT"]}"#, false), (#"{"pid":[10]}"#, true), (#"{"pid":[11]}"#, false),
            (#"{"binary_regex":["curl$"],"namespace":["shop"]}"#, true),
            (#"{"binary_regex":["curl$"],"namespace":["x"]}"#, false),
            (#"{"arguments_regex":["-s"]}"#, true), (#"{"container_id":["^ab"]}"#, true),
            (#"{"parent_binary_regex":["sh$"],"parent_arguments_regex":["y"]}"#, true),
            (#"{"ancestor_binary_regex":["init"]}"#, true), (#"{"ancestor_binary_regex":["sh"]}"#, false),
            (#"{"health_check":true}"#, true), (#"{"health_check":false}"#, false),
            (#"{"in_init_tree":false}"#, true), (#"{"labels":["app=cart"]}"#, true),
            (#"{"labels":["app!=cart","app in (a, b)"]}"#, false),
            (#"{"labels":["!tier,app in (cart,x)"]}"#, true),
            (#"{"labels":["app notin (cart)"]}"#, false), (#"{"labels":["app"]}"#, true),
            (#"{"capabilities":{"permitted":{"any":["CAP_KILL"]}}}"#, true),
            (#"{"capabilities":{"permitted":{"all":["CAP_KILL","CAP_CHOWN"]}}}"#, true),
            (#"{"capabilities":{"permitted":{"exactly":["CAP_KILL"]}}}"#, false),
            (#"{"capabilities":{"effective":{"none":["CAP_KILL"]}}}"#, true),
            (#"{"cel_expression":["process_exec.process.pid == 10"]}"#, true),
            (#"{"cel_expression":["process_exit.process.pid == 0"]}"#, false),
            (#"{"namespace":["none"]} {"pid":[10]}"#, true), ("{}", true), ("", false),
        ] as [(String, Bool)])
    func members(_ text: String, _ expected: Bool) throws {
        #expect(try matches(text, Self.exec) == expected)
    }

    @Test("a family grows by the children that are seen")
    func family() throws {
        let filters = try FilterList.events(#"{"pid_set":[5]}"#, features: .pidSets)
        let seen = [Self.exit, Self.exec, Self.exit].map { line in
            Array(line.utf8).withUnsafeBytes { bytes in EventLine(bytes).map(filters[0].matches) }
        }
        #expect(seen == [false, true, true])
    }

    @Test("an event without a process passes nothing that looks at processes")
    func withoutProcess() throws {
        for text in [
            #"{"pid":[0]}"#, #"{"namespace":[""]}"#, #"{"binary_regex":[""]}"#, #"{"labels":["a"]}"#,
            #"{"pid_set":[1]}"#, #"{"ancestor_binary_regex":[""]}"#, #"{"policy_names":[""]}"#,
        ] {
            #expect(try !matches(text, Self.limit))
        }
        #expect(try matches(#"{"health_check":false}"#, Self.limit))
    }

    @Test(
        "what is refused",
        arguments: [
            "{", "[]", "x", #"{"unknown":1}"#, #"{"event_set":["NOTHING"]}"#, #"{"binary_regex":["("]}"#,
            #"{"labels":["a=b=c"]}"#, #"{"labels":["app of (x)"]}"#, #"{"cel_expression":["1"]}"#,
            #"{"capabilities":{"permitted":{}}}"#, #"{} {"pid":["x"]}"#,
        ])
    func refused(_ text: String) {
        #expect(throws: FilterListError.self) { try FilterList.events(text, features: .all) }
    }

    @Test(
        "what needs a flag that is not set",
        arguments: [
            #"{"pid_set":[1]}"#, #"{"capabilities":{"permitted":{"any":["CAP_KILL"]}}}"#,
            #"{"ancestor_binary_regex":["a"]}"#,
        ])
    func needsFlag(_ text: String) throws {
        #expect(throws: FilterListError.self) { try FilterList.events(text, features: []) }
        _ = try FilterList.events(text, features: .all)
    }

    @Test("field filters: text with commas, kinds, and their inversion")
    func fields() throws {
        let filters = try FilterList.fields(
            #"""
            {"fields":"process.pid, parent.binary","event_set":["PROCESS_EXEC"]}
            {"fields":"parent","action":"EXCLUDE","invert_event_set":true,"event_set":["PROCESS_EXIT"]}
            """#)
        #expect(filters[0].concerns(.processExec) && !filters[0].concerns(.processExit))
        #expect(filters[1].concerns(.processExec) && !filters[1].concerns(.processExit))
        let line = Array(Self.exec.utf8)
        let first = try #require(filters[0].apply(to: line))
        #expect(
            String(decoding: first, as: UTF8.self)
                == #"{"process_exec":{"process":{"pid":10},"parent":{"binary":"/bin/sh"}},"node_name":"n","#
                + #""time":"2026-01-01T00:00:00Z"}"#)
        #expect(
            filters[1].apply(to: first).map { String(decoding: $0, as: UTF8.self) }
                == #"{"process_exec":{"process":{"pid":10}},"node_name":"n","time":"2026-01-01T00:00:00Z"}"#)
    }

    @Test(
        "field filters that are refused",
        arguments: [#"{"fields":"nothing"}"#, #"{"fields":1}"#, #"{"action":"X"}"#, #"{"more":1}"#])
    func badFields(_ text: String) {
        #expect(throws: FilterListError.self) { try FilterList.fields(text) }
    }
}
