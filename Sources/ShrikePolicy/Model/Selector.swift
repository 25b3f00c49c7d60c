// SPDX-License-Identifier: Apache-2.0
// Selectors: which hits of a hook count.

/// Conditions that must all hold, and what is done then. Of a hook's selectors the first that
/// matches decides.
public struct Selector: Sendable {
    /// A name for statistics.
    public let label: String?
    /// Conditions on arguments.
    public internal(set) var matchArgs: [ArgumentFilter]
    /// Conditions on `data`; their index is the position in the list.
    public let matchData: [ArgumentFilter]
    /// Conditions on the return value.
    public let matchReturnArgs: [ArgumentFilter]
    /// Conditions on the executable.
    public let matchBinaries: [BinaryFilter]
    /// Conditions on the parent's executable.
    public let matchParentBinaries: [BinaryFilter]
    /// Conditions on the process id.
    public let matchPIDs: [ProcessFilter]
    /// Conditions on namespaces.
    public let matchNamespaces: [NamespaceFilter]
    /// Conditions on namespaces that changed.
    public let matchNamespaceChanges: [NamespaceChangeFilter]
    /// Conditions on capabilities.
    public let matchCapabilities: [CapabilityFilter]
    /// Conditions on capabilities that changed.
    public let matchCapabilityChanges: [CapabilityFilter]
    /// Conditions on the workload.
    public let matchWorkloads: WorkloadFilter?
    /// `matchActions`: what is done; an empty list posts the event.
    public let actions: [Action]
    /// `matchReturnActions`: what is done on return.
    public let returnActions: [Action]
    /// Names of macros to add.
    public let macros: [Located<String>]
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange
}

/// A condition on an argument.
public struct ArgumentFilter: Sendable {
    /// The argument's own index; see `position(in:)`.
    public let index: Located<Int>?
    /// Positions in the hook's `args`.
    public let args: [Int]
    /// The comparison.
    public let `operator`: Located<Operator>
    /// What it is compared with.
    public let values: [Located<String>]
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange

    /// The position in the hook's `args` of the argument that a `matchArgs` filter means: the first
    /// of `args`, else the first argument with this `index`, 0 when there is none. Of a tracepoint an
    /// index that no argument has is a position. Nil when there is no such argument.
    public func position(in hook: some PolicyHook) -> Int? {
        if let position = args.first {
            return hook.arguments.indices.contains(position) ? position : nil
        }
        let index = index?.value ?? 0
        if let position = hook.arguments.firstIndex(where: { $0.index == index }) { return position }
        return hook.section == .tracepoints && hook.arguments.indices.contains(index) ? index : nil
    }
}

/// A condition on an executable's path.
public struct BinaryFilter: Sendable {
    /// In, NotIn, Prefix, NotPrefix, Postfix or NotPostfix.
    public let `operator`: Located<Operator>
    /// Paths or parts of paths.
    public let values: [Located<String>]
    /// Descendants of a matching process match too.
    public let followChildren: Bool
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange
}

/// A condition on the process id.
public struct ProcessFilter: Sendable {
    /// In or NotIn.
    public let `operator`: Located<Operator>
    /// Process ids.
    public let values: [Located<UInt32>]
    /// Compare the id in the innermost pid namespace.
    public let isNamespacePID: Bool
    /// Descendants match too.
    public let followForks: Bool
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange
}

/// The namespaces of a process.
public enum NamespaceKind: String, Sendable, Hashable, CaseIterable {
    case uts = "Uts"
    case ipc = "Ipc"
    case mount = "Mnt"
    case pid = "Pid"
    case pidForChildren = "PidForChildren"
    case network = "Net"
    case time = "Time"
    case timeForChildren = "TimeForChildren"
    case cgroup = "Cgroup"
    case user = "User"
}

/// A condition on a namespace.
public struct NamespaceFilter: Sendable {
    /// Which namespace.
    public let namespace: Located<NamespaceKind>
    /// In or NotIn.
    public let `operator`: Located<Operator>
    /// Inode numbers or `host_ns`.
    public let values: [Located<String>]
    /// The mapping.
    public let range: SourceRange

    /// The value that stands for the host's own namespace.
    public static let hostValue = "host_ns"
}

/// A condition on changes of namespaces since the last exec.
public struct NamespaceChangeFilter: Sendable {
    /// In or NotIn.
    public let `operator`: Located<Operator>
    /// Names of namespaces.
    public let values: [Located<String>]
    /// The mapping.
    public let range: SourceRange
}

/// A condition on capabilities.
public struct CapabilityFilter: Sendable {
    /// Which of a process's sets.
    public enum CapabilitySet: String, Sendable, Hashable, CaseIterable {
        case effective = "Effective"
        case inheritable = "Inheritable"
        case permitted = "Permitted"
    }

    /// Which set.
    public let set: Located<CapabilitySet>
    /// In or NotIn.
    public let `operator`: Located<Operator>
    /// Only processes outside the host's user namespace.
    public let isNamespaceCapability: Bool
    /// Names of capabilities.
    public let values: [Located<String>]
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange
}

/// A condition on the pod or host that a process belongs to.
public struct WorkloadFilter: Sendable {
    /// Pods.
    public let podSelector: LabelSelector?
    /// Containers.
    public let containerSelector: LabelSelector?
    /// Present and empty: the host.
    public let hostSelector: LabelSelector?
    /// The mapping.
    public let range: SourceRange
}
