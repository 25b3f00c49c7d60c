// SPDX-License-Identifier: Apache-2.0
// Events that wait until more is known of their container.

import ShrikeEvents
import ShrikeExport
import ShrikeProcesses
import ShrikeTestSupport
import Testing

/// The time that events wait by, and the groups that were told of.
private final class Kernel {
    var now = ContinuousClock.now
    var groups: [GroupChange] = []
}

@Suite struct HeldEventsTests {
    private let kernel = Kernel()
    private let sink = CollectingSink()
    private let layouts = LayoutList()
    private let pipeline: EventPipeline
    private let app = RecordKey(2_000, 6)

    init() {
        pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: layouts, sink: sink,
            clock: { ClockReading(realtime: Bench.boot, monotonic: 0, boottime: 0) },
            now: { [kernel] in kernel.now }, onGroup: { [kernel] change, _ in kernel.groups.append(change) })
        pipeline.processes.describe(container: 1, text(isAwaited: true))
        pipeline.processes.join(group: 70, container: 1)
    }

    private func text(isAwaited: Bool) -> ContainerText {
        isAwaited
            ? ContainerText(beforePID: Array(",\"docker\":\"3b\"".utf8), isAwaited: true)
            : ContainerText(
                beforePID: Array(",\"pod\":{\"name\":\"web-0\",\"container\":{\"id\":\"3b\"".utf8),
                afterPID: Array("}},\"docker\":\"3b\"".utf8))
    }

    private func process(_ record: [UInt8]) { record.withUnsafeBytes { pipeline.process($0) } }

    private func exec(_ key: RecordKey, group: UInt64 = 70, parent: RecordKey = .none) {
        var details = RecordBuilder.ExecDetails()
        details.cgroup = group
        details.namespacePID = 4
        process(
            RecordBuilder.exec(
                key, parent: parent, replaced: .none, filename: "/bin/app", details: details))
    }

    private func tellThePod() {
        pipeline.processes.describe(container: 1, text(isAwaited: false))
        pipeline.containersChanged()
    }

    private func lines() throws -> [StrictJSON] {
        pipeline.endOfBatch()
        defer { sink.bytes = [] }
        return try StrictJSON.lines(sink.bytes)
    }

    @Test func eventsWaitForTheirPodInTheirOrder() throws {
        exec(app)
        exec(RecordKey(2_100, 7), group: 7)
        process(RecordBuilder.exit(app, at: 9_000_000_000))
        // The host's go at once.
        var events = try lines()
        #expect(events.count == 1)
        #expect(events.first?["process_exec"]?["process"]?["pid"]?.integer == 7)
        // Time that would make the tree forget the process.
        exec(RecordKey(99_000_000_000, 8), group: 7)
        for _ in 0..<4 { _ = try lines() }
        tellThePod()
        events = try lines()
        #expect(events.map { $0.keys.first } == ["process_exec", "process_exit"])
        for event in events {
            let process = (event["process_exec"] ?? event["process_exit"])?["process"]
            #expect(process?["pid"]?.integer == 6)
            #expect(process?["pod"]?["name"]?.text == "web-0")
            #expect(process?["pod"]?["container"]?["pid"]?.integer == 4)
        }
        #expect(pipeline.counters.heldEvents == 2)
        #expect(pipeline.counters.incompleteEvents == 0)
        // Nothing keeps it any longer.
        exec(RecordKey(199_000_000_000, 9), group: 7)
        for _ in 0..<4 { _ = try lines() }
        #expect(pipeline.processes.find(ProcessKey(ktime: 2_000, pid: 6)) == nil)
    }

    @Test func whatHasWaitedLongEnoughGoesWithoutAndSaysSo() throws {
        exec(app)
        exec(RecordKey(2_100, 7), parent: app)
        kernel.now += .milliseconds(4_900)
        #expect(try lines() == [])
        kernel.now += .milliseconds(100)
        let events = try lines()
        #expect(events.count == 2)
        for event in events {
            #expect(event["process_exec"]?["process"]?["docker"]?.text == "3b")
            #expect(event["process_exec"]?["process"]?["pod"] == nil)
        }
        #expect(pipeline.counters.incompleteEvents == 2)
        // Nobody waits a second time, and who executes later has what is known then.
        exec(RecordKey(2_200, 8), parent: app)
        #expect(try lines().count == 1)
        tellThePod()
        exec(RecordKey(2_300, 9), parent: app)
        #expect(try lines().first?["process_exec"]?["process"]?["pod"]?["name"]?.text == "web-0")
        #expect(pipeline.counters.incompleteEvents == 2)
    }

    @Test func hookEventsWaitToo() throws {
        layouts.layouts = [
            HookEventLayout(
                hookID: 1, generation: 1, kind: .kprobe, functionName: "security_file_open",
                policies: [], selectors: [])
        ]
        exec(app)
        process(RecordBuilder.hook(app, at: 2_050, selectors: [], arguments: []))
        #expect(pipeline.counters.heldEvents == 2)
        #expect(pipeline.counters.kinds.hooks.kprobe == 0)
        tellThePod()
        _ = try lines()
        #expect(pipeline.counters.kinds.hooks.kprobe == 1)
    }

    @Test func whatThereWasAtStartWaitsToo() throws {
        pipeline.seed([
            ProcfsReader.kernel,
            SeededProcess(
                seed: TaskSeed(
                    process: ProcessKey(ktime: 40_000_000, pid: 41), parent: .kernel, cgroupID: 70,
                    namespacePID: 1), flags: [.procfs], binary: Array("/bin/old".utf8)),
        ])
        #expect(try lines().count == 1)
        tellThePod()
        let events = try lines()
        #expect(events.count == 1)
        #expect(events.first?["process_exec"]?["process"]?["pod"]?["container"]?["pid"]?.integer == 1)
    }

    @Test func aFloodIsBoundedAndTheOldestGoFirst() throws {
        for number in 0..<UInt32(8_200) { exec(RecordKey(10_000 + UInt64(number), 100 + number)) }
        // Eight beyond the limit, and the one that filled the last place.
        let events = try lines()
        #expect(events.count == 9)
        #expect(events.first?["process_exec"]?["process"]?["pid"]?.integer == 100)
        #expect(pipeline.counters.incompleteEvents == 9)
        tellThePod()
        #expect(try lines().count == 8_191)
    }

    @Test func atTheEndNothingIsKept() throws {
        exec(app)
        #expect(try lines() == [])
        pipeline.endHeld()
        #expect(try lines().count == 1)
        #expect(pipeline.counters.incompleteEvents == 1)
    }

    @Test func aContainerThatEndsIsNotWaitedFor() throws {
        exec(app)
        pipeline.processes.leave(group: 70)
        pipeline.processes.end(container: 1)
        process(RecordBuilder.groupGone(70))
        #expect(try lines().count == 1)
        #expect(pipeline.counters.incompleteEvents == 1)
        #expect(kernel.groups == [.gone(cgroupID: 70)])
    }

    @Test func groupsAreHandedOn() {
        process(RecordBuilder.groupMade(71, parent: 70, "cri-containerd-3b.scope"))
        #expect(
            kernel.groups == [.made(cgroupID: 71, parentID: 70, name: "cri-containerd-3b.scope", ktime: 1)])
    }
}
