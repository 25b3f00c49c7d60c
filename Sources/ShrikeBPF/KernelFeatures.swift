// What the engine needs of a kernel, found by looking at the kernel and never at its version number.

internal import Glibc

/// A kernel feature that Shrike cannot do without.
public struct KernelFeature: Sendable {
    /// What it is, as the message names it.
    public let name: String
    /// The first release that has it.
    public let since: String
    let helper: String

    /// All that is required, in the order of the releases that brought them.
    public static let required: [KernelFeature] = [
        KernelFeature(name: "BPF ring buffers", since: "5.8", helper: "BPF_FUNC_ringbuf_output"),
        KernelFeature(
            name: "task-local storage for tracing programs", since: "5.11",
            helper: "BPF_FUNC_task_storage_get"),
        KernelFeature(name: "the BPF loop helper", since: "5.17", helper: "BPF_FUNC_loop"),
        KernelFeature(
            name: "BPF dynamic pointers", since: "5.19", helper: "BPF_FUNC_ringbuf_reserve_dynptr"),
    ]

    /// The required features that the kernel of `btf` lacks.
    public static func missing(_ btf: KernelBTF) -> [KernelFeature] {
        required.filter { !btf.hasEnumValue($0.helper, in: "bpf_func_id") }
    }
}

/// Facts of the running kernel that choose between two ways of doing the same.
public enum KernelFacilities {
    /// The release, as uname(2) has it.
    public static var release: String {
        var names = utsname()
        guard unsafe uname(&names) == 0 else { return "unknown" }
        return unsafe withUnsafeBytes(of: &names.release) { bytes in
            unsafe String(decoding: bytes.prefix(while: { $0 != 0 }), as: UTF8.self)
        }
    }

    /// Whether BPF programs are asked at LSM hooks: "bpf" is among the active modules
    /// (/sys/kernel/security/lsm, kernel parameter lsm=).
    public static func hasBPFLSM(path: String = "/sys/kernel/security/lsm") -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return false }
        return String(decoding: bytes[..<count], as: UTF8.self)
            .split(whereSeparator: { $0 == "," || $0 == "\n" }).contains("bpf")
    }
}
