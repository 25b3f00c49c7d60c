// SPDX-License-Identifier: Apache-2.0
// Policies from files, read and checked as shriked would.

public import ShrikeLint
public import ShrikePolicy

/// The policies of a test file, with their texts.
struct PolicySources {
    var policies: [TracingPolicy] = []
    /// By file.
    var texts: [String: SourceText] = [:]

    /// Reads and checks policy files; all that shriked would refuse is a problem.
    static func load(_ files: [(path: String, bytes: [UInt8])]) -> (
        sources: PolicySources, problems: [String]
    ) {
        var sources = PolicySources()
        var problems: [String] = []
        for (path, bytes) in files {
            let result = PolicyLoader.load(bytes, file: path)
            problems += result.diagnostics.filter { $0.severity == .error }.map(\.description)
            sources.policies += result.policies
            sources.texts[path] = SourceText(bytes)
        }
        for policy in sources.policies where problems.isEmpty {
            let diagnostics = PolicyChecker.check(policy, kernel: nil) + FeatureSupport.check(policy)
            problems += diagnostics.filter { $0.severity == .error }.map(\.description)
        }
        problems += PolicyChecker.checkDuplicates(sources.policies).map(\.description)
        return (sources, problems)
    }
}

/// Policies that shriked would take.
public struct CheckedPolicies: Sendable {
    /// The policies, in the order of their files.
    public let policies: [TracingPolicy]
    /// Their files.
    public let files: [String]

    /// Reads files and folders; tests beside the policies are passed over.
    /// - Throws: `InputError` with the first thing that is wrong.
    public init(at paths: [String]) throws(InputError) {
        var texts: [(path: String, bytes: [UInt8])] = []
        for path in paths {
            for file in try PolicyFinder.files(at: path) where !PolicyFileName.isTest(file) {
                texts.append((file, try PolicyFinder.contents(of: file)))
            }
        }
        let (sources, problems) = PolicySources.load(texts)
        if let first = problems.first {
            let rest = problems.count - 1
            throw InputError(rest == 0 ? first : "\(first) (and \(rest) more; `shrike lint` tells them)")
        }
        guard !sources.policies.isEmpty else {
            throw InputError("no policy in \(paths.joined(separator: ", "))")
        }
        policies = sources.policies
        files = texts.map(\.path)
    }
}
