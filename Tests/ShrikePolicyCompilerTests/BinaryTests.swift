// SPDX-License-Identifier: Apache-2.0
// Filters on executables and on those of parents: classes and candidates.

import ShrikeABI
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct BinaryTests {
    private func compile(_ selectors: [String]) throws -> PolicyPlan {
        try ShrikePolicyCompilerTests.compile(
            policy(
                "p", args: fileArgument, selectors: selectors.map { "    - \($0)" }.joined(separator: "\n")))
    }

    /// The classes of a path; the same steps as bpf/filter/match_process.h.
    private func classes(_ path: String, _ table: BinaryTable) -> (start: Int, end: Int) {
        let first = Int(SHRIKE_BINARY_FIRST_NAMED.rawValue)
        func longest(_ parts: [String], _ matches: (String) -> Bool) -> Int? {
            parts.indices.filter { matches(parts[$0]) }.max { parts[$0].utf8.count < parts[$1].utf8.count }
        }
        let start =
            table.paths.firstIndex(of: path)
            ?? longest(table.starts) { path.hasPrefix($0) }.map { $0 + table.paths.count }
        let end = longest(table.ends) { path.hasSuffix($0) }
        return (start.map { $0 + first } ?? 0, end.map { $0 + first } ?? 0)
    }

    private func alive(_ plan: PolicyPlan, _ own: String, parent: String = "/sbin/init") throws -> [Int] {
        let hook = try #require(plan.hooks.first)
        let (start, end) = classes(own, plan.binaries)
        let (parentStart, parentEnd) = classes(parent, plan.binaries)
        let rows: [BinaryDimension: Int] = [
            .start: start, .end: end, .parentStart: parentStart, .parentEnd: parentEnd,
        ]
        return hook.selectors.indices.filter { bit in
            hook.candidates.allSatisfy { $0.value[rows[$0.key] ?? 0].contains(bit) }
        }
    }

    @Test("Starts and ends of paths")
    func parts() throws {
        let plan = try compile([
            "matchBinaries: [{operator: Prefix, values: [/usr/bin, /opt]}]",
            "matchBinaries: [{operator: NotPrefix, values: [/usr]}]",
            "matchBinaries: [{operator: Postfix, values: [sh, /python]}]",
            "matchBinaries: [{operator: NotPostfix, values: [bash]}]",
            "matchBinaries: [{operator: In, values: [/usr/bin/sh]}]",
            "matchBinaries: [{operator: NotIn, values: [/usr/bin/bash]}]",
        ])
        #expect(try alive(plan, "/usr/bin/sh") == [0, 2, 3, 4, 5])
        #expect(try alive(plan, "/usr/bin/bash") == [0, 2])
        #expect(try alive(plan, "/usr/lib/python") == [2, 3, 5])
        #expect(try alive(plan, "/opt/x/cpython") == [0, 1, 3, 5])
        #expect(try alive(plan, "/us") == [1, 3, 5])
    }

    @Test("Parents have dimensions of their own")
    func parents() throws {
        let plan = try compile([
            "matchParentBinaries: [{operator: In, values: [/bin/a]}]",
            "matchParentBinaries: [{operator: NotPostfix, values: [/a]}]",
            "matchParentBinaries: [{operator: Prefix, values: [/bin]}]\n      matchBinaries: [{operator: In, values: [/bin/b]}]",
        ])
        #expect(try alive(plan, "/bin/b", parent: "/bin/a") == [0, 2])
        #expect(try alive(plan, "/bin/a", parent: "/bin/a") == [0])
        #expect(try alive(plan, "/bin/b", parent: "/usr/bin/b") == [1])
        let dimensions = try #require(plan.hooks.first).candidates.keys
        #expect(Set(dimensions) == [.start, .parentStart, .parentEnd])
    }

    @Test("Kernel threads pass nothing, unknown binaries what is negated")
    func unnamed() throws {
        let plan = try compile([
            "matchBinaries: [{operator: Prefix, values: [/a]}]",
            "matchBinaries: [{operator: NotPrefix, values: [/a]}]",
        ])
        let rows = try #require(plan.hooks.first?.candidates[.start])
        func passing(_ row: shrike_binary_class) -> [Int] {
            (0..<2).filter { rows[Int(row.rawValue)].contains($0) }
        }
        #expect(passing(SHRIKE_BINARY_UNKNOWN) == [1])
        #expect(passing(SHRIKE_BINARY_OTHER) == [1])
        #expect(passing(SHRIKE_BINARY_KERNEL_THREAD) == [])
    }

    @Test("A part of a path that is too long")
    func limit() throws {
        let long = "/" + String(repeating: "a", count: 248)
        #expect(throws: Never.self) { try compile(["matchBinaries: [{operator: In, values: [\(long)]}]"]) }
        let error = #expect(throws: CompileError.self) {
            try compile(["matchParentBinaries: [{operator: Prefix, values: [\(long)]}]"])
        }
        #expect(
            error?.diagnostics.map(\.description) == [
                "policy-0.yaml:12:57: error: a part of a path in `matchParentBinaries` holds at most 248 bytes, this one has 249; shorten it"
            ])
    }
}
