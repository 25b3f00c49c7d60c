// SPDX-License-Identifier: Apache-2.0
// What the kernel counts about a program.

internal import CLibbpf
internal import Glibc

/// How often a program ran. Kernel side: `struct bpf_prog_info`.
public struct ProgramRuns: Sendable, Equatable {
    /// Runs; 0 unless the kernel's BPF statistics are on (kernel.bpf_stats_enabled).
    public var count: UInt64 = 0
    /// Nanoseconds that these took; 0 likewise.
    public var nanoseconds: UInt64 = 0
    /// Runs that the kernel left out since the program was running on the CPU already.
    public var recursionMisses: UInt64 = 0

    /// Adds another program's.
    public static func += (left: inout ProgramRuns, right: ProgramRuns) {
        left.count += right.count
        left.nanoseconds += right.nanoseconds
        left.recursionMisses += right.recursionMisses
    }
}

extension LoadedBPFObject {
    /// What the kernel counts about a program.
    public borrowing func runs(of program: String) throws(BPFError) -> ProgramRuns {
        let descriptor = try programDescriptor(program)
        var info = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let result = unsafe bpf_obj_get_info_by_fd(descriptor, &info, &size)
        guard result == 0 else { throw BPFError("ask about", program, errno: -result) }
        return ProgramRuns(
            count: info.run_cnt, nanoseconds: info.run_time_ns, recursionMisses: info.recursion_misses)
    }
}
