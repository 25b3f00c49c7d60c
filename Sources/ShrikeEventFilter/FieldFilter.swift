// SPDX-License-Identifier: Apache-2.0
// Keeps or removes fields of an event. It works on the bytes of the line, not on the decoded message: the
// order of the keys, the spelling of the values and what a newer daemon added all stay as they were.

public import ShrikeControl
internal import SwiftProtobuf

/// A list of fields, and whether they are the ones to keep or the ones to remove.
///
/// Paths start below the event (`process.binary`, `args`); node name, time and labels always stay. A path
/// that goes through a list applies to every member of it.
public struct FieldFilter: Sendable {
    /// What to do with the named fields.
    public enum Action: Sendable {
        /// Keep these, remove all others.
        case include
        /// Remove these, keep all others.
        case exclude
    }

    private let action: Action
    private let tree: FieldTree
    private let eventTypes: Set<Tetragon_EventType>
    private let isInverted: Bool

    /// Creates a filter. Without paths it changes nothing.
    /// - Parameters:
    ///   - paths: in snake_case or camelCase, segments separated by dots.
    ///   - eventTypes: the kinds that it is for; empty: all.
    ///   - isInverted: it is for all kinds but those.
    /// - Throws: `FieldFilterError` when no kind of event has such a field.
    public init(
        _ action: Action, paths: [String], eventTypes: [Tetragon_EventType] = [], isInverted: Bool = false
    ) throws(FieldFilterError) {
        for path in paths where !Self.exists(path) { throw FieldFilterError(path: path) }
        self.action = action
        tree = FieldTree(paths: paths)
        self.eventTypes = Set(eventTypes)
        self.isInverted = isInverted
    }

    /// Whether the filter is for a kind of event and changes anything.
    public func concerns(_ type: Tetragon_EventType) -> Bool {
        !tree.children.isEmpty && (eventTypes.isEmpty || eventTypes.contains(type) != isInverted)
    }

    /// Applies the filter to a line.
    /// - Returns: the line without the fields and without white space, or `nil` when it is not JSON.
    public func apply(to line: [UInt8]) -> [UInt8]? {
        guard !tree.children.isEmpty else { return line }
        var rewriter = JSONRewriter(line, keepsNamed: action == .include)
        return rewriter.rewriteEvent(tree) ? rewriter.output : nil
    }

    /// Whether some kind of event has this field. Capitals could be of camelCase or of the few fields that
    /// are spelt so; such a path is taken as it is.
    private static func exists(_ path: String) -> Bool {
        guard !path.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return true }
        let segments = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return eventMessages.contains { exists(segments[...], in: $0) }
    }

    /// The library knows paths through messages; those through lists and maps are cut at the list.
    private static func exists(_ segments: ArraySlice<String>, in message: any Message.Type) -> Bool {
        guard let list = segments.firstIndex(where: { listElements[$0] != nil || maps.contains($0) }) else {
            return message.isPathValid(segments.joined(separator: "."))
        }
        guard message.isPathValid(segments[...list].joined(separator: ".")) else { return false }
        let rest = segments[(list + 1)...]
        guard !rest.isEmpty, let element = listElements[segments[list]] else { return true }
        return exists(rest, in: element)
    }

    /// What the lists of messages in events hold.
    private static let listElements: [String: any Message.Type] = [
        "args": Tetragon_KprobeArgument.self, "data": Tetragon_KprobeArgument.self,
        "ancestors": Tetragon_Process.self, "environment_variables": Tetragon_EnvVar.self,
        "kernel_stack_trace": Tetragon_StackTraceEntry.self,
        "user_stack_trace": Tetragon_StackTraceEntry.self,
    ]

    private static let maps: Set<String> = ["pod_labels", "pod_annotations"]

    private static let eventMessages: [any Message.Type] = [
        Tetragon_ProcessExec.self, Tetragon_ProcessExit.self, Tetragon_ProcessKprobe.self,
        Tetragon_ProcessTracepoint.self, Tetragon_ProcessLoader.self, Tetragon_ProcessUprobe.self,
        Tetragon_ProcessLsm.self, Tetragon_ProcessUsdt.self, Tetragon_ProcessThrottle.self,
        Tetragon_RateLimitInfo.self, Tetragon_Test.self,
    ]
}

/// A field path that no event has.
public struct FieldFilterError: Error, Equatable, CustomStringConvertible {
    /// The path as it was given.
    public let path: String

    /// The error in one line.
    public var description: String { "no event has a field \"\(path)\"" }
}

/// Paths as a tree, by segments in the form that `FieldTree.canonical` gives them.
struct FieldTree: Sendable {
    private(set) var children: [String: FieldTree] = [:]

    /// A path ends here: the whole subtree is meant.
    private(set) var isLeaf = false

    init(paths: [String]) {
        for path in paths { insert(path.split(separator: ".")[...]) }
    }

    private mutating func insert(_ segments: ArraySlice<Substring>) {
        guard let first = segments.first else {
            isLeaf = true
            return
        }
        children[Self.canonical(first.utf8), default: FieldTree(paths: [])].insert(segments.dropFirst())
    }

    /// Makes one form of the spellings of a name: `exec_id`, `execId`.
    static func canonical(_ name: some Collection<UInt8>) -> String {
        let bytes = name.lazy.filter { $0 != 0x5F }.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return String(decoding: Array(bytes), as: UTF8.self)
    }
}
