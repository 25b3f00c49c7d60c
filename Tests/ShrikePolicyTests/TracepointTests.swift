// SPDX-License-Identifier: Apache-2.0
// Tracepoints: their format, what can be read from it, and what is said of those that a kernel lacks.

import Testing

@testable import ShrikePolicy

@Suite struct TracepointTests {
    @Test("A format's fields have name, type, place and shape")
    func format() {
        let fields = TracepointFormat(parsing: FakeKernel.newTaskFormat).fields
        #expect(
            fields.map(\.name) == [
                "common_type", "common_flags", "common_preempt_count", "common_pid", "pid", "comm",
                "clone_flags", "oom_score_adj", "name", "args", "count",
            ])
        #expect(fields[4...].map(\.offset) == [8, 12, 32, 40, 48, 56, 104])
        #expect(fields[4...].map(\.bytes) == [4, 16, 8, 2, 8, 48, 8])
        #expect(fields[4...].map(\.isSigned) == [true, false, false, true, false, false, false])
        #expect(
            fields[4...].map(\.shape) == [
                .integer, .text, .integer, .integer, .pointer(isText: true), .words, .integer,
            ])
        #expect(fields[5].type == "char[16]")
        #expect(fields[8].type == "const char *")
        #expect(TracepointFormat(parsing: FakeKernel.execFormat).fields[4].shape == .dataLocation)
    }

    @Test("`auto` is the type that holds every value of the field")
    func automaticTypes() {
        let fields = TracepointFormat(parsing: FakeKernel.newTaskFormat).fields
        #expect(
            fields[4...].map(\.automaticType) == [
                .int32, .string, .uint64, .int32, .string, .constBuffer, .sizeT,
            ])
        #expect(fields[0].automaticType == .uint32)
        #expect(TracepointFormat(parsing: FakeKernel.execFormat).fields[4].automaticType == .string)
    }

    @Test(
        "Lines that are no fields say nothing",
        arguments: [
            "", "format:", "field:int a;", "field:int a;\toffset:x;\tsize:4;\tsigned:0;",
            "field:int a;\toffset:-8;\tsize:4;\tsigned:0;", "field:int a;\toffset:0;\tsize:65536;\tsigned:0;",
            "field", ";;;:::", "field:;\toffset:0",
        ])
    func hostileLines(line: String) {
        #expect(TracepointFormat(parsing: line).fields.isEmpty)
    }

    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    static let cases = BadPolicy.parse(
        #"""
        ## policy: good ones
        tracepoints:
        - {subsystem: sched, event: sched_process_exec, args: [{index: 4, type: data_loc}, {index: 5}]}
        - {subsystem: task, event: task_newtask, args: [{index: 5, type: string}, {index: 8, type: string}]}
        - {subsystem: raw_syscalls, event: sys_enter, raw: true, args: [{index: 1, type: int64}]}

        ## policy: no such event
        tracepoints:
        - {subsystem: sched, event: sched_process_exek}
        -> 7:31: error: this kernel has no tracepoint `sched/sched_process_exek`; did you mean `sched/sched_process_exec`?

        ## policy: objects of the kernel in a raw tracepoint
        tracepoints:
        - subsystem: raw_syscalls
          event: sys_enter
          raw: true
          args:
          - {index: 0, type: cred, resolve: a}
          - {index: 0, type: path, resolve: a}
          - {index: 0, type: net_device, resolve: a}

        ## policy: no such raw tracepoint
        tracepoints:
        - {subsystem: raw_syscalls, event: sys_entr, raw: true}
        -> 7:38: error: this kernel has no raw tracepoint `sys_entr`; did you mean `sys_enter`?

        ## policy: no such field
        tracepoints:
        - {subsystem: sched, event: sched_process_exec, args: [{index: 7}]}
        -> 7:66: error: `sched/sched_process_exec` has no field 7; its fields are 4 filename, 5 pid, 6 old_pid

        ## policy: no such parameter
        tracepoints:
        - {subsystem: raw_syscalls, event: sys_enter, raw: true, args: [{index: 2, type: int64}]}
        -> 7:75: error: `raw_syscalls/sys_enter` has no parameter 2: it has 2; the indexes are 0 to 1

        ## policy: a text as number
        tracepoints:
        - {subsystem: task, event: task_newtask, args: [{index: 5, type: int}]}
        -> 7:68: error: field 5 `comm` is `char[16]`, it cannot be read as `int`; write `type: string`

        ## policy: an array as number
        tracepoints:
        - {subsystem: task, event: task_newtask, args: [{index: 9, type: int}]}
        -> 7:68: error: field 9 `args` is `unsigned long[6]`, it cannot be read as `int`; write `type: const_buf`

        ## policy: values of an automatic type
        tracepoints:
        - subsystem: task
          event: task_newtask
          args: [{index: 7}]
          selectors:
          - matchArgs: [{index: 7, operator: Prefix, values: [a]}]
        -> 11:40: error: `Prefix` cannot compare an argument of type `int32`; its operators are `Equal`, `NotEqual`, `GreaterThan`, `LessThan`, `GT`, `LT`, `Mask`, `InMap`, `NotInMap`, `InRange`, `NotInRange`, `CelExpr`
        """#)

    @Test("Without tracefs nothing can be looked up, and that is said")
    func noTracefs() {
        var kernel = FakeKernel.standard
        kernel.tracepointsUnavailable = "tracefs is not mounted"
        let text = policy("tracepoints:\n- {subsystem: sched, event: sched_process_exec}")
        #expect(
            findings(text, kernel: kernel) == [
                "p.yaml:7:31: error: tracepoints cannot be looked up: tracefs is not mounted; "
                    + "mount tracefs on /sys/kernel/tracing, or add `raw: true`"
            ])
    }
}
