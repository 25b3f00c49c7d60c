// SPDX-License-Identifier: Apache-2.0
// A pipeline for the tests, with a sink that keeps everything and layouts from a list.

import ShrikeEvents
import ShrikeExport
import ShrikeProcesses
import ShrikeSymbols
import ShrikeTestSupport

/// Keeps lines; takes no more than `room` bytes.
final class CollectingSink: LineSink {
    var bytes: [UInt8] = []
    var room = Int.max

    func write(_ lines: UnsafeRawBufferPointer) -> Int {
        var taken = lines.count
        if taken > room { taken = lines.prefix(room).lastIndex(of: 0x0a).map { $0 + 1 } ?? 0 }
        bytes += lines.prefix(taken)
        if room != .max { room -= taken }
        return taken
    }
}

/// Layouts by hook and generation.
final class LayoutList: HookLayoutProvider {
    var layouts: [HookEventLayout] = []
    var lookups = 0

    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? {
        lookups += 1
        return layouts.first { $0.hookID == hookID && $0.generation == generation }
    }
}

/// A pipeline on the node of the event reference's samples.
final class Bench {
    let sink = CollectingSink()
    let layouts = LayoutList()
    let pipeline: EventPipeline

    /// Wall time of monotonic time 0, as the samples have it: 2026-01-10T06:00:00Z.
    static let boot: Int64 = 1_768_024_800_000_000_000

    init(
        _ configuration: ExportConfiguration = ExportConfiguration(nodeName: "shrike-node-1"),
        processes: ProcessTreeConfiguration = ProcessTreeConfiguration(),
        symbols: StackSymbols = StackSymbols(procfs: "/nowhere")
    ) {
        pipeline = EventPipeline(
            configuration: configuration, processes: processes, layouts: layouts, sink: sink,
            symbols: symbols,
            clock: { ClockReading(realtime: Bench.boot, monotonic: 0, boottime: 0) })
    }

    func process(_ record: [UInt8]) {
        record.withUnsafeBytes { pipeline.process($0) }
    }

    /// What came out since the last call, line by line.
    func lines() -> [String] {
        pipeline.endOfBatch()
        defer { sink.bytes = [] }
        return String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func json() throws -> [StrictJSON] {
        pipeline.endOfBatch()
        defer { sink.bytes = [] }
        return try StrictJSON.lines(sink.bytes)
    }

    static let systemd = RecordKey(40_000_000, 1)
    static let bash = RecordKey(3_605_117_442_190, 2210)
    static let grep = RecordKey(3_711_508_000_123, 2251)

    /// The processes of the samples: the kernel, systemd, bash and grep.
    func startSamples() {
        pipeline.seed([
            ProcfsReader.kernel,
            SeededProcess(
                seed: TaskSeed(process: ProcessKey(ktime: 40_000_000, pid: 1), parent: .kernel),
                flags: [.procfs, .rootWorkingDirectory], binary: Array("/usr/lib/systemd/systemd".utf8),
                arguments: Array("--system\0--deserialize=31\0".utf8), workingDirectory: Array("/".utf8)),
        ])
        process(
            RecordBuilder.exec(
                Self.bash, parent: Self.systemd, replaced: .none, filename: "/usr/bin/bash"))
        process(RecordBuilder.fork(RecordKey(3_711_500_000_000, 2251), of: Self.bash))
        process(
            RecordBuilder.exec(
                Self.grep, parent: Self.bash, replaced: RecordKey(3_711_500_000_000, 2251),
                filename: "/usr/bin/grep", arguments: ["-r", "api key", "notes"]))
    }
}
