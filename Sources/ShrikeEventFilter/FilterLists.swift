// SPDX-License-Identifier: Apache-2.0
// Filters as operators write them: JSON objects one after the other, usually one a line.

internal import ShrikeControl
internal import ShrikeJSON
public import ShrikePattern
internal import SwiftProtobuf

/// Why a text of filters cannot be used.
public struct FilterListError: Error, CustomStringConvertible {
    /// What is wrong, with the number of the object.
    public let description: String
}

/// A redaction filter, compiled.
public struct RedactionPatterns: Sendable {
    /// Binaries that it is for; empty: all.
    public let binaries: [Pattern]
    /// What their groups hold is taken out.
    public let patterns: [Pattern]
}

/// Reads texts of filters.
public enum FilterList {
    /// Reads an allow or deny list.
    public static func events(
        _ text: String, features: EventFilterFeatures
    ) throws(FilterListError) -> [EventFilter] {
        try each(text) { object throws(FilterListError) in
            let message: Tetragon_Filter = try decode(object)
            do throws(EventFilterError) {
                return try EventFilter(message, features: features)
            } catch {
                throw FilterListError(description: error.description)
            }
        }
    }

    /// Reads field filters; `fields` may be one string with commas.
    public static func fields(_ text: String) throws(FilterListError) -> [FieldFilter] {
        try each(text) { object throws(FilterListError) in
            try fieldFilter(object)
        }
    }

    /// Reads redaction filters; `match` is ignored, as the incumbent does.
    public static func redactions(_ text: String) throws(FilterListError) -> [RedactionPatterns] {
        try each(text) { object throws(FilterListError) in
            let message: Tetragon_RedactionFilter = try decode(object)
            return RedactionPatterns(
                binaries: try patterns(message.binaryRegex, "binary_regex"),
                patterns: try patterns(message.redact, "redact"))
        }
    }

    private static func patterns(
        _ texts: [String], _ member: String
    ) throws(FilterListError) -> [Pattern] {
        try texts.map { text throws(FilterListError) in
            do throws(PatternError) {
                return try Pattern(text)
            } catch {
                throw FilterListError(
                    description: "\(member): cannot use the regular expression \"\(text)\": \(error)")
            }
        }
    }

    private static func each<Value>(
        _ text: String, _ read: (JSONView) throws(FilterListError) -> Value
    ) throws(FilterListError) -> [Value] {
        let bytes = Array(text.utf8)
        var values: [Value] = []
        var problem: FilterListError?
        bytes.withUnsafeBytes { all in
            var rest = all[...]
            while true {
                rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
                if rest.isEmpty { return }
                let number = values.count + 1
                guard let view = JSONView(UnsafeRawBufferPointer(rebasing: rest)), view.kind == .object else {
                    problem = FilterListError(description: "filter \(number): not a JSON object")
                    return
                }
                rest = rest.dropFirst(view.bytes.count)
                do throws(FilterListError) {
                    values.append(try read(view))
                } catch {
                    problem = FilterListError(description: "filter \(number): \(error)")
                    return
                }
            }
        }
        if let problem { throw problem }
        return values
    }

    private static func decode<Value: Message>(_ object: JSONView) throws(FilterListError) -> Value {
        do {
            return try Value(jsonUTF8Bytes: Array(object.bytes))
        } catch {
            throw FilterListError(description: "\(error)")
        }
    }

    private static func fieldFilter(_ object: JSONView) throws(FilterListError) -> FieldFilter {
        var types: [Tetragon_EventType] = []
        var paths: [String] = []
        var action = FieldFilter.Action.include
        var isInverted = false
        var problem: String?
        object.forEachMember { key, value in
            let name = String(decoding: key, as: UTF8.self)
            switch FieldTree.canonical(name.utf8) {
            case "eventset":
                for element in value.elements {
                    let type = element.string.flatMap { Tetragon_EventType(eventTypeName: $0) }
                    let number = element.integer.flatMap {
                        Tetragon_EventType(rawValue: Int(truncatingIfNeeded: $0))
                    }
                    if let type = type ?? number {
                        types.append(type)
                    } else {
                        problem = "event_set: no kind of event is called so"
                    }
                }
            case "fields":
                let list = value.string.map { [$0] } ?? value.member("paths")?.elements.compactMap(\.string)
                guard let list else {
                    problem = "fields: neither text nor a list of paths"
                    return false
                }
                paths = list.flatMap { $0.split(separator: ",").map(trimmed) }
            case "action":
                switch value.string ?? String(decoding: value.bytes, as: UTF8.self) {
                case "INCLUDE", "0": action = .include
                case "EXCLUDE", "1": action = .exclude
                default: problem = "action: neither INCLUDE nor EXCLUDE"
                }
            case "inverteventset":
                if let boolean = value.boolean {
                    isInverted = boolean
                } else {
                    problem = "\(name): not a boolean"
                }
            default: problem = "unknown member \"\(name)\""
            }
            return problem == nil
        }
        if let problem { throw FilterListError(description: problem) }
        do throws(FieldFilterError) {
            return try FieldFilter(action, paths: paths, eventTypes: types, isInverted: isInverted)
        } catch {
            throw FilterListError(description: "fields: \(error)")
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
