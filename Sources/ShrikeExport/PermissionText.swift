// SPDX-License-Identifier: Apache-2.0
// An inode's mode as `ls -l` shows it.

internal import ShrikeJSON

extension ByteBuffer {
    /// Appends type and permissions in ten characters; nine when the type is unknown.
    internal mutating func append(permission mode: UInt32) {
        // S_IFMT, inode(7)
        switch mode & 0o170000 {
        case 0o100000: append("-")
        case 0o040000: append("d")
        case 0o120000: append("l")
        case 0o060000: append("b")
        case 0o020000: append("c")
        case 0o010000: append("p")
        case 0o140000: append("s")
        default: break
        }
        append(triple: mode >> 6, special: mode & 0o4000 != 0, "s", "S")
        append(triple: mode >> 3, special: mode & 0o2000 != 0, "s", "S")
        append(triple: mode, special: mode & 0o1000 != 0, "t", "T")
    }

    private mutating func append(
        triple bits: UInt32, special: Bool, _ executable: StaticString, _ other: StaticString
    ) {
        append(bits & 4 != 0 ? "r" : "-")
        append(bits & 2 != 0 ? "w" : "-")
        if special {
            append(bits & 1 != 0 ? executable : other)
        } else {
            append(bits & 1 != 0 ? "x" : "-")
        }
    }
}
