// SPDX-License-Identifier: Apache-2.0
// Sets the mode of policies in their own text: comments and layout of the rest stay as they are.

public import ShrikePolicy

/// Writes `policy-mode` into policies.
public enum PolicyModeEdit {
    /// The text with every policy in `mode`.
    /// - Throws: the loader's findings, or one that says that this layout cannot be edited.
    public static func set(_ mode: PolicyMode, in bytes: [UInt8], file: String) throws(PolicyEditError)
        -> [UInt8]
    {
        let loaded = PolicyLoader.load(bytes, file: file)
        guard !loaded.diagnostics.hasErrors else { throw PolicyEditError(loaded.diagnostics) }
        let text = SourceText(bytes)
        var edited = bytes
        // From the end, so that places further up stay true.
        for policy in loaded.policies.sorted(by: { $0.range.start > $1.range.start }) {
            guard let edit = edit(policy, mode, text) else { throw PolicyEditError(cannotEdit: policy) }
            edited.replaceSubrange(edit.range, with: edit.bytes)
        }
        let result = PolicyLoader.load(edited, file: file)
        guard !result.diagnostics.hasErrors, result.policies.count == loaded.policies.count,
            result.policies.allSatisfy({ $0.spec.mode == mode })
        else { throw PolicyEditError(cannotEdit: loaded.policies[0]) }
        return edited
    }

    private static func edit(
        _ policy: TracingPolicy, _ mode: PolicyMode, _ text: SourceText
    ) -> (range: Range<Int>, bytes: [UInt8])? {
        let options = policy.spec.options
        if let option = options.last(where: { $0.name.value == OptionName.policyMode.rawValue }) {
            guard let start = text.offset(of: option.value.range.start),
                let end = text.offset(of: option.value.range.end), start < end
            else { return nil }
            return (start..<end, Array("\"\(mode.rawValue)\"".utf8))
        }
        let place = options.first?.range.start ?? policy.spec.range.start
        guard let offset = text.offset(of: place), offset < text.bytes.count else { return nil }
        let isFlow = text.bytes[offset] == UInt8(ascii: "{")
        let indent = String(repeating: " ", count: place.column - 1)
        let inserted: String
        switch (options.isEmpty, isFlow) {
        case (false, true): inserted = "{name: policy-mode, value: \(mode.rawValue)}, "
        case (false, false):
            guard place.column > 2 else { return nil }
            inserted = "name: policy-mode\n\(indent)value: \(mode.rawValue)\n\(indent.dropLast(2))- "
        case (true, true):
            return (
                offset + 1..<offset + 1,
                Array("options: [{name: policy-mode, value: \(mode.rawValue)}], ".utf8)
            )
        case (true, false):
            inserted =
                "options:\n\(indent)- name: policy-mode\n\(indent)  value: \(mode.rawValue)\n\(indent)"
        }
        return (offset..<offset, Array(inserted.utf8))
    }
}

/// Why a policy's text was not changed.
public struct PolicyEditError: Error, CustomStringConvertible {
    /// One line for each finding.
    public let description: String

    init(_ diagnostics: [Diagnostic]) {
        description = diagnostics.filter { $0.severity == .error }.map(\.description).joined(separator: "\n")
    }

    init(cannotEdit policy: TracingPolicy) {
        description =
            "\(policy.file):\(policy.range.start.line): cannot add the mode to a policy laid out like this; write `options` with `policy-mode` yourself"
    }
}
