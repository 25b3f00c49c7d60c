// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ShrikeEventFilter
@testable import ShrikeEventReader

@Suite("Field filters")
struct FieldFilterTests {
    static let line = #"""
        {"process_kprobe": {"process": {"pid": 1, "binary": "/a, \"b\"", "pod": {"name": "p"}}, "args":
        [{"file_arg": {"path": "/x", "permission": "-rw"}}, {"int_arg": 4, "label": "l"}], "future": {"a": [1, 2]}},
        "node_name": "n 1", "node_labels": {}}
        """#

    private func filter(
        _ action: FieldFilter.Action, _ paths: [String], _ line: String = line
    ) throws -> String? {
        let filter = try FieldFilter(action, paths: paths)
        return filter.apply(to: Array(line.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("inclusion keeps the named fields and the envelope")
    func include() throws {
        #expect(
            try filter(.include, ["process.binary", "args.label"])
                == #"{"process_kprobe":{"process":{"binary":"/a, \"b\""},"args":[{},{"label":"l"}]},"#
                + #""node_name":"n 1","node_labels":{}}"#)
        #expect(
            try filter(.include, ["process"])
                == #"{"process_kprobe":{"process":{"pid":1,"binary":"/a, \"b\"","pod":{"name":"p"}}},"#
                + #""node_name":"n 1","node_labels":{}}"#)
        #expect(
            try filter(.include, ["parent"]) == #"{"process_kprobe":{},"node_name":"n 1","node_labels":{}}"#)
    }

    @Test("exclusion keeps all others, also those that it does not know")
    func exclude() throws {
        #expect(
            try filter(.exclude, ["process.pid", "process.pod", "args"])
                == #"{"process_kprobe":{"process":{"binary":"/a, \"b\""},"future":{"a":[1,2]}},"#
                + #""node_name":"n 1","node_labels":{}}"#)
        #expect(
            try filter(.exclude, ["process", "args.file_arg.path"])
                == #"{"process_kprobe":{"args":[{"file_arg":{"permission":"-rw"}},{"int_arg":4,"label":"l"}],"#
                + #""future":{"a":[1,2]}},"node_name":"n 1","node_labels":{}}"#)
    }

    @Test("snake case and camel case mean the same, in paths and in lines")
    func spelling() throws {
        let line = #"{"processExec":{"process":{"execId":"e","pid":1}}}"#
        #expect(
            try filter(.include, ["process.exec_id"], line) == #"{"processExec":{"process":{"execId":"e"}}}"#)
        #expect(try filter(.exclude, ["process.execId"], line) == #"{"processExec":{"process":{"pid":1}}}"#)
    }

    @Test(
        "a field that no event has is an error",
        arguments: ["process.binry", "nothing", "", "process.pid.x.y", "args.labels", "ancestors.binry"])
    func unknownField(path: String) {
        #expect(throws: FieldFilterError(path: path)) { try FieldFilter(.include, paths: [path]) }
    }

    @Test("a filter without paths changes nothing")
    func empty() throws {
        #expect(try filter(.include, []) == Self.line)
    }

    @Test(
        "what is not JSON gives nothing",
        arguments: [
            "", "[", "{", #"{"a"#, #"{"a""#, #"{"a":"#, #"{"a":1"#, #"{"a":1,}"#, #"{"a":}"#, #"{"a":"x}"#,
            "{}x", "nil",
            #"{"process_exec":{"process":[}"#, #"{"process_exec":{"args":[{]}}"#, #"{"a\"#,
        ])
    func malformed(line: String) throws {
        #expect(try filter(.include, ["process.pid", "args.label"], line) == nil)
    }

    @Test("deep nesting is followed without recursion")
    func depth() throws {
        let deep = String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)
        let line = #"{"process_exec":{"x":\#(deep),"process":{"pid":1}}}"#
        #expect(try filter(.include, ["process"], line) == #"{"process_exec":{"process":{"pid":1}}}"#)
    }
}
