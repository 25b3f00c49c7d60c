// SPDX-License-Identifier: Apache-2.0
// The line that tells readers of the stream that events are missing from it.

internal import Glibc
public import ShrikeJSON

/// Writes `rate_limit_info` lines: the one kind of event that readers know for events that are not there.
public struct LossNotice: Sendable {
    private static let start: StaticString = "{\"rate_limit_info\":"
    private let nodeName: String
    private let clusterName: String
    private let clock: @Sendable () -> Int64

    /// Makes a writer of notices.
    /// - Parameter clock: the wall time in nanoseconds since 1970.
    public init(
        nodeName: String, clusterName: String = "", clock: @escaping @Sendable () -> Int64 = wallTime
    ) {
        self.nodeName = nodeName
        self.clusterName = clusterName
        self.clock = clock
    }

    /// Appends a line that says how many events are missing.
    public func append(count: UInt64, to lines: inout ByteBuffer) {
        var timestamps = TimestampWriter()
        lines.append(Self.start)
        lines.append("{\"number_of_dropped_process_events\":")
        lines.append(quoted: count)
        lines.append("}")
        if !nodeName.isEmpty {
            lines.append(",\"node_name\":")
            lines.append(jsonString: nodeName)
        }
        lines.append(",\"time\":\"")
        timestamps.append(clock(), to: &lines)
        lines.append("\"")
        if !clusterName.isEmpty {
            lines.append(",\"cluster_name\":")
            lines.append(jsonString: clusterName)
        }
        lines.append("}\n")
    }

    /// Whether a line is such a notice.
    public static func isNotice(_ line: UnsafeRawBufferPointer) -> Bool {
        line.starts(with: UnsafeBufferPointer(start: start.utf8Start, count: start.utf8CodeUnitCount))
    }
}

/// The time of day in nanoseconds since 1970.
public func wallTime() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
