// SPDX-License-Identifier: Apache-2.0
// The mode is written into a policy's own text.

import ShrikeLint
import ShrikePolicy
import Testing

@Suite struct PolicyModeEditTests {
    private func edit(_ spec: String) throws -> String {
        let text = "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata:\n  name: p\n\(spec)"
        let edited = try PolicyModeEdit.set(.monitor, in: Array(text.utf8), file: "p.yaml")
        return String(decoding: edited, as: UTF8.self)
    }

    private let hook = "  kprobes:  # kept\n  - call: security_file_open\n    syscall: false\n"

    @Test func addsOptionsWhereThereAreNone() throws {
        #expect(
            try edit("spec:\n\(hook)").hasSuffix(
                "spec:\n  options:\n  - name: policy-mode\n    value: monitor\n\(hook)"))
    }

    @Test func addsTheOptionToOthers() throws {
        let options = "  options:\n  - name: disable-kprobe-multi\n    value: \"true\"\n"
        #expect(
            try edit("spec:\n\(options)\(hook)").hasSuffix(
                "spec:\n  options:\n  - name: policy-mode\n    value: monitor\n"
                    + "  - name: disable-kprobe-multi\n    value: \"true\"\n\(hook)"))
    }

    @Test func replacesTheValue() throws {
        let spec = "spec:\n  options:\n  - name: policy-mode\n    value: enforce  # so far\n\(hook)"
        #expect(try edit(spec).hasSuffix("    value: \"monitor\"  # so far\n\(hook)"))
    }

    @Test func editsAFlowMapping() throws {
        let spec = "spec: {kprobes: [{call: security_file_open, syscall: false}]}\n"
        #expect(
            try edit(spec).hasSuffix(
                "spec: {options: [{name: policy-mode, value: monitor}], kprobes: [{call: security_file_open, syscall: false}]}\n"
            ))
    }

    @Test func refusesWhatDoesNotLoad() {
        #expect(throws: PolicyEditError.self) { try edit("spec:\n  kprobes: 3\n") }
    }
}
