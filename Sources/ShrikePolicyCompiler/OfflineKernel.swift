// SPDX-License-Identifier: Apache-2.0
// What the compiler is told about the kernel where there is none.

public import ShrikePolicy

/// A kernel of which everything is taken to be there.
public struct OfflineKernel: KernelFacts {
    private let functions: [String]

    /// - Parameter functions: symbols that there are, for lists of functions by a pattern.
    public init(functions: [String]) { self.functions = functions }

    /// Inodes of the first namespaces (include/linux/proc_ns.h, and as kernels number those that it leaves out).
    public static let host: [NamespaceKind: UInt32] = [
        .uts: 4_026_531_838, .ipc: 4_026_531_839, .mount: 4_026_531_841, .pid: 4_026_531_836,
        .pidForChildren: 4_026_531_836, .network: 4_026_531_840, .time: 4_026_531_834,
        .timeForChildren: 4_026_531_834, .cgroup: 4_026_531_835, .user: 4_026_531_837,
    ]

    /// Those of `host`.
    public var hostNamespaces: [NamespaceKind: UInt32] { Self.host }
    /// The functions that it was given.
    public var traceableFunctions: [String]? { functions }
    /// Those of the functions that are entries of system calls.
    public var systemCallSymbols: [String] { functions.filter { $0.hasPrefix(SyscallSymbol.prefix) } }
    /// No: nothing is said about them.
    public var knowsTracepoints: Bool { false }

    /// Each there is, with nothing known of its parameters.
    public func function(named name: String) -> FunctionPrototype? {
        FunctionPrototype(name: name, parameters: [], returnType: ParameterType("void", .void))
    }
    /// None.
    public func similarFunctions(to name: String) -> [String] { [] }
    /// Yes.
    public func hasLSMHook(_ name: String) -> Bool { true }
    /// Yes.
    public func isTraceable(_ name: String) -> Bool { true }
}
