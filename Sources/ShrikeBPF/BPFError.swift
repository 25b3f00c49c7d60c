// What went wrong at the kernel's edge: the operation, its object, the errno, and the telling line.

internal import Glibc

/// A refused or failed BPF operation.
public struct BPFError: Error, Sendable, CustomStringConvertible {
    /// What was tried, as a verb: "load", "attach".
    public var operation: String
    /// What it was tried on: a program, map or function name.
    public var object: String
    /// The errno of the failed call; 0 where there is none.
    public var errno: Int32
    /// What libbpf or the verifier said that tells most; may be empty.
    public var detail: String

    /// Describes a failure; `errno` positive.
    public init(_ operation: String, _ object: String, errno: Int32, detail: String = "") {
        self.operation = operation
        self.object = object
        self.errno = errno
        self.detail = detail
    }

    /// `cannot OPERATION OBJECT: REASON (errno N): DETAIL`, as far as there are such.
    public var description: String {
        var text = "cannot \(operation) \(object)"
        if errno != 0 { text += ": \(String(cString: strerror(errno))) (errno \(errno))" }
        if !detail.isEmpty { text += ": \(detail)" }
        return text
    }
}
