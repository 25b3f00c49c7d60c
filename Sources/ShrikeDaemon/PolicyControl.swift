// SPDX-License-Identifier: Apache-2.0
// What changes policies while the daemon runs: plain data in and out, for gRPC, Kubernetes and files alike.

public import ShrikePolicy
public import ShrikePolicyCompiler
public import ShrikeSensors

/// Where a policy comes from; part of its identity.
public enum PolicyDomain {
    /// Files named on the command line.
    public static let files = "static"
    /// The gRPC API; the domain of requests that name none.
    public static let grpc = "grpc"
    /// Custom resources of Kubernetes.
    public static let kubernetes = "k8s"
}

/// Which policy is meant.
public struct PolicyIdentity: Sendable, Hashable {
    /// `metadata.name`.
    public var name: String
    /// `metadata.namespace`, empty for a cluster-wide policy.
    public var namespace: String
    /// See `PolicyDomain`.
    public var domain: String

    /// A policy.
    public init(name: String, namespace: String = "", domain: String = PolicyDomain.grpc) {
        self.name = name
        self.namespace = namespace
        self.domain = domain
    }
}

/// How a policy is.
public enum PolicyState: Sendable, Equatable {
    /// In the kernel.
    case enabled
    /// Kept, not in the kernel.
    case disabled
    /// The kernel refused it; kept, not in the kernel.
    case loadError(String)
}

/// What is known of a policy.
public struct PolicyStatus: Sendable {
    /// Never used twice; from 2 on.
    public var id: UInt64
    /// Which policy it is.
    public var identity: PolicyIdentity
    /// How it is.
    public var state: PolicyState
    /// Whether enforcing actions are carried out.
    public var mode: PolicyMode
    /// What it hooks, in the order of the file: `kprobe:security_file_open`.
    public var hooks: [String]
    /// Hooks of an enabled policy that are left out, whole or in part, since their files are not what they were or not
    /// the ones that are meant; by their position in `hooks`.
    public var leftOut: [Int: LeftOutHook] = [:]
    /// Some of its hooks are in the kernel and others are not.
    public var isPartial: Bool { state == .enabled && !leftOut.isEmpty }
    /// Bytes of kernel memory; of what it shares with other policies its part.
    public var kernelBytes: Int
    /// What it did.
    public var counts: ActionCounts
    /// The same by selector.
    public var selectorCounts: [SelectorKey: ActionCounts]
}

/// How often the program of a hook ran.
public struct HookRuns: Sendable {
    /// What is hooked.
    public var target: HookTarget
    /// The program's name in its object.
    public var section: String
    /// Runs; 0 unless the kernel's BPF statistics are on.
    public var runCount: UInt64
    /// Nanoseconds that these took.
    public var nanoseconds: UInt64
    /// Runs that the kernel left out since the program was running on the CPU already.
    public var recursionMisses: UInt64
}

/// Why a change was refused; nothing has changed then.
public enum PolicyRefusal: Error, CustomStringConvertible, Sendable {
    /// The policies are wrong; with the checker's findings.
    case invalid([Diagnostic])
    /// One line: no such policy, a name that is taken.
    case refused(String)

    /// What a person reads.
    public var description: String {
        switch self {
        case .invalid(let diagnostics): diagnostics.map(\.description).joined(separator: "\n")
        case .refused(let reason): reason
        }
    }
}

/// One of the changes that are made together.
public enum PolicyChange: Sendable {
    /// Adds the policies of a YAML text of one or more documents; `file` is its name for diagnostics.
    case add(yaml: String, file: String)
    /// Puts the policies of a YAML text in the place of those of the same identity, without a moment in which neither
    /// is in force.
    case replace(yaml: String, file: String)
    /// Takes a policy away.
    case delete(PolicyIdentity)
}

/// Changes and lists policies. Any thread; a change takes as long as the kernel needs to load programs.
public protocol PolicyControl: Sendable {
    /// Makes changes in their order, all or none. However many there are, the policies are compiled once, and each hook
    /// gets at most one new program.
    /// - Parameter domain: of the policies that are added or replaced, see `PolicyDomain`.
    /// - Returns: what was added or replaced.
    /// - Throws: `PolicyRefusal`; findings of all texts that have some.
    @discardableResult
    func make(_ changes: [PolicyChange], domain: String) throws(PolicyRefusal) -> [PolicyIdentity]

    /// Enables or disables a policy, or changes its mode; nil leaves a thing as it is. Both at once.
    func configure(_ policy: PolicyIdentity, isEnabled: Bool?, mode: PolicyMode?) throws(PolicyRefusal)

    /// All policies, in the order in which they were added.
    func list() -> [PolicyStatus]

    /// How often programs in the kernel ran: those of hooks, which serve all policies on them.
    func runs() -> [HookRuns]
}

extension PolicyControl {
    /// Adds the policies of a YAML text, all or none.
    /// - Parameters:
    ///   - yaml: one or more documents.
    ///   - file: the name for diagnostics.
    /// - Throws: `PolicyRefusal`.
    @discardableResult
    public func add(yaml: String, file: String, domain: String) throws(PolicyRefusal) -> [PolicyIdentity] {
        try make([.add(yaml: yaml, file: file)], domain: domain)
    }

    /// Replaces a policy by another of the same identity, without a moment in which neither is in force.
    public func replace(yaml: String, file: String, domain: String) throws(PolicyRefusal) {
        try make([.replace(yaml: yaml, file: file)], domain: domain)
    }

    /// Takes a policy away.
    public func delete(_ policy: PolicyIdentity) throws(PolicyRefusal) {
        try make([.delete(policy)], domain: policy.domain)
    }
}
