// SPDX-License-Identifier: Apache-2.0
// LSM events with the hash of their file, which the kernel sends behind the event.

import ShrikeEvents
import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport
import Testing

@Suite struct FileHashTests {
    private static let time: UInt64 = 3_711_511_220_004
    private static let digest = [UInt8](0..<32)
    private static let digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    /// A hook with a policy that wants the hash and one that does not.
    private func bench() -> Bench {
        let bench = Bench()
        bench.startSamples()
        let file = [PolicyArgumentLayout(slot: 0, type: .file)]
        bench.layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, kind: .lsm, functionName: "file_open",
                slots: [ArgumentSlot(index: 0, type: .file)],
                policies: [
                    PolicyEventLayout(name: "hashed", message: "m", tags: ["t"], arguments: file),
                    PolicyEventLayout(name: "plain", arguments: file),
                ],
                selectors: [
                    SelectorEventLayout(policy: 0, actions: [.override(-13)], hasHash: true),
                    SelectorEventLayout(policy: 1),
                ])
        ]
        _ = bench.lines()
        return bench
    }

    private func event(at time: UInt64 = Self.time) -> [UInt8] {
        RecordBuilder.hook(
            Bench.grep, at: time, selectors: [0, 1], arguments: [.file("/etc/shadow")], flags: 0x2004,
            overrideError: -13)
    }

    private func hash(
        of time: UInt64 = Self.time, algorithm: Int32 = 4, _ digest: [UInt8] = Self.digest
    ) -> [UInt8] {
        RecordBuilder.hash(
            of: Bench.grep, recordTime: time, at: time + 1_000, algorithm: algorithm, digest: digest)
    }

    /// What stands behind the process and its parent.
    private func tail(_ line: String) -> String {
        let marker = #","function_name""#
        return line.firstRange(of: marker).map { String(line[$0.lowerBound...]) } ?? line
    }

    private func tail(_ policy: String, _ members: String, _ hash: String) -> String {
        let ancestor =
            #"{"exec_id":"c2hyaWtlLW5vZGUtMTo0MDAwMDAwMDox","pid":1,"uid":0,"cwd":"/","#
            + #""binary":"/usr/lib/systemd/systemd","arguments":"--system --deserialize=31","#
            + #""flags":"procFS rootcwd","start_time":"2026-01-10T06:00:00.040Z","auid":4294967295,"#
            + #""parent_exec_id":"c2hyaWtlLW5vZGUtMToxOjA=","tid":1,"in_init_tree":false}"#
        return
            #","function_name":"file_open","policy_name":"\#(policy)"\#(members),"ancestors":[\#(ancestor)]"#
            + #"\#(hash)},"node_name":"shrike-node-1","time":"2026-01-10T07:01:51.511220004Z"}"#
    }

    private let file = #""args":[{"file_arg":{"path":"/etc/shadow","permission":"-rw-r-----"}}],"#

    @Test("The hash is the last member, of the policy that asked for it")
    func golden() {
        let bench = bench()
        bench.process(event())
        #expect(bench.lines() == [])
        bench.process(hash())
        #expect(
            bench.lines().map(tail) == [
                tail(
                    "hashed", #","message":"m",\#(file)"action":"KPROBE_ACTION_OVERRIDE","tags":["t"]"#,
                    #","ima_hash":"sha256:\#(Self.digits)""#),
                tail("plain", #",\#(file)"action":"KPROBE_ACTION_POST""#, ""),
            ])
        #expect(bench.pipeline.counters.exported.lsm == 2)
    }

    @Test(
        "Each algorithm has its name and length",
        arguments: [
            (1, "md5", 16), (2, "sha1", 20), (4, "sha256", 32), (6, "sha512", 64), (13, "wp512", 64),
            (17, "sm3", 32),
        ] as [(Int32, String, Int)])
    func algorithms(number: Int32, name: String, length: Int) throws {
        let bench = bench()
        bench.process(event())
        bench.process(hash(algorithm: number, [UInt8](repeating: 0xa5, count: 64)))
        let text = try #require(try bench.json().first?["process_lsm"]?["ima_hash"]?.text)
        #expect(text == name + ":" + String(repeating: "a5", count: length))
    }

    @Test(
        "A file without a hash, and an algorithm that events cannot tell, leave the event without",
        arguments: [-95, 3] as [Int32])
    func without(algorithm: Int32) throws {
        let bench = bench()
        bench.process(event())
        bench.process(hash(algorithm: algorithm))
        let lines = try bench.json()
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0["process_lsm"] != nil && $0["process_lsm"]?["ima_hash"] == nil })
    }

    @Test("A hash of another event finds nobody, and of too many that wait the oldest goes without")
    func bounded() throws {
        let bench = bench()
        bench.process(event())
        bench.process(hash(of: Self.time + 1))
        #expect(bench.lines() == [])
        for number in 1...256 as ClosedRange<UInt64> { bench.process(event(at: Self.time + number * 10)) }
        let oldest = try bench.json()
        #expect(oldest.count == 2)
        #expect(oldest[0]["time"]?.text == "2026-01-10T07:01:51.511220004Z")
        #expect(oldest[0]["process_lsm"]?["ima_hash"] == nil)
    }
}
