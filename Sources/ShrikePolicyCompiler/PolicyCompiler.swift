// SPDX-License-Identifier: Apache-2.0
// All active policies in, one plan for each distinct hook out. Pure: no kernel, no BPF.

public import ShrikePolicy

/// Compiles checked policies.
public enum PolicyCompiler {
    /// Plans all hooks of all policies.
    ///
    /// The policies have passed `PolicyChecker` and `FeatureSupport`. What remains to go wrong are the limits
    /// that policies reach together on one hook.
    /// - Throws: the diagnostics, each at the place that crosses a limit; nothing is planned then.
    public static func compile(_ policies: [TracingPolicy]) throws(CompileError) -> PolicyPlan {
        let binaries = BinaryTable(policies: policies)
        var builders: [HookTarget: HookPlanBuilder] = [:]
        for policy in policies {
            for hook in policy.spec.kprobes {
                let target = HookTarget(symbol: hook.symbol, isSyscall: hook.syscall)
                builders[target, default: HookPlanBuilder(target: target)].add(hook, of: policy)
            }
        }
        var plan = PolicyPlan(hooks: [], binaries: binaries)
        var diagnostics: [Diagnostic] = []
        for target in builders.keys.sorted() {
            guard let builder = builders[target] else { continue }
            do throws(CompileError) {
                plan.hooks.append(try builder.build(binaries))
            } catch {
                diagnostics += error.diagnostics
            }
        }
        guard diagnostics.isEmpty else { throw CompileError(diagnostics: diagnostics) }
        return plan
    }
}

/// Why policies cannot be compiled together.
public struct CompileError: Error, Sendable {
    /// At least one.
    public var diagnostics: [Diagnostic]
}
