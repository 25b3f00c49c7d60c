// SPDX-License-Identifier: Apache-2.0
// Whether a policy is taken into the cluster: what the linter says, in terms of the object's fields.

public import ShrikeLint
internal import ShrikePolicy

/// Looks at policies before they are in the cluster. Any thread.
public struct PolicyReviewer: Sendable {
    /// Most findings of an answer.
    private static let findingLimit = 10
    /// Most characters of a warning: the API server cuts longer ones.
    private static let warningLength = 256
    /// Most characters of a finding in a refusal.
    private static let refusalLength = 1_024

    private let linter: Linter
    private let configuration: LintConfiguration

    /// - Parameter configuration: which rules are errors, and which are off.
    public init(linter: Linter, configuration: LintConfiguration = LintConfiguration()) {
        (self.linter, self.configuration) = (linter, configuration)
    }

    /// What is answered.
    func review(_ request: AdmissionRequest) -> AdmissionAnswer {
        // What goes is not looked at, and who changes a label does not answer for the spec: a policy that an earlier
        // version took must not get stuck.
        guard let document = request.document, !request.isSameSpec, !request.isEnding else {
            return AdmissionAnswer()
        }
        let file = request.namespace.isEmpty ? request.name : "\(request.namespace)/\(request.name)"
        let report = linter.lint([LintInput(file: file, bytes: document, configuration: configuration)])
        guard report.policies > 0 || !report.findings.isEmpty else {
            return AdmissionAnswer(refusal: "it is no TracingPolicy and no TracingPolicyNamespaced")
        }
        let root = YAMLStream(document, file: file).documents.first
        func texts(_ severity: Severity, _ length: Int) -> [String] {
            report.findings.filter { $0.severity == severity }.map { Self.text($0, root, length) }
        }
        let errors = texts(.error, Self.refusalLength)
        return AdmissionAnswer(
            refusal: errors.isEmpty ? nil : Self.bounded(errors).joined(separator: "; "),
            warnings: Self.bounded(
                texts(.warning, Self.warningLength) + texts(.info, Self.warningLength)))
    }

    /// `SHR203 spec.kprobes[0].call: there is no function …; help`
    private static func text(_ finding: LintFinding, _ root: YAMLNode?, _ length: Int) -> String {
        let field = root.map { FieldPath.innermost(at: finding.range.start, in: $0) } ?? ""
        let place = field.isEmpty ? finding.rule : "\(finding.rule) \(field)"
        let kernels = finding.kernels.isEmpty ? "" : " (\(finding.kernels.joined(separator: ", ")))"
        let text =
            "\(place): \(finding.message)\(kernels)" + (finding.help.map { "; \($0)" } ?? "")
        return text.count <= length ? text : String(text.prefix(length - 1)) + "…"
    }

    private static func bounded(_ texts: [String]) -> [String] {
        guard texts.count > findingLimit else { return texts }
        return texts.prefix(findingLimit) + [
            "and \(texts.count - findingLimit) more; `shrike lint` shows all"
        ]
    }
}
