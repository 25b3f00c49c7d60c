// SPDX-License-Identifier: Apache-2.0
// What the process tree and the pipeline hold: resident memory of this process, which does nothing else.

import Glibc
import ShrikeExport
import ShrikeProcesses

/// Feeds a node's life to a pipeline and looks at the process's memory.
enum MemoryBench {
    private static let liveProcesses = 10_000
    private static let pairs = 1_000_000
    private static let commandsARound = 5_000

    /// Prints a table and, as its last line, one JSON object; sizes in bytes.
    static func run() {
        let sink = NullSink()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "bench-node-1"), layouts: OneLayout(), sink: sink)
        func feed(_ records: [[UInt8]]) {
            for (number, record) in records.enumerated() {
                record.withUnsafeBytes { pipeline.process($0) }
                if number % 256 == 255 { pipeline.endOfBatch() }
            }
            pipeline.endOfBatch()
        }
        let base = residentBytes()
        var workload = Workload()
        pipeline.seed(Workload.seeds)
        feed(workload.startShells())
        feed(workload.startServices(liveProcesses - pipeline.processes.count))
        // Made here, so that the records themselves are in both figures.
        var batch = workload.commands(commandsARound)
        let live = pipeline.processes.count
        let atStart = residentBytes()
        var done = 0
        while done < pairs {
            feed(batch)
            done += commandsARound
            let delta = Workload.roundTime(commandsARound)
            for index in batch.indices { Workload.shift(&batch[index], by: delta) }
        }
        let atEnd = residentBytes()
        let growth = Double(atEnd - atStart) / Double(atStart) * 100
        print("live processes \(live), images in the tree at the end \(pipeline.processes.count)")
        print("resident before any process      \(base / 1_000_000) MB")
        print("resident with \(live) live        \(atStart / 1_000_000) MB")
        print("after \(done) exec/exit pairs  \(atEnd / 1_000_000) MB (\(rounded(growth)) % more)")
        print(
            "{\"live_processes\":\(live),\"resident_live_bytes\":\(atStart),\"pairs\":\(done),"
                + "\"resident_after_pairs_bytes\":\(atEnd),\"growth_percent\":\(rounded(growth)),"
                + "\"text_bytes\":\(pipeline.processes.fragmentBytes)}")
    }

    /// The second number of statm is resident pages.
    private static func residentBytes() -> Int {
        let file = open("/proc/self/statm", O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        let words = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * Int(getpagesize())
    }
}
