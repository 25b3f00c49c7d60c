// SPDX-License-Identifier: Apache-2.0
// Where an expression matches and what its groups hold: the same linear engine, with the places carried along.

extension Pattern {
    /// Where a match and its groups are, by scalar.
    public struct Match: Equatable, Sendable {
        /// The whole match.
        public let range: Range<Int>
        /// The groups from 1 on; nil for one that took no part.
        public let groups: [Range<Int>?]
    }

    /// All matches from left to right that do not overlap, as RE2 finds them: the leftmost, and of several there
    /// the one that the expression prefers.
    public func allMatches(in text: [Unicode.Scalar]) -> [Match] {
        var matches: [Match] = []
        var start = 0
        var previousEnd = -1
        while start <= text.count, let match = firstMatch(in: text, from: start) {
            // An empty match right behind another is part of it.
            if !match.range.isEmpty || match.range.lowerBound != previousEnd { matches.append(match) }
            previousEnd = match.range.upperBound
            start = match.range.isEmpty ? match.range.upperBound + 1 : match.range.upperBound
        }
        return matches
    }

    private func firstMatch(in text: [Unicode.Scalar], from start: Int) -> Match? {
        var current = Threads(capacity: program.count)
        var following = Threads(capacity: program.count)
        var currentPlaces: [[Int]] = []
        var followingPlaces: [[Int]] = []
        var found: [Int]?
        var index = start
        while true {
            if found == nil {
                var places = [Int](repeating: -1, count: 2 * (groupCount + 1))
                places[0] = index
                follow(0, places, at: index, in: text, &current, &currentPlaces)
            }
            if current.list.isEmpty { break }
            following.removeAll()
            followingPlaces.removeAll(keepingCapacity: true)
            threads: for (position, thread) in current.list.enumerated() {
                switch program[thread] {
                case .scalar(let set) where index < text.count && set.contains(text[index].value):
                    follow(
                        thread + 1, currentPlaces[position], at: index + 1, in: text, &following,
                        &followingPlaces)
                case .match:
                    var places = currentPlaces[position]
                    places[1] = index
                    found = places
                    // What is behind it in the list is less preferred.
                    break threads
                default: continue
                }
            }
            swap(&current, &following)
            swap(&currentPlaces, &followingPlaces)
            index += 1
            if index > text.count { break }
        }
        return found.map(Self.match)
    }

    /// Adds an instruction and all that it leads to without consuming a scalar, the preferred first.
    private func follow(
        _ start: Int, _ places: [Int], at index: Int, in text: [Unicode.Scalar], _ threads: inout Threads,
        _ allPlaces: inout [[Int]]
    ) {
        let previous = index > 0 ? text[index - 1].value : nil
        let next = index < text.count ? text[index].value : nil
        var stack = [(start, places)]
        while let (instruction, places) = stack.popLast() {
            guard threads.insert(instruction) else { continue }
            // The two lists have the same places.
            allPlaces.append(places)
            switch program[instruction] {
            case .match, .scalar: continue
            case .jump(let target): stack.append((target, places))
            case .save(let place):
                var changed = places
                changed[place] = index
                stack.append((instruction + 1, changed))
            case .split(let first, let second):
                stack.append((second, places))
                stack.append((first, places))
            case .assertion(let assertion):
                if assertion.holds(after: previous, before: next) { stack.append((instruction + 1, places)) }
            }
        }
    }

    private static func match(_ places: [Int]) -> Match {
        let groups = stride(from: 2, to: places.count, by: 2).map { place in
            places[place] >= 0 && places[place + 1] >= places[place] ? places[place]..<places[place + 1] : nil
        }
        return Match(range: places[0]..<places[1], groups: groups)
    }
}
