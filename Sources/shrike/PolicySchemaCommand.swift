// SPDX-License-Identifier: Apache-2.0
// shrike policy schema

import ArgumentParser
import ShrikePolicyTools

/// Prints the schemas of policies.
struct PolicySchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of policies or of their tests, or the CustomResourceDefinitions.",
        discussion: """
            The schema is of both kinds, TracingPolicy and TracingPolicyNamespaced, and works with the YAML \
            language server. `shrike lint` says more: a schema knows fields and words, not what they mean.

            Examples:
              shrike policy schema >tracing-policy.schema.json
              shrike policy schema --tests >policy-test.schema.json
              shrike policy schema --crd | kubectl apply -f -
            """)

    @Flag(help: "Print the CustomResourceDefinitions instead.")
    var crd = false

    @Flag(help: "Print the schema of *_test.yaml files instead.")
    var tests = false

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func validate() throws {
        guard !(crd && tests) else { throw ValidationError("--crd and --tests exclude each other") }
    }

    func run() {
        StandardOutput.write(
            crd
                ? PolicySchema.customResourceDefinitions
                : tests ? TestFileSchema.jsonSchema : PolicySchema.jsonSchema)
    }
}
