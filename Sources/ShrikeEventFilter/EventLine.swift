// SPDX-License-Identifier: Apache-2.0
// One event as filters see it: a line of JSON, looked into where it lies.

public import ShrikeControl
public import ShrikeJSON

/// An event in its line; valid as long as the line's bytes are.
public struct EventLine {
    /// The kind; `.undef` for one that this version does not know.
    public let type: Tetragon_EventType
    /// The key of the event in the line: `process_exec`.
    public let key: String
    /// The event's own object.
    public let body: JSONView
    /// The whole line.
    public let envelope: JSONView

    /// Looks at a line; nil when it is no JSON object with a member.
    public init?(_ line: UnsafeRawBufferPointer) {
        guard let envelope = JSONView(line) else { return nil }
        var found: (Tetragon_EventType, String, JSONView)?
        envelope.forEachMember { name, value in
            guard let type = Self.type(of: name) else { return true }
            found = (type, type.eventTypeName.lowercased(), value)
            return false
        }
        self.envelope = envelope
        if let found {
            (type, key, body) = found
        } else {
            guard envelope.kind == .object else { return nil }
            (type, key, body) = (.undef, "", envelope)
        }
    }

    /// The process that acted; nil for kinds without one.
    public var process: JSONView? { type == .undef ? nil : body.member("process") }
    /// Its parent.
    public var parent: JSONView? { type == .undef ? nil : body.member("parent") }
    /// Its ancestors without the parent, nearest first.
    public var ancestors: [JSONView] { type == .undef ? [] : body.member("ancestors")?.elements ?? [] }
    /// The policy that made the event.
    public var policyName: String? {
        switch type {
        case .processKprobe, .processTracepoint, .processUprobe, .processLsm, .processUsdt:
            body.member("policy_name")?.string ?? ""
        default: nil
        }
    }

    /// Keys are long and few: their length and one letter decide which one to compare with.
    private static func type(of key: UnsafeRawBufferPointer) -> Tetragon_EventType? {
        for (type, name) in keys where name.utf8.elementsEqual(key) { return type }
        // The spelling of another encoder.
        let canonical = FieldTree.canonical(key)
        return keys.first { FieldTree.canonical($0.1.utf8) == canonical }?.0
    }

    private static let keys: [(Tetragon_EventType, String)] = Tetragon_EventType.names
        .filter { $0.type != .undef }.map { ($0.type, $0.name.lowercased()) }
}
