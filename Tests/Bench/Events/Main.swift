// SPDX-License-Identifier: Apache-2.0
// shrike-bench-events [seconds]: events per second through decoder, process tree, encoder and sink.
// shrike-bench-events memory: resident memory with 10,000 live processes, and after 1,000,000 more have come and gone.
//
// Prints a table and, as its last line, one JSON object. `core` is per second of CPU time of the pipeline's thread,
// which is what one core can do; `wall` includes waiting for the writer to make room.

import BenchAllocations
import Glibc
import ShrikeEvents
import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport

/// The layouts of the workload.
final class OneLayout: HookLayoutProvider {
    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? { Workload.layout }
}

/// Takes everything and does nothing: what the pipeline alone costs.
final class NullSink: LineSink {
    func write(_ bytes: UnsafeRawBufferPointer) -> Int { bytes.count }
}

/// One measured run.
struct Measurement {
    var name: String
    var sink: String
    var lines: UInt64
    var core: Double
    var wall: Double
    var bytesPerLine: Double
    var allocationsPerLine: Double
    var dropped: UInt64

    var row: String {
        func column(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return name + column(sink, 34 - name.count) + column("\(Int(core))", 12) + column("\(Int(wall))", 12)
            + column("\(Int(bytesPerLine))", 8) + column("\(rounded(allocationsPerLine))", 10)
            + column("\(dropped)", 10)
    }
}

func rounded(_ value: Double) -> Double { (value * 1_000_000).rounded() / 1_000_000 }

func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Drives a pipeline for some seconds with the batches that `next` makes.
func measure(
    _ name: String, sink: any LineSink, _ sinkName: String, limit: Double, workload: inout Workload,
    records: (inout Workload) -> [[UInt8]], isCommands: Bool
) -> Measurement {
    let pipeline = EventPipeline(
        configuration: ExportConfiguration(nodeName: "bench-node-1"), layouts: OneLayout(), sink: sink)
    pipeline.seed(Workload.seeds)
    workload = Workload()
    for record in workload.startShells() { record.withUnsafeBytes { pipeline.process($0) } }
    pipeline.endOfBatch()
    var batch = records(&workload)
    let queue = sink as? FileDescriptorSink
    var core = 0.0
    var wall = 0.0
    var bytes = 0.0
    var allocations: UInt64 = 0
    var start = PipelineCounters()
    var round = 0
    while wall < limit {
        if round == 3 {  // the first rounds fill pools and buffers
            (core, wall, allocations) = (0, 0, 0)
            start = pipeline.counters
            bytes = Double(queue?.counters.writtenBytes ?? 0)
        }
        let allocated = bench_allocations()
        let wallStart = seconds(CLOCK_MONOTONIC)
        let coreStart = seconds(CLOCK_THREAD_CPUTIME_ID)
        for (number, record) in batch.enumerated() {
            record.withUnsafeBytes { pipeline.process($0) }
            guard number % 256 == 255 else { continue }
            pipeline.endOfBatch()
            if let queue { while queue.counters.queuedBytes > 4 << 20 { usleep(100) } }
        }
        pipeline.endOfBatch()
        core += seconds(CLOCK_THREAD_CPUTIME_ID) - coreStart
        wall += seconds(CLOCK_MONOTONIC) - wallStart
        allocations += bench_allocations() - allocated
        if isCommands {
            let delta = Workload.roundTime(batch.count / 3)
            for index in batch.indices { Workload.shift(&batch[index], by: delta) }
        }
        round += 1
    }
    queue?.flush(within: .seconds(60))
    let counters = pipeline.counters
    let lines = counters.exported.total - start.exported.total + counters.dropped.total - start.dropped.total
    return Measurement(
        name: name, sink: sinkName, lines: lines, core: Double(lines) / core, wall: Double(lines) / wall,
        bytesPerLine: (Double(queue?.counters.writtenBytes ?? 0) - bytes) / Double(lines),
        allocationsPerLine: Double(allocations) / Double(lines), dropped: counters.dropped.total)
}

@main
struct Main {
    static func main() throws {
        if CommandLine.arguments.dropFirst().first == "memory" { return MemoryBench.run() }
        let limit = CommandLine.arguments.count > 1 ? Double(CommandLine.arguments[1]) ?? 3 : 3
        let path = "/tmp/shrike-bench-events.\(getpid()).json"
        defer { unlink(path) }
        var workload = Workload()
        var results: [Measurement] = []
        print(
            "events\("sink".padded(28))\("core/s".padded(12))\("wall/s".padded(12))\("bytes".padded(8))"
                + "\("allocs".padded(10))\("dropped".padded(10))")
        for target in ["none", "/dev/null", path] {
            for kind in ["process_kprobe", "process_kprobe x4", "process_exec+exit"] {
                // A file costs the disk's space: less of it.
                let sink: any LineSink =
                    target == "none"
                    ? NullSink() : try FileDescriptorSink(path: target, onEvent: { print($0) })
                let result = measure(
                    kind, sink: sink, target == path ? "file" : target,
                    limit: target == path ? limit / 3 : limit,
                    workload: &workload,
                    records: { workload in
                        switch kind {
                        case "process_kprobe": workload.hooks(policies: 1)
                        case "process_kprobe x4": workload.hooks(policies: Workload.policies)
                        default: workload.commands(5_000)
                        }
                    }, isCommands: kind == "process_exec+exit")
                (sink as? FileDescriptorSink)?.close(within: .seconds(60))
                if target == path { truncate(path, 0) }
                results.append(result)
                print(result.row)
            }
        }
        let members = results.map { result in
            "\"\(result.name) \(result.sink)\":{\"core_per_s\":\(Int(result.core)),\"wall_per_s\":\(Int(result.wall)),"
                + "\"allocations_per_event\":\(rounded(result.allocationsPerLine)),\"dropped\":\(result.dropped)}"
        }
        print("{" + members.joined(separator: ",") + "}")
    }
}

extension String {
    /// Right-aligned.
    fileprivate func padded(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }
}
