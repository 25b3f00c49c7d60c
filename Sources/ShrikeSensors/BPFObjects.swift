// SPDX-License-Identifier: Apache-2.0
// The embedded BPF objects, opened.

internal import ShrikeBPF
internal import ShrikeBPFObjects

extension shrike_bpf_object {
    /// Parses the object. Its bytes are part of the program, so they outlive everything.
    func open() throws(BPFError) -> OpenBPFObject {
        // SAFETY: name and bytes are constants of the C target, size_bytes is the array's size.
        try unsafe OpenBPFObject(
            UnsafeRawBufferPointer(start: bytes, count: size_bytes), name: String(cString: name))
    }
}
