// SPDX-License-Identifier: Apache-2.0
// The meaning of a policy: one truth for the daemon, the linter and Kubernetes. Pure.

/// Checks what a policy means.
public enum PolicyChecker {
    /// Everything that is wrong with a policy that was loaded without errors.
    ///
    /// What this version of Shrike cannot run is not looked at; that is `FeatureSupport`.
    /// - Parameter kernel: what the kernel has; without it nothing that depends on it is checked.
    public static func check(_ policy: TracingPolicy, kernel: (any KernelFacts)?) -> [Diagnostic] {
        var check = PolicyCheck(policy: policy, kernel: kernel)
        check.run()
        return check.diagnostics.sortedAndUnique()
    }

    /// The policies whose kind, namespace and name another one before them has.
    public static func checkDuplicates(_ policies: [TracingPolicy]) -> [Diagnostic] {
        struct Identity: Hashable {
            let kind: PolicyKind
            let namespace: String?
            let name: String
        }
        var seen: [Identity: SourceRange] = [:]
        return policies.compactMap { policy in
            // The namespace of a cluster-wide policy has no effect.
            let namespace = policy.kind == .namespaced ? policy.namespace?.value ?? "default" : nil
            let identity = Identity(kind: policy.kind, namespace: namespace, name: policy.name.value)
            guard let first = seen[identity] else {
                seen[identity] = policy.name.range
                return nil
            }
            return Diagnostic(
                .error, .duplicatePolicy, at: policy.name.range,
                "a policy named \(code(policy.name.value)) is already defined at "
                    + "\(quotable(first.file)):\(first.start.line)",
                help: "rename one of them")
        }
    }
}

/// The check of one policy. Its parts are extensions, one file for each part of the language.
struct PolicyCheck {
    let policy: TracingPolicy
    let kernel: (any KernelFacts)?
    private(set) var diagnostics: [Diagnostic] = []

    init(policy: TracingPolicy, kernel: (any KernelFacts)?) {
        self.policy = policy
        self.kernel = kernel
    }

    fileprivate mutating func run() {
        checkOptions()
        checkLists()
        checkEnforcers()
        checkLoader()
        for hook in policy.spec.kprobes + policy.spec.fentries { checkFunction(hook) }
        for hook in policy.spec.lsmHooks { checkLSMHook(hook) }
        for hook in policy.spec.tracepoints { checkTracepoint(hook) }
        for hook in policy.spec.uprobes { checkUserProbe(hook) }
        for hook in policy.spec.usdts { checkStaticProbe(hook) }
        for hook in policy.spec.hooks {
            checkArguments(of: hook)
            checkReturn(of: hook)
            for selector in hook.selectors { checkSelector(expandMacros(of: selector), hook) }
        }
    }

    mutating func error(
        _ code: DiagnosticCode, _ range: SourceRange, _ message: String, help: String? = nil
    ) {
        report(Diagnostic(.error, code, at: range, message, help: help))
    }

    mutating func warn(
        _ code: DiagnosticCode, _ range: SourceRange, _ message: String, help: String? = nil
    ) {
        report(Diagnostic(.warning, code, at: range, message, help: help))
    }

    /// More findings than anyone reads: looking for names in the kernel would only cost time.
    var isFull: Bool { diagnostics.count >= YAMLLimits.standard.diagnostics }

    private mutating func report(_ diagnostic: Diagnostic) {
        if !isFull { diagnostics.append(diagnostic) }
    }
}

/// Words as a list in a message: `a`, `b`.
func codeList(_ words: some Sequence<String>) -> String {
    words.map { "`\($0)`" }.joined(separator: ", ")
}
