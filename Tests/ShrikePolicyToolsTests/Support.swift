// SPDX-License-Identifier: Apache-2.0
// Policies from text, and plans from policies.

import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler
@testable import ShrikePolicyTools

/// Policies given as text; they must be right.
func policies(_ text: String) throws -> [TracingPolicy] {
    let result = PolicyLoader.load(Array(text.utf8), file: "policy.yaml")
    try #require(!result.hasErrors, "\(result.diagnostics)")
    for policy in result.policies {
        let diagnostics = PolicyChecker.check(policy, kernel: nil) + FeatureSupport.check(policy)
        try #require(!diagnostics.hasErrors, "\(diagnostics)")
    }
    return result.policies
}

/// A policy with the lines of its `spec`.
func spec(_ lines: String, name: String = "policy") -> String {
    "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: \(name)}\nspec:\n"
        + lines.split(separator: "\n").map { "  \($0)\n" }.joined()
}

extension ArgumentReading {
    static func text(_ text: String) -> ArgumentReading {
        var reading = ArgumentReading()
        reading.text = Array(text.utf8)
        return reading
    }

    static func number(_ number: Int64) -> ArgumentReading {
        var reading = ArgumentReading()
        reading.scalar = UInt64(bitPattern: number)
        return reading
    }
}
