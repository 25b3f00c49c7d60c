// SPDX-License-Identifier: Apache-2.0
// A process and everything that descends from it, as events tell of them.

import ShrikeControl
import ShrikeEventFilter
import ShrikeJSON

/// Knows who belongs to the family of some process ids.
///
/// Images are known by their `exec_id`, so a process id that is used again joins no family. An event that carries its
/// ancestors is decided by itself; for others the family is remembered.
struct ProcessFollower: Sendable {
    /// Members that are remembered; the oldest are forgotten first.
    private static let limit = 65_536

    /// Process ids that are followed and have not ended.
    private var roots: Set<Int64>
    private var members: Set<String> = []
    private var order: [String] = []
    private var oldest = 0

    init(_ pids: [UInt32]) { roots = Set(pids.map(Int64.init)) }

    /// Whether an event is of the family. To be asked about each event, in the order of the stream.
    mutating func includes(_ event: EventLine) -> Bool {
        guard let process = event.process else { return false }
        let isMember = includes(process, parent: event.parent, ancestors: event.ancestors)
        if isMember, let id = process.member("exec_id")?.string { remember(id) }
        // Whoever gets this id next is somebody else.
        if event.type == .processExit, let pid = process.member("pid")?.integer { roots.remove(pid) }
        return isMember
    }

    private func includes(_ process: JSONView, parent: JSONView?, ancestors: [JSONView]) -> Bool {
        if isFamily(process) { return true }
        if let id = process.member("parent_exec_id")?.string, members.contains(id) { return true }
        if let parent, isFamily(parent) { return true }
        return ancestors.contains(where: isFamily)
    }

    private func isFamily(_ process: JSONView) -> Bool {
        if let id = process.member("exec_id")?.string, members.contains(id) { return true }
        return process.member("pid")?.integer.map(roots.contains) ?? false
    }

    private mutating func remember(_ id: String) {
        guard members.insert(id).inserted else { return }
        if order.count < Self.limit {
            order.append(id)
        } else {
            members.remove(order[oldest])
            order[oldest] = id
            oldest = (oldest + 1) % Self.limit
        }
    }
}
