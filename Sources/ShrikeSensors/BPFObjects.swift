// SPDX-License-Identifier: Apache-2.0
// The embedded BPF objects, opened.

internal import ShrikeBPF
internal import ShrikeBPFObjects

extension shrike_bpf_object {
    /// The ELF file. It is part of the program, so it outlives everything.
    var file: UnsafeRawBufferPointer {
        // SAFETY: bytes are a constant of the C target, size_bytes is the array's size.
        unsafe UnsafeRawBufferPointer(start: bytes, count: size_bytes)
    }

    /// Parses the object.
    func open(_ types: RelocationTypes?) throws(BPFError) -> OpenBPFObject {
        try unsafe OpenBPFObject(file, name: String(cString: name), types: types)
    }
}
