// SPDX-License-Identifier: Apache-2.0

import ShrikeCEL
import ShrikeJSON
import Testing

@Suite("CEL expressions")
struct CELExpressionTests {
    static let event = #"""
        {"process":{"pid":7,"binary":"/bin/sh","in_init_tree":true,"pod":{"namespace":"shop",
        "pod_labels":{"app":"cart"}}},"args":[{"int_arg":4},{"size_arg":"132288"},{"string_arg":"a\nb"}],
        "action":"KPROBE_ACTION_POST","status":2}
        """#

    private func holds(_ text: String) throws -> Bool {
        let expression = try CELExpression(text, variables: ["process_exec", "process_exit"])
        return try Array(Self.event.utf8).withUnsafeBytes { bytes in
            expression.evaluate(variable: "process_exec", try #require(JSONView(bytes)))
        }
    }

    @Test(
        "what holds",
        arguments: [
            "true", "!false", "process_exec.process.binary == \"/bin/sh\"",
            "process_exec.process.pid == 7 && process_exec.process.pod.namespace == 'shop'",
            "process_exec.process.pid in [1, 7]", "process_exec.process.binary in ['/bin/sh']",
            "process_exec.process.in_init_tree", "process_exec.args[1].size_arg > 132287",
            "process_exec.args[2].string_arg == 'a\\nb'", "process_exec.args.exists(a, a.int_arg == 4)",
            "!process_exec.args.all(a, has(a.int_arg))", "size(process_exec.args) == 3",
            "process_exec.process.binary.startsWith('/bin') && process_exec.process.binary.endsWith('sh')",
            "process_exec.process.binary.matches(r'^/b.n/\\w+$')",
            "process_exec.process.binary.contains('in/s')",
            "has(process_exec.process.pod) && !has(process_exec.process.docker)",
            "process_exec.process.docker == ''", "process_exec.process.nothing.deeper == 0",
            "process_exec.process.pod.pod_labels['app'] == 'cart'",
            "'app' in process_exec.process.pod.pod_labels",
            "process_exec.status * 2 + 1 == 5 || false", "process_exec.status == 2 ? true : false",
            "1.5 < process_exec.status", "-process_exec.status < -1", "process_exec.process.execId == ''",
            "process_exit.status == 0 || true", "process_exec.action == 'KPROBE_ACTION_POST'",
            "process_exec.process.user == null", "(1 + 2) * 3 == 9", "7 / 2 == 3 && 7 % 2 == 1",
        ])
    func holding(_ text: String) throws {
        #expect(try holds(text))
    }

    @Test(
        "what does not hold, errors among it",
        arguments: [
            "false", "process_exec.process.pid == '7'", "process_exec.process.pid < 'a'",
            "process_exec.args[3] == 1",
            "process_exit.status == 2", "process_exec.process.binary", "1 / 0 == 1",
            "9223372036854775807 + 1 > 0", "process_exec.process.pod.pod_labels['none'] == ''",
            "process_exec.process.pid.exists(x, true)", "true && process_exec.args[9] == 1",
        ])
    func notHolding(_ text: String) throws {
        #expect(try !holds(text))
    }

    @Test(
        "what is refused, with the place",
        arguments: [
            ("", 0), ("1 + 2", 0), ("'a'", 0), ("process_exec.process.binary ==", 30), ("unknown == 1", 0),
            ("process_exec.a.map(x, x)", 19), ("process_exec.a.matches('(')", 1), ("ip('::1') == ''", 0),
            ("(true", 5), ("true)", 4), ("'abc", 4), ("process_exec.a.exists(process_exit, true)", 34),
            ("has(1)", 5), ("size(process_exec.a, 1) == 1", 23), ("true || 'a\\x' == ''", 11),
        ] as [(String, Int)])
    func refused(_ text: String, _ offset: Int) {
        let error = #expect(throws: CELError.self) { try holds(text) }
        #expect(error?.offset == offset)
    }

    @Test("deep nesting is refused, not followed")
    func deep() {
        #expect(throws: CELError.self) { try holds(String(repeating: "(", count: 100_000)) }
        #expect(throws: CELError.self) { try holds(String(repeating: "!", count: 100_000) + "true") }
    }

    @Test("the variables that occur are known")
    func mentions() throws {
        let expression = try CELExpression(
            "process_exec.args.exists(a, a.b == 1)", variables: ["process_exec", "x"])
        #expect(expression.mentions("process_exec"))
        #expect(!expression.mentions("x") && !expression.mentions("a"))
    }
}
