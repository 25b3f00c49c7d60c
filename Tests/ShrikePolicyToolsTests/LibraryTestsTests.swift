// SPDX-License-Identifier: Apache-2.0
// The policies that ship pass their own tests, which exercise every selector and value, and notice every mutant.

import Foundation
import ShrikePolicyTools
import Testing

@Suite struct LibraryTestsTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "policies/library")

    private static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

    /// The files of tests.
    static let files = names.filter { $0.hasSuffix("_test.yaml") }

    @Test func everyPolicyHasTests() {
        let policies = Self.names.filter {
            $0.hasSuffix(".yaml") && !$0.hasSuffix("_test.yaml") && !$0.hasPrefix(".")
        }
        #expect(Self.files == policies.map { $0.dropLast(".yaml".count) + "_test.yaml" }.sorted())
    }

    @Test("A policy's tests hold, leave nothing out and notice every mutant", arguments: files)
    func holds(file: String) {
        var options = TestOptions()
        options.measuresCoverage = true
        options.mutates = true
        let result = TestRunner(options).run(Self.folder.appending(path: file).path)
        #expect(result.problems == [])
        #expect(result.cases.compactMap(\.failure).map { "\($0)" } == [])
        #expect(result.uncovered.map { "\($0)" } == [])
        #expect(result.survivors.map { "\($0)" } == [])
        #expect((result.mutants ?? 0) > 0)
    }
}
