// SPDX-License-Identifier: Apache-2.0
// The kernel's types as far as Shrike's programs name them. libbpf compares every type that a program reads with
// every type of the kernel, for each object anew: with the few that matter that is nothing, with all 130,000 it
// takes longer than the rest of a start.

internal import CLibbpf
internal import CShrikeShims
internal import Glibc

/// Types that BPF objects are relocated against, in a file of this process alone.
public final class RelocationTypes: Sendable {
    private let descriptor: Int32

    /// Picks from the kernel's types what the objects name.
    /// - Parameter objects: ELF files.
    /// - Throws: `BPFError` when an object cannot be read, or the file not be made.
    public init(_ kernel: KernelBTF, objects: [UnsafeRawBufferPointer]) throws(BPFError) {
        var names: Set<String> = []
        for object in unsafe objects {
            let opened = try unsafe OpenBPFObject(object, name: "types")
            names.formUnion(opened.typeNames)
        }
        let bytes = BTFSubset.bytes(of: names, in: kernel)
        let descriptor = shrike_memory_file("shrike-btf")
        guard descriptor >= 0 else { throw BPFError("make", "a file for types", errno: errno) }
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            let error = BPFError("write", "the file for types", errno: errno)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Where libbpf finds them.
    var path: String { "/proc/self/fd/\(descriptor)" }
}
