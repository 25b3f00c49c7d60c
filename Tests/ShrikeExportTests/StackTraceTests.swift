// SPDX-License-Identifier: Apache-2.0
// Stack traces in lines: where they stand, for which policies, and what is in them.

import Foundation
import ShrikeEvents
import ShrikeExport
import ShrikeProcesses
import ShrikeSymbols
import ShrikeTestSupport
import Testing

@Suite("Stack traces")
struct StackTraceTests {
    /// A kernel with two functions.
    private func symbols() throws -> (StackSymbols, folder: String) {
        let folder = FileManager.default.temporaryDirectory.path + "/stacks-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = """
            ffffffff81000000 T _stext
            ffffffff81000100 T inner
            ffffffff81000200 T outer
            ffffffff81001000 T _etext

            """
        try text.write(toFile: folder + "/kallsyms", atomically: true, encoding: .utf8)
        return (StackSymbols(procfs: folder), folder)
    }

    private func events(
        _ configuration: ExportConfiguration, _ symbols: StackSymbols, function: String = "inner"
    ) -> [String] {
        let bench = Bench(configuration, symbols: symbols)
        bench.startSamples()
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, functionName: function,
                policies: [
                    PolicyEventLayout(name: "with", tags: ["tt"]), PolicyEventLayout(name: "without"),
                ],
                selectors: [
                    SelectorEventLayout(policy: 0, stacks: [.kernel, .user]), SelectorEventLayout(policy: 1),
                ])
        ]
        _ = bench.lines()
        bench.process(
            RecordBuilder.hook(
                Bench.grep, at: 3_711_511_220_004, selectors: [0, 1], flags: 0xC0,
                stacks: [[0xffff_ffff_c000_0000, 0xffff_ffff_8100_0101, 0xffff_ffff_8100_0294], [0x10]]))
        return bench.lines().compactMap { line in
            guard let start = line.firstRange(of: #""action""#),
                let end = line.firstRange(of: #","ancestors""#)
            else { return nil }
            return String(line[start.lowerBound..<end.lowerBound])
        }
    }

    private static let end =
        #""policy_name":"with","return_action":"KPROBE_ACTION_POST","tags":["tt"]"#
    private static let other =
        #""action":"KPROBE_ACTION_POST","policy_name":"without","return_action":"KPROBE_ACTION_POST""#

    @Test("The policy that asks for it has the trace, without what has no name")
    func names() throws {
        let (symbols, folder) = try symbols()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(
            events(ExportConfiguration(nodeName: "n"), symbols) == [
                #""action":"KPROBE_ACTION_POST","kernel_stack_trace":[{"offset":"1","symbol":"inner"},"#
                    + #"{"offset":"148","symbol":"outer"}],"# + Self.end,
                Self.other,
            ])
        #expect(symbols.unnamedFrames == 1)
    }

    @Test("Addresses are told when the operator wants them")
    func addresses() throws {
        let (symbols, folder) = try symbols()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(
            events(ExportConfiguration(nodeName: "n", exposesStackAddresses: true), symbols) == [
                #""action":"KPROBE_ACTION_POST","kernel_stack_trace":["#
                    + #"{"address":"18446744071578845441","offset":"1","symbol":"inner"},"#
                    + #"{"address":"18446744071578845844","offset":"148","symbol":"outer"}],"# + Self.end,
                Self.other,
            ])
    }

    @Test("The trace begins with the hooked function, if it is in it")
    func beginning() throws {
        let (symbols, folder) = try symbols()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let configuration = ExportConfiguration(nodeName: "n")
        #expect(
            events(configuration, symbols, function: "outer")[0].hasPrefix(
                #""action":"KPROBE_ACTION_POST","kernel_stack_trace":[{"offset":"148","symbol":"outer"}],"#))
        #expect(
            events(configuration, symbols, function: "other")[0].hasPrefix(
                #""action":"KPROBE_ACTION_POST","kernel_stack_trace":[{"offset":"1","symbol":"inner"},"#))
    }
}
