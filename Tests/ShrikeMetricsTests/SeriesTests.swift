// SPDX-License-Identifier: Apache-2.0
// Events, policies' events and system calls are counted by the binary of their process and its pod.

import Logging
import ShrikeEvents
import ShrikeExport
import ShrikePolicy
import ShrikePolicyCompiler
import ShrikeProcesses
import ShrikeTestSupport
import ShrikeWorkloads
import Testing

@testable import ShrikeDaemon
@testable import ShrikeMetrics
@testable import ShrikeSensors

@Suite struct SeriesTests {
    @Test func eventsAreCountedByBinaryUnlessThatLabelIsOff() {
        let sink = Sink()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: NoLayouts(), sink: sink)
        for pid in 2..<5 as Range<UInt32> {
            let record = RecordBuilder.exec(
                RecordKey(UInt64(pid), pid), parent: .none, replaced: .none, filename: pid == 4 ? "/b" : "/a")
            record.withUnsafeBytes { pipeline.process($0) }
        }
        RecordBuilder.exit(RecordKey(99, 99), at: 100).withUnsafeBytes { pipeline.process($0) }
        var figures = Figures.figures()
        figures.series = pipeline.eventSeries
        let empty = "namespace=\"\",workload=\"\",pod=\"\""
        let text = MetricsFormat.prometheus.text(Figures.families(figures), prefix: "t")
        #expect(
            text.contains("t_events_total{type=\"PROCESS_EXEC\",\(empty),binary=\"/a\",node_name=\"\"} 2\n"))
        #expect(
            text.contains("t_events_total{type=\"PROCESS_EXEC\",\(empty),binary=\"/b\",node_name=\"\"} 1\n"))
        #expect(
            text.contains("t_events_total{type=\"PROCESS_EXIT\",\(empty),binary=\"\",node_name=\"\"} 1\n"))
        let other = MetricsFormat.prometheus.text(
            Figures.families(figures, labels: MetricLabels(["node_name"])), prefix: "t")
        #expect(
            other.contains("t_events_total{type=\"PROCESS_EXEC\",\(empty),binary=\"\",node_name=\"n\"} 3\n"))
    }

    @Test func eventsAreCountedByPodUntilItHasBeenGoneForLong() {
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: NoLayouts(), sink: Sink())
        var pid: UInt32 = 1
        func run(_ filename: String, group: UInt64) {
            pid += 1
            var details = RecordBuilder.ExecDetails()
            details.cgroup = group
            RecordBuilder.exec(
                RecordKey(UInt64(pid), pid), parent: .none, replaced: .none, filename: filename,
                details: details
            ).withUnsafeBytes { pipeline.process($0) }
        }
        for number in 1...2 as ClosedRange<UInt32> {
            let labels = PodLabels(
                uid: "u\(number)", namespace: "shop", workload: "web", pod: "web-\(number)")
            pipeline.processes.describe(container: number, ContainerText(beforePID: [], labels: labels))
            pipeline.processes.join(group: UInt64(70 + number), container: number)
        }
        for group in [71, 71, 72, 1] as [UInt64] { run("/a", group: group) }
        func text(_ names: String...) -> String {
            var figures = Figures.figures()
            figures.series = pipeline.eventSeries
            return MetricsFormat.prometheus.text(
                Figures.families(figures, labels: MetricLabels(names)), prefix: "t")
        }
        func sample(_ pod: String, _ count: Int) -> String {
            let namespace = pod.isEmpty ? "" : "shop"
            let workload = pod.isEmpty ? "" : "web"
            return
                "t_events_total{type=\"PROCESS_EXEC\",namespace=\"\(namespace)\",workload=\"\(workload)\",pod=\"\(pod)\","
                + "binary=\"/a\",node_name=\"\"} \(count)\n"
        }
        let all = text("namespace", "workload", "pod", "binary")
        for (pod, count) in [("web-1", 2), ("web-2", 1), ("", 1)] {
            #expect(all.contains(sample(pod, count)))
        }
        #expect(
            text("workload").contains(
                "t_events_total{type=\"PROCESS_EXEC\",namespace=\"\",workload=\"web\",pod=\"\",binary=\"\",node_name=\"\"} 3\n"
            ))
        // Gone: what was counted ends, and what still runs is counted without it.
        pipeline.processes.end(podOfSeries: "u1")
        pipeline.endOfBatch()
        RecordBuilder.exit(RecordKey(2, 2), at: 100).withUnsafeBytes { pipeline.process($0) }
        run("/a", group: 71)
        run("/b", group: 72)
        let later = text("namespace", "workload", "pod", "binary")
        #expect(!later.contains("web-1"))
        #expect(later.contains(sample("web-2", 1)) && later.contains(sample("", 2)))
        #expect(
            later.contains(
                "t_events_total{type=\"PROCESS_EXIT\",namespace=\"\",workload=\"\",pod=\"\",binary=\"/a\",node_name=\"\"} 1\n"
            ))
        #expect(!pipeline.processes.hasSeries(ofPod: "u1"))
    }

    @Test func seriesHaveABound() {
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: NoLayouts(), sink: Sink())
        for number in 1...9_000 as ClosedRange<UInt32> {
            let labels = PodLabels(uid: "u\(number)", namespace: "n", workload: "w", pod: "p\(number)")
            pipeline.processes.describe(container: 1, ContainerText(beforePID: [], labels: labels))
            pipeline.processes.join(group: 70, container: 1)
            var details = RecordBuilder.ExecDetails()
            details.cgroup = 70
            RecordBuilder.exec(
                RecordKey(UInt64(number), number), parent: .none, replaced: .none, filename: "/a",
                details: details
            ).withUnsafeBytes { pipeline.process($0) }
        }
        let series = pipeline.eventSeries
        // The one without binary, and that of the binary alone.
        #expect(series.labels.series.count == 8_193)
        var total: UInt64 = 0
        for number in series.labels.series.indices { total += series.count(kind: 0, series: number) }
        #expect(total == 9_000)
    }

    @Test func systemCallsAreCountedByName() {
        let layouts = SystemCallLayout()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: layouts, sink: Sink())
        // openat twice for two policies, i386's getpid, a number that no call has, and one that none can have.
        for (number, selectors) in [
            (257, [0, 1]), (257, [0, 1]), (0x8000_0014, [0]), (900, [0]), (70_000, [1]),
        ] as [(Int64, [Int])] {
            let record = RecordBuilder.hook(
                RecordKey(2, 2), at: 3, selectors: selectors,
                arguments: [.integer(number, type: 64), .integer(0, type: 4)])
            record.withUnsafeBytes { pipeline.process($0) }
        }
        var figures = Figures.figures()
        figures.series = pipeline.eventSeries
        let lines = MetricsFormat.prometheus.text(Figures.families(figures), prefix: "t").split(
            separator: "\n"
        )
        .filter { $0.hasPrefix("t_syscalls_total") }
        let labels = "namespace=\"\",workload=\"\",pod=\"\",binary=\"\",node_name=\"\""
        #if arch(x86_64)
            #expect(
                lines == [
                    "t_syscalls_total{syscall=\"i386/getpid\",\(labels)} 1",
                    "t_syscalls_total{syscall=\"openat\",\(labels)} 4",
                    "t_syscalls_total{syscall=\"unknown\",\(labels)} 2",
                ])
        #else
            #expect(lines.contains("t_syscalls_total{syscall=\"unknown\",\(labels)} 2"))
        #endif
    }

    /// Policies "a" and "b" on the entry of system calls, as the daemon lists them.
    private static let policies = ["a", "b"].map { name in
        PolicyStatus(
            id: 2, identity: PolicyIdentity(name: name), state: .enabled, mode: .enforce,
            hooks: ["tracepoint:raw_syscalls/sys_enter"], kernelBytes: 0, counts: ActionCounts(),
            selectorCounts: [
                SelectorKey(
                    policy: PolicyKey(name: name, namespace: ""),
                    target: HookTarget(.tracepoint, symbol: "raw_syscalls/sys_enter"), index: 0):
                    ActionCounts()
            ])
    }

    @Test func policiesEventsAndSystemCallsAreCountedByProcessToo() {
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: SystemCallLayout(), sink: Sink())
        pipeline.processes.describe(
            container: 1,
            ContainerText(
                beforePID: [], labels: PodLabels(uid: "u", namespace: "shop", workload: "web", pod: "web-1")))
        pipeline.processes.join(group: 71, container: 1)
        for (pid, group) in [(2, 71), (3, 1)] as [(UInt32, UInt64)] {
            var details = RecordBuilder.ExecDetails()
            details.cgroup = group
            RecordBuilder.exec(
                RecordKey(UInt64(pid), pid), parent: .none, replaced: .none, filename: "/x", details: details
            ).withUnsafeBytes { pipeline.process($0) }
        }
        func call(_ pid: UInt32, _ selectors: [Int]) {
            RecordBuilder.hook(
                RecordKey(UInt64(pid), pid), at: 9, selectors: selectors,
                arguments: [.integer(70_000, type: 64), .integer(0, type: 4)]
            ).withUnsafeBytes { pipeline.process($0) }
        }
        func lines(_ family: String, _ policies: [PolicyStatus] = Self.policies) -> [Substring] {
            var figures = Figures.figures()
            figures.series = pipeline.eventSeries
            return MetricsFormat.prometheus.text(
                Figures.families(
                    figures, labels: MetricLabels(["namespace", "pod", "binary"]), policies: policies),
                prefix: "t"
            ).split(separator: "\n").filter { $0.hasPrefix(family) }
        }
        func labels(_ namespace: String, _ pod: String, _ binary: String) -> String {
            "namespace=\"\(namespace)\",workload=\"\",pod=\"\(pod)\",binary=\"\(binary)\",node_name=\"\"}"
        }
        let none = labels("", "", "")
        let hook = "hook=\"tracepoint:raw_syscalls/sys_enter\""
        #expect(
            lines("t_policy_events_total") == [
                "t_policy_events_total{policy=\"a\",\(hook),\(none) 0",
                "t_policy_events_total{policy=\"b\",\(hook),\(none) 0",
            ])
        call(2, [0, 1])
        call(2, [1])
        call(3, [1])
        call(99, [0])
        let pod = labels("shop", "web-1", "/x")
        let host = labels("", "", "/x")
        let events: [Substring] = [
            "t_policy_events_total{policy=\"a\",\(hook),\(none) 1",
            "t_policy_events_total{policy=\"a\",\(hook),\(pod) 1",
            "t_policy_events_total{policy=\"b\",\(hook),\(none) 0",
            "t_policy_events_total{policy=\"b\",\(hook),\(pod) 2",
            "t_policy_events_total{policy=\"b\",\(hook),\(host) 1",
        ]
        #expect(lines("t_policy_events_total") == events)
        #expect(
            lines("t_syscalls_total") == [
                "t_syscalls_total{syscall=\"unknown\",\(none) 1",
                "t_syscalls_total{syscall=\"unknown\",\(pod) 3",
                "t_syscalls_total{syscall=\"unknown\",\(host) 1",
            ])
        // A policy that is gone takes its series with it, and so does a pod.
        #expect(lines("t_policy_events_total", [Self.policies[0]]) == Array(events[..<2]))
        pipeline.processes.end(podOfSeries: "u")
        pipeline.endOfBatch()
        #expect(lines("t_policy_events_total") == [events[0], events[2], events[4]])
        #expect(lines("t_syscalls_total").count == 2)
        call(2, [1])
        #expect(lines("t_policy_events_total").last?.hasSuffix("\(host) 2") == true)
    }

    @Test func rowsOfPoliciesHaveABoundAndLoseNoEvent() {
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: SystemCallLayout(), sink: Sink())
        for number in 1...420 as ClosedRange<UInt32> {
            RecordBuilder.exec(
                RecordKey(UInt64(number), number), parent: .none, replaced: .none, filename: "/\(number)"
            ).withUnsafeBytes { pipeline.process($0) }
            for call in 0..<40 {
                RecordBuilder.hook(
                    RecordKey(UInt64(number), number), at: 9, selectors: [0],
                    arguments: [.integer(Int64(call), type: 64), .integer(0, type: 4)]
                ).withUnsafeBytes { pipeline.process($0) }
            }
        }
        let calls = pipeline.eventSeries.systemCalls
        #expect(calls.count == 16_384 + 40)
        #expect(calls.reduce(0) { $0 + $1.count } == 16_800)
        #expect(pipeline.eventSeries.policyEvents.reduce(0) { $0 + $1.count } == 16_800)
    }

    @Test func hooksHaveTheNamesOfTheReference() {
        let place = UserProbeEventPlace(path: "/usr/bin/bash", symbol: "readline")
        let kinds: [(HookEventKind, String)] = [
            (.kprobe, "kprobe:f"), (.lsm, "lsm:f"),
            (.tracepoint(subsystem: "sched", event: "sched_switch"), "tracepoint:sched/sched_switch"),
            (.uprobe(place), "uprobe:/usr/bin/bash/readline"),
            (.uprobe(UserProbeEventPlace(path: "/b", offset: 4_096)), "uprobe:/b/0x1000"),
            (.usdt(path: "/b", provider: "libc", name: "setjmp"), "usdt:libc/setjmp"),
        ]
        for (kind, name) in kinds { #expect(kind.metricName(function: "f") == name) }
    }

    @Test func namesOfPoliciesHaveABound() {
        let layouts = ManyLayouts()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(nodeName: "n"), layouts: layouts, sink: Sink())
        for hook in 1...20 as ClosedRange<UInt32> {
            RecordBuilder.hook(RecordKey(2, 2), at: 3, hook: hook, selectors: [0, 999], words: 16)
                .withUnsafeBytes { pipeline.process($0) }
        }
        // 16 hooks of 1,000 policies have names; with the next they began anew.
        #expect(pipeline.eventSeries.policyEvents.count == 4 * 2)
    }
}

/// Two policies on the entry of system calls that declare the number.
private final class SystemCallLayout: HookLayoutProvider {
    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? {
        HookEventLayout(
            hookID: hookID, generation: generation,
            kind: .tracepoint(subsystem: "raw_syscalls", event: "sys_enter"),
            functionName: "raw_syscalls/sys_enter",
            slots: [ArgumentSlot(index: 4, type: .systemCall), ArgumentSlot(index: 5, type: .uint64)],
            policies: ["a", "b"].map { name in
                PolicyEventLayout(
                    name: name, arguments: [PolicyArgumentLayout(slot: 0, type: .systemCall)])
            },
            selectors: [SelectorEventLayout(policy: 0), SelectorEventLayout(policy: 1)])
    }
}

/// A thousand policies on each hook, each with a name of its own.
private final class ManyLayouts: HookLayoutProvider {
    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? {
        HookEventLayout(
            hookID: hookID, generation: generation, functionName: "f",
            policies: (0..<1_000).map { PolicyEventLayout(name: "\(hookID)-\($0)") },
            selectors: (0..<1_000).map { SelectorEventLayout(policy: $0) })
    }
}
