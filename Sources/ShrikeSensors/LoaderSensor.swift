// SPDX-License-Identifier: Apache-2.0
// Files that processes map to execute: the program, and the perf events that make the kernel look up build ids.

internal import CShrikeShims
internal import Glibc
internal import ShrikeBPF
internal import ShrikeBPFObjects

/// The sensor, attached. Detaches when it ends.
struct LoaderSensor: ~Copyable {
    /// What it is attached to; there is no other place where the kernel has the build id.
    static let function = "perf_event_mmap_output"

    private let object: LoadedBPFObject
    private let link: BPFLink
    private let events: [Int32]

    private static let program = "hook_loader"
    private static let sharedMaps = [
        "observation_ring", "task_states", "thread_images", "counters", "scratch_slots",
    ]

    /// Attaches it. Events go to the observation ring.
    init(processes: ProcessSensor) throws(BPFError) {
        let open = try shrike_loader_object.open(processes.types)
        for map in Self.sharedMaps { try open.reuseMap(map, processes.object.map(map)) }
        let loaded = try open.load()
        let attached = try loaded.attach(Self.program)
        let watched = try Self.watchMappings()
        object = loaded
        link = attached
        events = watched
    }

    deinit { for event in events { close(event) } }

    /// One perf event on each CPU that is online (perf_event_open(2)); nobody reads them.
    private static func watchMappings() throws(BPFError) -> [Int32] {
        var events: [Int32] = []
        for cpu in 0..<Int32(clamping: sysconf(Int32(_SC_NPROCESSORS_CONF))) {
            let event = shrike_watch_mappings(cpu)
            if event >= 0 {
                events.append(event)
                continue
            }
            let code = errno
            // An offline CPU maps nothing.
            if code == ENODEV { continue }
            for event in events { close(event) }
            throw BPFError(
                "open a perf event", "cpu \(cpu)", errno: code,
                detail:
                    "`loader: true` needs perf events with build ids, Linux 5.12 and later, and CAP_PERFMON")
        }
        return events
    }
}
