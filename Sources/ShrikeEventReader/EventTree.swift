// SPDX-License-Identifier: Apache-2.0
// Events below the processes that they are of: compact lines, indented, and a line for each process above them that
// the reader cannot see from the last ones.

import ShrikeControl
import SwiftProtobuf

/// Where the last line stood in the tree of processes.
///
/// Works on a live stream: the only state is the path of the last event, and the names of processes for events that do
/// not carry all of their ancestors.
struct EventTree: Sendable {
    /// Processes whose names are remembered; the oldest are forgotten first.
    private static let limit = 16_384
    /// Levels of indentation beyond which lines go no further to the right.
    private static let deepest = 24

    private struct Node: Sendable {
        var id: String
        var parent: String
        var pid: UInt32
        var binary: String
        var arguments: String

        init(_ process: Tetragon_Process) {
            id = process.execID
            parent = process.parentExecID
            pid = process.pid.value
            binary = process.binary
            arguments = process.arguments
        }
    }

    private let options: CompactOptions
    private var path: [String] = []
    private var known: [String: Node] = [:]
    private var order: [String] = []
    private var oldest = 0

    init(_ options: CompactOptions) { self.options = options }

    /// Appends the lines of the processes above an event that are not above the last one.
    /// - Returns: how far the event's own line is indented, in bytes.
    mutating func appendPlace(of event: Tetragon_GetEventsResponse, to output: inout [UInt8]) -> Int {
        guard let process = event.actor, !process.execID.isEmpty else { return 0 }
        let chain = chain(of: process, event)
        let ids = chain.map(\.id)
        var common = 0
        while common < ids.count, common < path.count, ids[common] == path[common] { common += 1 }
        // The line of an exec is its process's own.
        let isExec = if case .processExec = event.event { true } else { false }
        let shown = isExec ? chain.dropLast() : chain[...]
        for (level, node) in shown.enumerated().dropFirst(common) { append(node, level, to: &output) }
        path = ids
        return Self.indentation(shown.count)
    }

    /// The processes from the outermost one that is known down to the event's own.
    private mutating func chain(
        of process: Tetragon_Process, _ event: Tetragon_GetEventsResponse
    ) -> [Node] {
        var chain = [Node(process)]
        for relative in [event.actorParent].compactMap({ $0 }) + event.actorAncestors
        where relative.pid.value != 0 && !relative.execID.isEmpty {
            chain.append(Node(relative))
        }
        for node in chain { remember(node) }
        // A stream is never longer than this: ids do not repeat in an honest one.
        while let last = chain.last, chain.count < 256, let next = known[last.parent], next.pid != 0,
            !chain.contains(where: { $0.id == next.id })
        {
            chain.append(next)
        }
        return chain.reversed()
    }

    private mutating func remember(_ node: Node) {
        if known.updateValue(node, forKey: node.id) != nil { return }
        if order.count < Self.limit {
            order.append(node.id)
        } else {
            known[order[oldest]] = nil
            order[oldest] = node.id
            oldest = (oldest + 1) % Self.limit
        }
    }

    private func append(_ node: Node, _ level: Int, to output: inout [UInt8]) {
        var line = CompactLine(isColoured: options.isColoured, quotes: true)
        line.text(String(repeating: " ", count: Self.indentation(level)) + "• ")
        line.value(node.binary.isEmpty ? "-" : node.binary, .magenta)
        line.text(" (\(node.pid))")
        if !node.arguments.isEmpty {
            line.text(" ")
            line.value(node.arguments, .cyan)
        }
        output.append(contentsOf: line.bytes)
        output.append(0x0A)
    }

    private static func indentation(_ level: Int) -> Int { 2 * min(level, deepest) }
}
