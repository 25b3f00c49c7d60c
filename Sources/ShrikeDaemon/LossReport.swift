// SPDX-License-Identifier: Apache-2.0
// What was lost since the last report, in words. Silence means that nothing was.

internal import Logging
internal import ShrikeABI
internal import ShrikeExport
internal import ShrikeProcesses
internal import ShrikeSensors
internal import ShrikeSymbols

/// All counters of loss, by name.
struct LossCounters: Sendable {
    let processes: ProcessSensor
    let loop: EventLoop
    let sink: FileDescriptorSink
    let stage: ExportStage?
    let events: EventBroadcast
    let symbols: StackSymbols
    let reactions: (any EventReactions)?

    /// What each kernel counter counts; `enum shrike_counter`.
    private static let kernelNames: [(shrike_counter, String)] = [
        (SHRIKE_COUNTER_LOST_FORK, "lost.fork"), (SHRIKE_COUNTER_LOST_EXEC, "lost.exec"),
        (SHRIKE_COUNTER_LOST_EXIT, "lost.exit"), (SHRIKE_COUNTER_LOST_EXEC_ARGS, "lost.exec_args"),
        (SHRIKE_COUNTER_LOST_EXEC_ENVIRONMENT, "lost.exec_environment"),
        (SHRIKE_COUNTER_LOST_OBSERVATION, "lost.observation"),
        (SHRIKE_COUNTER_LOST_ENFORCEMENT, "lost.enforcement"),
        (SHRIKE_COUNTER_NO_TASK_STATE, "kernel.no_task_state"),
        (SHRIKE_COUNTER_NO_SCRATCH, "kernel.no_scratch"),
        (SHRIKE_COUNTER_BAD_ARGUMENT, "kernel.bad_argument"),
        (SHRIKE_COUNTER_TRUNCATED_PATH, "kernel.truncated_path"),
        (SHRIKE_COUNTER_SIGNAL_FAILED, "kernel.signal_failed"),
        (SHRIKE_COUNTER_NO_ENFORCER_NOTE, "kernel.no_enforcer_note"),
        (SHRIKE_COUNTER_MISSED_ENFORCER_NOTE, "kernel.missed_enforcer_note"),
        (SHRIKE_COUNTER_THROTTLED, "throttled.records"), (SHRIKE_COUNTER_LOST_THROTTLE, "lost.throttle"),
        (SHRIKE_COUNTER_LOST_GROUP, "lost.group"),
        (SHRIKE_COUNTER_NO_STACK, "kernel.no_stack"),
        (SHRIKE_COUNTER_LOST_USER_CALL, "kernel.lost_user_call"),
        (SHRIKE_COUNTER_CHANGE_FAILED, "kernel.change_failed"),
    ]

    /// Records that found no room in their ring, by what they were and the CPU that wrote them; only what there was.
    func lossesByCPU() -> [RingLoss] {
        guard let byCPU = try? processes.countersByCPU() else { return [] }
        return Self.kernelNames.flatMap { counter, name -> [RingLoss] in
            guard name.hasPrefix("lost.") else { return [] }
            return byCPU.enumerated().compactMap { cpu, values in
                let count = values[Int(counter.rawValue)]
                return count == 0 ? nil : RingLoss(kind: String(name.dropFirst(5)), cpu: cpu, count: count)
            }
        }
    }

    /// Reads them all; any thread. Those that the kernel does not tell are left out.
    func read() -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        if let sums = try? processes.counters() {
            for (counter, name) in Self.kernelNames { counters[name] = sums[Int(counter.rawValue)] }
        }
        let figures = loop.figures
        counters["events.undecodable"] = figures.pipeline.undecodable
        counters["events.unknown_layout"] = figures.pipeline.unknownLayouts
        counters["events.lost_loads"] = figures.pipeline.lostLoads
        counters["events.layout_mismatch"] = figures.pipeline.layoutMismatches
        counters["export.dropped"] = figures.pipeline.dropped.total
        counters["grpc.lost_lines"] = events.lostLines
        counters["grpc.undecodable_lines"] = events.undecodableLines
        counters["export.lost_lines"] = sink.counters.lostLines
        counters["export.rate_limited"] = stage?.counters.rateLimited ?? 0
        counters["processes.unknown"] = figures.processes.unknownProcesses
        counters["processes.unmatched_argument_parts"] = figures.processes.unmatchedArgumentParts
        counters["processes.lost_exits"] = figures.processes.lostExits
        counters["processes.evicted_live"] = figures.processes.evictedLive
        counters["processes.reduced"] = figures.processes.reducedProcesses
        counters["events.incomplete_container"] = figures.pipeline.incompleteEvents
        counters["workloads.refused_groups"] = figures.workloads.refusedGroups
        counters["workloads.refused_pods"] = figures.workloads.refusedPods
        counters["workloads.untold_groups"] = figures.workloads.untoldScopes
        counters["stacks.unnamed_frames"] = symbols.unnamedFrames
        counters["rings.passed_busy"] = UInt64(figures.passedBusy)
        if let reactions { counters.merge(reactions.losses) { $1 } }
        return counters
    }
}

/// Compares counters with the last ones and logs those that grew.
struct LossReport {
    /// Counters whose growth is so many events that the stream lacks; lines that the pipeline could not hand on are
    /// told of by itself.
    private static let events = [
        "lost.exec", "lost.exit", "lost.observation", "lost.enforcement", "export.lost_lines",
    ]
    private var last: [String: UInt64] = [:]

    /// Logs what grew, in one line.
    /// - Returns: the events that the stream lacks since the last report.
    @discardableResult
    mutating func report(_ counters: [String: UInt64], _ logger: Logger) -> UInt64 {
        let missing = Self.events.reduce(into: UInt64(0)) { sum, name in
            sum += counters[name, default: 0] &- last[name, default: 0]
        }
        let grown = counters.filter { $0.value > last[$0.key, default: 0] }
        last.merge(counters) { $1 }
        guard !grown.isEmpty else { return missing }
        logger.warning(
            "events were lost or decisions hampered",
            metadata: grown.mapValues { .stringConvertible($0) })
        return missing
    }
}
