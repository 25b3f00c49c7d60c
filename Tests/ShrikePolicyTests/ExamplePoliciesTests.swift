// SPDX-License-Identifier: Apache-2.0
// Every policy that ships must load.

import ShrikePolicy
import Testing

private let examples = [
    "monitor-sensitive-files", "log-sensitive-files", "deny-file-open", "deny-write", "log-setuid-root",
]

/// The folder of the shipped policies.
private let folder =
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/policies/examples/"

@Suite struct ExamplePoliciesTests {
    @Test("A shipped policy loads without findings", arguments: examples)
    func loads(name: String) {
        let result = PolicyLoader.load(path: folder + name + ".yaml")
        #expect(result.diagnostics.map(\.description) == [])
        #expect(result.policies.map(\.name.value) == [name])
    }

    @Test func theSensitiveFilesPolicyIsReadWhole() throws {
        let policy = try #require(
            PolicyLoader.load(path: folder + "monitor-sensitive-files.yaml").policies.first)
        let hook = try #require(policy.spec.kprobes.first)
        #expect(hook.call.value == "security_file_open")
        #expect(!hook.syscall)
        #expect(hook.symbol == "security_file_open")
        let argument = try #require(hook.arguments.first)
        #expect(argument.index == 0)
        #expect(argument.type.value == .file)
        let selector = try #require(hook.selectors.first)
        let filter = try #require(selector.matchArgs.first)
        #expect(filter.index?.value == 0)
        #expect(filter.operator.value == .prefix)
        #expect(
            filter.values.map(\.value) == [
                "/etc/shadow", "/etc/passwd", "/etc/kubernetes", "/var/run/secrets",
            ])
        #expect(filter.position(in: hook) == 0)
        #expect(filter.values[0].range.start == SourcePosition(line: 22, column: 19))
        #expect(selector.actions.map(\.kind.value) == [.sigkill])
    }
}
