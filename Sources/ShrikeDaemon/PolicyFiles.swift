// SPDX-License-Identifier: Apache-2.0
// From file names on the command line to checked policies.

internal import Glibc
internal import ShrikePolicy

/// Finds and reads policy files.
enum PolicyFiles {
    /// Reads and checks all policies. Trouble with one of them ends it, when all have been looked at.
    /// - Throws: `DaemonError.policies` with all that is wrong, or `.refused` for an unreadable folder.
    static func load(
        files: [String], folders: [String], kernel: any KernelFacts
    ) throws(DaemonError) -> (policies: [TracingPolicy], warnings: [Diagnostic]) {
        var policies: [TracingPolicy] = []
        var diagnostics: [Diagnostic] = []
        var paths: [String] = []
        for folder in folders { paths += try policyFiles(in: folder) }
        for file in paths + files {
            let result = PolicyLoader.load(path: file)
            policies += result.policies.filter { !result.diagnostics.hasErrors(in: $0) }
            diagnostics += result.diagnostics
        }
        for policy in policies {
            diagnostics += PolicyChecker.check(policy, kernel: kernel)
            diagnostics += FeatureSupport.check(policy)
        }
        diagnostics += PolicyChecker.checkDuplicates(policies)
        guard !diagnostics.hasErrors else { throw .policies(diagnostics.filter { $0.severity == .error }) }
        return (policies, diagnostics)
    }

    /// The policy files of a folder, by name. Names that start with a dot are passed over, as editors and
    /// Kubernetes volumes leave such behind; so are tests of policies.
    private static func policyFiles(in folder: String) throws(DaemonError) -> [String] {
        guard let handle = unsafe opendir(folder) else {
            throw .refused("cannot read the policy folder \(folder): \(String(cString: strerror(errno)))")
        }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix("."), [".yaml", ".yml", ".json"].contains(where: name.hasSuffix),
                !PolicyFileName.isTest(name)
            else {
                continue
            }
            names.append(name)
        }
        return names.sorted().map { folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)" }
    }
}
