// SPDX-License-Identifier: Apache-2.0
// The embedded BPF objects, opened.

internal import ShrikeBPF
internal import ShrikeBPFObjects
internal import ShrikePolicyCompiler

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

extension HookProgram {
    /// The compiled text.
    var object: shrike_bpf_object {
        switch self {
        case .file: shrike_file_object
        case .function: shrike_function_object
        }
    }
}
