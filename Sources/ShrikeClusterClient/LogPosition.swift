// SPDX-License-Identifier: Apache-2.0
// How far a log has been read, so that a reader who comes back shows no line twice.

/// A place in the log of a container.
///
/// The API takes a time, of which it honours whole seconds only: what it gives is passed over up to this place.
struct LogPosition: Equatable {
    /// The latest time of a line that was taken, nanoseconds since 1970; nil: none was.
    private(set) var time: Int64?
    /// How many lines of that time were taken: several may have the same.
    private var taken = 0
    /// How many lines of that time have been passed over since the reader came back.
    private var passed = 0
    private var isCaughtUp = true

    /// A reader begins, or comes back.
    mutating func begin() {
        isCaughtUp = time == nil
        passed = 0
    }

    /// Goes on with what comes from now on, since what comes next cannot be read.
    mutating func forget() { self = LogPosition() }

    /// Whether a line is a new one, which is taken then.
    /// - Parameter lineTime: when the line was written, as the log says.
    mutating func take(_ lineTime: Int64) -> Bool {
        guard let time else {
            (self.time, taken) = (lineTime, 1)
            return true
        }
        if !isCaughtUp {
            guard lineTime >= time else { return false }
            if lineTime == time {
                passed += 1
                guard passed > taken else { return false }
            }
            isCaughtUp = true
        }
        // Two streams of one container may be a little out of order.
        if lineTime == time { taken += 1 } else if lineTime > time { (self.time, taken) = (lineTime, 1) }
        return true
    }
}
