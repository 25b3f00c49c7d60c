// SPDX-License-Identifier: Apache-2.0
// The path of the executed file as the event shows it.

internal import ShrikeJSON

extension ByteBuffer {
    /// Appends the path `directory/name` without `.`, `..` and empty components; for relative names only, an
    /// absolute one is shown as it was passed to execve(2).
    ///
    /// Lexical, as the incumbent does it: a `..` behind a symbolic link names another file than the kernel's.
    /// The buffer must be empty.
    internal mutating func append(
        cleanPath name: UnsafeRawBufferPointer, in directory: UnsafeRawBufferPointer
    ) {
        let slash = UInt8(ascii: "/")
        let isRooted = directory.first == slash
        if isRooted { append(byte: slash) }
        appendComponents(directory, isRooted: isRooted)
        appendComponents(name, isRooted: isRooted)
        if count == 0 { append(byte: UInt8(ascii: ".")) }
    }

    private mutating func appendComponents(_ path: UnsafeRawBufferPointer, isRooted: Bool) {
        for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
            let component = UnsafeRawBufferPointer(rebasing: part)
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8), removeLastComponent(isRooted: isRooted) { continue }
            if count > (isRooted ? 1 : 0) { append(byte: UInt8(ascii: "/")) }
            append(component)
        }
    }

    /// Whether a `..` was used up; a relative path keeps those that lead out of it.
    private mutating func removeLastComponent(isRooted: Bool) -> Bool {
        let root = isRooted ? 1 : 0
        guard count > root else { return isRooted }
        let text = bytes
        let slash = text.lastIndex(of: UInt8(ascii: "/"))
        let start = slash.map { $0 + 1 } ?? 0
        if UnsafeRawBufferPointer(rebasing: text[start...]).elementsEqual("..".utf8) { return false }
        truncate(to: max(root, start == 0 ? 0 : start - 1))
        return true
    }
}
