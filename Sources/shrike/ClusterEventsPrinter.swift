// SPDX-License-Identifier: Apache-2.0
// shrike getevents --kubernetes: from all nodes, and filtered here.

import Dispatch
import Glibc
import ShrikeClusterClient
import ShrikeEventReader

/// Prints the events of a cluster.
struct ClusterEventsPrinter {
    /// Prints until SIGINT or SIGTERM, or until nobody reads.
    static func run(
        _ flags: ClusterFlags, since: Int64?, stop: Int32, reader: EventReader
    ) async throws {
        let events = ClusterEvents(
            access: try flags.access(), pods: flags.pods, since: since, userAgent: ClusterFlags.userAgent,
            note: { StandardError.print("getevents: \($0)") })
        // One call at a time: the merged events are passed on by one actor.
        let box = ReaderBox(reader)
        let following = Task { try await events.run { lines in try box.reader.show(lines) } }
        let signal = DispatchSource.makeReadSource(fileDescriptor: stop)
        signal.setEventHandler { following.cancel() }
        signal.resume()
        defer { signal.cancel() }
        do {
            try await following.value
        } catch  where following.isCancelled {
            // SIGINT or SIGTERM: an orderly end.
        }
    }
}
