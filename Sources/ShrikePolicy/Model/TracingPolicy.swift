// SPDX-License-Identifier: Apache-2.0
// One policy document. The model covers the whole language; what this version cannot run is
// refused by FeatureSupport, not by leaving it out here.

/// The two kinds of policy documents.
public enum PolicyKind: String, Sendable, Hashable, CaseIterable {
    /// Cluster-wide, or the whole machine.
    case tracingPolicy = "TracingPolicy"
    /// For the pods of its own namespace.
    case namespaced = "TracingPolicyNamespaced"
}

/// A policy as its file states it, defaults applied.
public struct TracingPolicy: Sendable {
    /// `metadata.name`, a DNS subdomain.
    public let name: Located<String>
    /// `metadata.namespace`.
    public let namespace: Located<String>?
    /// Cluster-wide or namespaced.
    public let kind: PolicyKind
    /// The file that it came from, as the user named it.
    public let file: String
    /// What it says.
    public var spec: PolicySpec
    /// The fields of the document as given.
    public let fields: FieldPlaces
    /// The document.
    public let range: SourceRange
}

/// The `spec` of a policy. At most one of the six hook sections is not empty.
public struct PolicySpec: Sendable {
    /// Kernel functions.
    public internal(set) var kprobes: [KprobeHook]
    /// Kernel functions through fentry and fexit; no enforcement.
    public internal(set) var fentries: [KprobeHook]
    /// Static kernel tracepoints.
    public internal(set) var tracepoints: [TracepointHook]
    /// BPF LSM hooks.
    public internal(set) var lsmHooks: [LSMHook]
    /// User space functions.
    public internal(set) var uprobes: [UserProbeHook]
    /// User space static probes.
    public internal(set) var usdts: [USDTHook]
    /// Report executable mappings with their build ids.
    public let loader: Bool
    /// Named lists of functions.
    public let lists: [FunctionList]
    /// Targets of NotifyEnforcer.
    public let enforcers: [Enforcer]
    /// Options of this policy.
    public let options: [PolicyOption]
    /// Reusable parts of selectors.
    public let selectorMacros: [SelectorMacro]
    /// Pods that the policy is for.
    public let podSelector: LabelSelector?
    /// Containers that it is for.
    public let containerSelector: LabelSelector?
    /// Present and empty: it is for processes of the host too.
    public let hostSelector: LabelSelector?
    /// Nodes that load it.
    public let nodeSelector: LabelSelector?
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange
    /// Set by whoever runs the policy, over what it says itself.
    public var imposedMode: PolicyMode?

    /// All hooks of all sections, in the order of the sections.
    public var hooks: [any PolicyHook] {
        let kernel: [any PolicyHook] = kprobes + fentries
        return kernel + tracepoints + lsmHooks + uprobes + usdts
    }

    /// The mode that is imposed, else the value of `policy-mode`, the last one if it is given more than once.
    public var mode: PolicyMode? {
        imposedMode
            ?? options.last { $0.name.value == OptionName.policyMode.rawValue }.flatMap {
                PolicyMode(rawValue: $0.value.value)
            }
    }
}

extension PolicySpec {
    /// Containers of which nothing is known yet are meant by selectors of pods and containers.
    public var matchesUnknownWorkloads: Bool {
        options.last { $0.name.value == OptionName.unknownWorkloads.rawValue }?.value.value == "match"
    }
}

/// Whether enforcement actions are performed.
public enum PolicyMode: String, Sendable, Hashable, CaseIterable {
    /// They are.
    case enforce
    /// They are reported, not performed.
    case monitor
}

/// The names that `options` knows.
public enum OptionName: String, Sendable, Hashable, CaseIterable {
    /// Attach kprobes one by one.
    case disableKprobeMulti = "disable-kprobe-multi"
    /// Attach uprobes and usdts one by one.
    case disableUprobeMulti = "disable-uprobe-multi"
    /// How enforcers override.
    case overrideMethod = "override-method"
    /// Enforce or monitor.
    case policyMode = "policy-mode"
    /// Entries of the table of user strings.
    case sleepablePreloadSize = "sleepable-preload-size"
    /// Whether containers of which nothing is known yet are meant by selectors of pods and containers: `match` or
    /// `skip`. Shrike's own.
    case unknownWorkloads = "unknown-workloads"
}

/// One entry of `options`.
public struct PolicyOption: Sendable {
    /// Its name, an `OptionName` once checked.
    public let name: Located<String>
    /// Its value; empty when it is left out.
    public let value: Located<String>
    /// The mapping.
    public let range: SourceRange
}

/// One entry of `lists`.
public struct FunctionList: Sendable {
    /// What a list holds.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Names of functions.
        case functions = ""
        /// Names of system calls.
        case syscalls
        /// All system calls of this machine.
        case generatedSyscalls = "generated_syscalls"
        /// All traceable functions that match `pattern`.
        case generatedFtrace = "generated_ftrace"
    }

    /// The name, used as `list:NAME`.
    public let name: Located<String>
    /// What it holds.
    public let kind: Located<Kind>
    /// The members; none when generated.
    public let values: [Located<String>]
    /// The regular expression of a `generated_ftrace` list.
    public let pattern: Located<String>?
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange
}

/// One entry of `enforcers`.
public struct Enforcer: Sendable {
    /// Functions that NotifyEnforcer acts on, or `list:NAME`.
    public let calls: [Located<String>]
    /// The mapping.
    public let range: SourceRange
}

/// One entry of `selectorsMacros`.
public struct SelectorMacro: Sendable {
    /// The name, used in `macros`.
    public let name: Located<String>
    /// The part of a selector.
    public let selector: Selector
}
