// SPDX-License-Identifier: Apache-2.0
// What tests of metrics make them of.

import Logging
import ShrikeEvents
import ShrikeExport
import ShrikePolicy
import ShrikeProcesses
import ShrikeSensors
import ShrikeTestSupport
import ShrikeWorkloads

@testable import ShrikeDaemon
@testable import ShrikeMetrics

enum Figures {
    /// The metrics of a daemon.
    static func families(
        _ figures: EventFigures = figures(), losses: [RingLoss] = [], counters: [String: UInt64] = [:],
        labels: MetricLabels = MetricLabels(), hooks: ContainerHooks = ContainerHooks(),
        cluster: ClusterFigures? = nil, policies: [PolicyStatus] = [], runs: [HookRuns] = []
    ) -> [MetricFamily] {
        var interfaces = DaemonInterfaces(
            policies: FixedPolicies(policies: policies, hookRuns: runs), pods: NoPods(),
            events: EventBroadcast(),
            counters: { counters },
            ringLosses: { losses },
            figures: { figures }, health: { EngineHealth() }, exportRotation: ExportRotationControl(),
            processes: ProcessDumper(), containerHooks: hooks, logLevel: SharedLogLevel(.info), nodeName: "n",
            configuration: DaemonConfiguration())
        interfaces.cluster = { cluster }
        return DaemonMetrics(interfaces: interfaces, version: "1.0.0", labels: labels).families()
    }

    static func figures() -> EventFigures {
        EventFigures(
            records: 0, exported: EventCounts(), processCount: 3, processCapacity: 100,
            export: SinkCounters(
                writtenBytes: 0, writtenLines: 0, lostLines: 0, failedWrites: 0, queuedBytes: 0),
            stage: ExportStageCounters(), rings: RingFigures(criticalBytes: 100, observationBytes: 200),
            processes: ProcessCounters(), pipeline: PipelineCounters(), workloads: WorkloadFigures(),
            handling: HandlingLatencies(),
            series: EventSeries())
    }
}

/// A daemon's that cannot be changed.
private struct FixedPolicies: PolicyControl {
    let policies: [PolicyStatus]
    let hookRuns: [HookRuns]

    func make(_ changes: [PolicyChange], domain: String) throws(PolicyRefusal) -> [PolicyIdentity] { [] }
    func configure(_ policy: PolicyIdentity, isEnabled: Bool?, mode: PolicyMode?) throws(PolicyRefusal) {}
    func list() -> [PolicyStatus] { policies }
    func runs() -> [HookRuns] { hookRuns }
}

/// Takes everything.
final class Sink: LineSink {
    func write(_ bytes: UnsafeRawBufferPointer) -> Int { bytes.count }
}

/// No hook is known.
final class NoLayouts: HookLayoutProvider {
    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? { nil }
}

private struct NoPods: PodSink {
    func podsChanged(_ changed: [PodFacts], gone: [String], isComplete: Bool) {}
}
