// SPDX-License-Identifier: Apache-2.0
// Brings the kernel's knowledge of descendants up to what policies follow.

internal import ShrikeABI
internal import ShrikeBPF
internal import ShrikeBPFObjects
internal import ShrikePolicyCompiler

/// Keeps the lists that the process sensor follows. One thread at a time.
final class LineageFollower {
    private let processes: ProcessSensor
    /// Visits tasks; there from the first list on.
    private var visitor: LoadedBPFObject?
    private var registry = BitRegistry<LineageMembers>()
    private var generation: UInt32 = 0
    private var writtenBinaries: Set<String> = []
    private var writtenProcesses: Set<FollowedProcessID> = []
    /// Visits of all tasks after which nothing may change any more. One takes a chain of processes to its end if each has
    /// a higher id than its parent, and one level down if none has.
    private static let maximumRounds = 1000

    private static let sharedMaps = [
        "counters", "scratch_slots", "task_states", "thread_images", "lineage_control", "lineage_binaries",
        "lineage_pids",
    ]

    init(processes: ProcessSensor) { self.processes = processes }

    /// Follows the lists of a plan beside those that are followed already. When it returns, every task there is knows
    /// what it descends from.
    /// - Returns: the bits of the plan's lists.
    func follow(_ table: LineageTable) throws(BPFError) -> [Int] {
        let before = registry
        guard let bits = registry.add(table.lists) else {
            throw BPFError(
                "follow", "descendants", errno: 0,
                detail: "the old and the new policies together follow more than \(SHRIKE_MAX_LINEAGES) lists")
        }
        guard registry.live != before.live else { return bits }
        do throws(BPFError) {
            // First no task may have a bit that stood for another list.
            try announce(before.live)
            _ = try visitTasks()
            try write()
            try announce(registry.live)
            var rounds = 1
            while try visitTasks() {
                rounds += 1
                guard rounds <= Self.maximumRounds else {
                    throw BPFError("follow", "descendants", errno: 0, detail: "processes fork too fast")
                }
            }
        } catch {
            registry = before
            throw error
        }
        return bits
    }

    /// Forgets the lists that a plan has not.
    func keep(only table: LineageTable) throws(BPFError) {
        let before = registry.live
        registry.keep(only: table.lists)
        guard registry.live != before else { return }
        try announce(registry.live)
        try write()
    }

    private func announce(_ live: UInt64) throws(BPFError) {
        generation += 1
        let control = shrike_lineage_control(live: live, generation: generation, reserved: 0)
        try processes.object.map("lineage_control").update(index: 0, value: MapBytes.of(control))
    }

    /// Whether some task learned something.
    private func visitTasks() throws(BPFError) -> Bool {
        if visitor == nil {
            let open = try shrike_lineage_object.open(processes.types)
            for map in Self.sharedMaps { try open.reuseMap(map, processes.object.map(map)) }
            visitor = try open.load()
        }
        return try visitor?.attach("follow_task").readIterator().isEmpty == false
    }

    private func write() throws(BPFError) {
        let binaries = registry.binaries
        let names = try processes.object.map("lineage_binaries")
        for path in writtenBinaries.subtracting(binaries.keys) {
            try names.remove(key: MapBytes.binaryKey(path))
        }
        for (path, mask) in binaries {
            try names.update(key: MapBytes.binaryKey(path), value: MapBytes.of(mask))
        }
        writtenBinaries = Set(binaries.keys)
        let numbers = registry.processes
        let ids = try processes.object.map("lineage_pids")
        for id in writtenProcesses.subtracting(numbers.keys) { try ids.remove(key: MapBytes.key(id)) }
        for (id, mask) in numbers { try ids.update(key: MapBytes.key(id), value: MapBytes.of(mask)) }
        writtenProcesses = Set(numbers.keys)
    }
}

extension MapBytes {
    fileprivate static func key(_ id: FollowedProcessID) -> [UInt8] {
        of(shrike_lineage_pid(pid: id.number, is_namespace: id.isNamespacePID ? 1 : 0))
    }
}
