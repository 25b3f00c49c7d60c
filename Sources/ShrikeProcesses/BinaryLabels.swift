// SPDX-License-Identifier: Apache-2.0
// Numbers for binaries, so that events can be counted by binary without a look-up each.

internal import ShrikeJSON

/// The binaries that events are counted by, at most `limit` of them: who runs programs must not decide how many series a
/// scraper has to keep.
internal struct BinaryLabels {
    internal static let limit = 1_000
    /// Bytes of a path; a longer one has no number of its own.
    private static let longest = 1_024

    /// By number; 0 is everything without one.
    internal private(set) var names = [""]
    /// By a hash with a secret of this process: nobody can make two paths collide on purpose.
    private var numbers: [Int: Int32] = [:]

    /// The number of a path, escaped as in JSON.
    internal mutating func number(of path: UnsafeRawBufferPointer) -> Int32 {
        guard !path.isEmpty, path.count <= Self.longest else { return 0 }
        var hasher = Hasher()
        hasher.combine(bytes: path)
        let hash = hasher.finalize()
        if let known = numbers[hash] { return known }
        guard names.count < Self.limit else { return 0 }
        let number = Int32(names.count)
        names.append(String(unescaping: path))
        numbers[hash] = number
        return number
    }
}
