// SPDX-License-Identifier: Apache-2.0
// Type information (BTF) in files: raw, as `bpftool btf dump` and `pahole --btf_encode_detached` write it, or the
// section `.BTF` of a program or object.

/// BTF of a file.
public enum TypeInformation {
    /// That of a kernel with all its drivers has about six million bytes.
    private static let maximumBytes: UInt64 = 64 << 20

    /// Reads the BTF of a file, in its raw form; nothing in it has been looked at but its first two bytes.
    /// - Throws: `ELFError` when the file has none.
    public static func read(path: String) throws(ELFError) -> [UInt8] {
        let (bytes, identity) = try ELFBytes.open(path)
        return try read(bytes, identity)
    }

    /// Takes a file's content.
    public static func read(_ content: [UInt8]) throws(ELFError) -> [UInt8] {
        try read(ELFBytes(content), nil)
    }

    private static func read(_ bytes: ELFBytes, _ identity: FileIdentity?) throws(ELFError) -> [UInt8] {
        let magic = try bytes.read(0, min(4, bytes.count))
        // BTF_MAGIC, little-endian; include/uapi/linux/btf.h.
        if magic.starts(with: [0x9F, 0xEB]) { return try read(bytes, 0, bytes.count) }
        guard magic == [0x7F, 0x45, 0x4C, 0x46] else { throw ELFError("it is neither BTF nor an ELF file") }
        let file = try ELFFile(bytes, identity)
        guard let section = file.sections.first(where: { $0.name == ".BTF" && $0.size > 0 }) else {
            throw ELFError("it has no section `.BTF`: add one with `pahole -J`")
        }
        return try read(bytes, section.offset, section.size)
    }

    private static func read(
        _ bytes: ELFBytes, _ offset: UInt64, _ size: UInt64
    ) throws(ELFError) -> [UInt8] {
        guard size <= maximumBytes else {
            throw ELFError("its types take more than \(maximumBytes >> 20) MiB")
        }
        return try bytes.read(offset, size)
    }
}
