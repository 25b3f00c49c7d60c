// SPDX-License-Identifier: Apache-2.0
// The policies that ship: each loads on this version, has nothing for the linter to say, and says itself what it is for.

import Foundation
import ShrikeLint
import ShrikePolicy
import Testing

@Suite struct LibraryTests {
    private static let folder = repository.appending(path: "policies/library")

    /// The policies' files; their tests lie beside them.
    static let files: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") && !$0.hasSuffix("_test.yaml") && !$0.hasPrefix(".") }.sorted()

    private func path(_ file: String) -> String { Self.folder.appending(path: file).path }

    @Test func thereAreMany() { #expect(Self.files.count >= 25) }

    @Test("A policy of the library loads and lints clean", arguments: files)
    func isClean(file: String) throws {
        var finder = try PolicyFinder()
        let report = Linter().lint(try finder.inputs(at: path(file)))
        #expect(lines(report) == [])
        let result = PolicyLoader.load(path: path(file))
        #expect(result.policies.map { $0.name.value + ".yaml" } == [file])
        for policy in result.policies { #expect(FeatureSupport.check(policy).map(\.description) == []) }
    }

    @Test("Each hook has a message, and the tag of a technique that the head names", arguments: files)
    func saysWhatItIsFor(file: String) throws {
        let head = try String(contentsOfFile: path(file), encoding: .utf8).split(separator: "\n").prefix {
            $0.hasPrefix("#")
        }.joined(separator: "\n")
        for part in ["# Why: ", "# Evasions: ", "# ATT&CK: T"] {
            #expect(head.contains(part), "the head lacks \(part)")
        }
        let policy = try #require(PolicyLoader.load(path: path(file)).policies.first)
        for hook in policy.spec.hooks {
            #expect(hook.message != nil)
            let techniques = hook.tags.filter { $0.hasPrefix("attack.t") }
            #expect(!techniques.isEmpty)
            for technique in techniques {
                let number = technique.dropFirst("attack.".count).uppercased()
                #expect(head.contains(number), "the head does not name \(number)")
            }
        }
    }

    @Test("The index names each policy and nothing else")
    func index() throws {
        let index = try String(
            contentsOf: repository.appending(path: "policies/README.md"), encoding: .utf8)
        let named = index.matches(of: /\(library\/([a-z0-9-]+\.yaml)\)/).map { String($0.1) }
        #expect(named.sorted() == Self.files)
    }
}
