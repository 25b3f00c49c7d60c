// SPDX-License-Identifier: Apache-2.0
// Why the daemon does not start. Each prints as lines for a person; the process ends with status 1.

public import ShrikeBPF
public import ShrikePolicy

/// A refusal to start, with nothing left attached.
public enum DaemonError: Error, CustomStringConvertible {
    /// One line that says what is missing.
    case refused(String)
    /// Policies that are wrong; each diagnostic names its place.
    case policies([Diagnostic])
    /// The kernel refused something.
    case kernel(BPFError)

    init(_ refusal: PolicyRefusal) {
        switch refusal {
        case .invalid(let diagnostics): self = .policies(diagnostics)
        case .refused(let reason): self = .refused(reason)
        }
    }

    /// What a person reads: one line, or one for each finding.
    public var description: String {
        switch self {
        case .refused(let reason): reason
        case .policies(let diagnostics): diagnostics.map(\.description).joined(separator: "\n")
        case .kernel(let error): error.description
        }
    }
}
