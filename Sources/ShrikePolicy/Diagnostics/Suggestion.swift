// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the nearest known name to a misspelt one.

/// Finds the name that a user most likely meant.
public enum Suggestion {
    /// Longer names are not compared: the work is their product.
    private static let longestName = 128

    /// The candidate nearest to `name`, if any is near enough to be a slip of the pen.
    ///
    /// Names that differ only in case, `_` and `-` come first; else at most one letter in three may
    /// be added, removed, replaced or swapped with its neighbour.
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        guard name.utf8.count <= longestName else { return nil }
        let folded = fold(name)
        var best: (name: String, distance: Int)?
        for candidate in candidates where candidate.utf8.count <= longestName {
            let other = fold(candidate)
            if other == folded { return candidate }
            let allowed = max(1, max(other.count, folded.count) / 3)
            guard abs(other.count - folded.count) <= allowed else { continue }
            let distance = distance(folded, other)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `did you mean` and the nearest name, for the help of a diagnostic.
    static func help(for name: String, among candidates: some Sequence<String>) -> String? {
        nearest(to: name, among: candidates).map { "did you mean `\($0)`?" }
    }

    private static func fold(_ name: String) -> [UInt8] {
        name.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }

    /// Optimal string alignment: the edits and the swaps of neighbours that turn one into the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for row in left.indices {
            current[0] = row + 1
            for column in right.indices {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                current[column + 1] = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    current[column + 1] = min(current[column + 1], beforePrevious[column - 1] + 1)
                }
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[right.count]
    }
}
