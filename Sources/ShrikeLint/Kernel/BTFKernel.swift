// SPDX-License-Identifier: Apache-2.0
// A kernel by its own type information: `--kernel live` and `--btf FILE`.

internal import Glibc
public import ShrikePolicy

/// A kernel whose facts are in a BTF file.
public struct BTFKernel: LintKernel {
    /// What messages call it.
    public let label: String
    private let file: BTFFile
    /// The folder of trace events; nil when the kernel does not run here.
    private let events: String?

    /// Most bytes of a file of type information; that of a kernel has about six million.
    private static let limit = 64 << 20

    /// Reads raw BTF, such as /sys/kernel/btf/vmlinux.
    /// - Parameter events: the folder of its trace events, when it is the running kernel.
    public init(path: String, label: String, events: String? = nil) throws(InputError) {
        guard let file = BTFFile(try PolicyFinder.contents(of: path, limit: Self.limit)) else {
            throw InputError("\(oneLine(path)): not raw BTF of this machine's byte order")
        }
        self.file = file
        self.label = label
        self.events = events
    }

    /// Reads the bytes of raw BTF; nil if they are none.
    public init?(_ bytes: [UInt8], label: String) {
        guard let file = BTFFile(bytes) else { return nil }
        self.file = file
        self.label = label
        events = nil
    }

    /// The function of that symbol.
    public func function(named name: String) -> FunctionPrototype? { file.function(name) }

    /// The functions of the kernel itself, as far as its type information has them.
    public var traceableFunctions: [String]? { file.names.sorted() }

    /// Only the names of events are known (SHR233), not the layout of their records.
    public var knowsTracepoints: Bool { false }

    /// Told by the name of a member that came with it.
    public var registerChangesUnavailable: String? {
        file.hasName(KernelEvidence.registerChanges) ? nil : KernelEvidence.noRegisterChanges
    }

    /// Whether there is an LSM hook of that name.
    public func hasLSMHook(_ name: String) -> Bool { file.function("bpf_lsm_" + name) != nil }

    /// Whether there is a trace event of that name.
    public func hasTracepoint(_ name: String) -> Bool? { file.tracepoints.contains(name) }

    /// Whether tracefs has a folder of the event; who is not root may not see.
    public func lists(_ subsystem: String, _ event: String) -> Bool? {
        guard let events, access(events, R_OK | X_OK) == 0 else { return nil }
        return access("\(events)/\(subsystem)/\(event)", F_OK) == 0
    }

    /// Symbols that differ in a few letters.
    public func similarFunctions(to name: String) -> [String] {
        var sieve = NameSieve(name)
        for candidate in file.names.sorted() { sieve.consider(Array(candidate.utf8)) }
        return sieve.nearest
    }
}
