// SPDX-License-Identifier: Apache-2.0
// Keeps the kernel's table of control groups: for each one the scopes of policies that its processes are in.

internal import ShrikeBPF
internal import ShrikePolicyCompiler

/// The kernel's view of workloads. One thread at a time.
final class ScopeFollower {
    private let processes: ProcessSensor
    private var registry = BitRegistry<WorkloadScope>()
    private var known: [UInt64: ScopeFacts.Content] = [:]

    init(processes: ProcessSensor) { self.processes = processes }

    /// Brings the scopes of a plan in beside those that there are.
    /// - Returns: the bits of the plan's scopes.
    func follow(_ table: ScopeTable) throws(BPFError) -> [Int] {
        let before = registry
        guard let bits = registry.add(table.scopes) else {
            throw BPFError(
                "follow", "workloads", errno: 0,
                detail: "the old and the new policies together have more than \(UInt64.bitWidth) scopes")
        }
        guard registry.live != before.live else { return bits }
        do throws(BPFError) { try writeAll() } catch {
            registry = before
            throw error
        }
        return bits
    }

    /// Forgets the scopes that a plan has not. What is left in the kernel means nothing to any hook.
    func keep(only table: ScopeTable) { registry.keep(only: table.scopes) }

    /// Takes in what is known of a control group, or, nil, that it is gone.
    func learn(_ cgroupID: UInt64, _ content: ScopeFacts.Content?) throws(BPFError) {
        known[cgroupID] = content
        if let content {
            try write(cgroupID, content)
        } else {
            try masks().remove(key: MapBytes.of(cgroupID))
        }
    }

    private func writeAll() throws(BPFError) {
        try write(Self.unknown, nil)
        for (cgroupID, content) in known { try write(cgroupID, content) }
    }

    /// The key of the groups of which nothing is known.
    private static let unknown: UInt64 = 0

    private func write(_ cgroupID: UInt64, _ content: ScopeFacts.Content?) throws(BPFError) {
        let mask = registry.assigned.reduce(UInt64(0)) { $1.member.matches(content) ? $0 | $1.mask : $0 }
        try masks().update(key: MapBytes.of(cgroupID), value: MapBytes.of(mask))
    }

    private func masks() throws(BPFError) -> BPFMap { try processes.object.map("scope_masks") }
}
