// SPDX-License-Identifier: Apache-2.0
// Keeps the kernel's table of control groups: for each one the scopes of policies that its processes are in.

public import ShrikeBPF
public import ShrikePolicyCompiler
internal import Synchronization

/// The kernel's view of workloads. Any thread: policies change on one, control groups on another.
public final class ScopeFollower: Sendable {
    private struct State {
        var registry = BitRegistry<WorkloadScope>()
        var known: [UInt64: ScopeFacts.Content] = [:]
    }

    private let processes: ProcessSensor
    private let state = Mutex(State())

    init(processes: ProcessSensor) { self.processes = processes }

    /// Brings the scopes of a plan in beside those that there are.
    /// - Returns: the bits of the plan's scopes.
    func follow(_ table: ScopeTable) throws(BPFError) -> [Int] {
        try state.withLock { state throws(BPFError) in
            let before = state.registry
            guard let bits = state.registry.add(table.scopes) else {
                throw BPFError(
                    "follow", "workloads", errno: 0,
                    detail:
                        "the old and the new policies together have more than \(UInt64.bitWidth) scopes")
            }
            guard state.registry.live != before.live else { return bits }
            do throws(BPFError) { try writeAll(state) } catch {
                state.registry = before
                throw error
            }
            return bits
        }
    }

    /// Forgets the scopes that a plan has not. What is left in the kernel means nothing to any hook.
    func keep(only table: ScopeTable) { state.withLock { $0.registry.keep(only: table.scopes) } }

    /// Takes in what is known of a control group, or, nil, that it is gone. From now on its processes are in the scopes
    /// that this means.
    public func learn(_ cgroupID: UInt64, _ content: ScopeFacts.Content?) throws(BPFError) {
        try state.withLock { state throws(BPFError) in
            state.known[cgroupID] = content
            if let content {
                try write(cgroupID, content, state)
            } else {
                try masks().remove(key: MapBytes.of(cgroupID))
            }
        }
    }

    private func writeAll(_ state: State) throws(BPFError) {
        try write(Self.unknown, nil, state)
        for (cgroupID, content) in state.known { try write(cgroupID, content, state) }
    }

    /// The key of the groups of which nothing is known.
    private static let unknown: UInt64 = 0

    private func write(
        _ cgroupID: UInt64, _ content: ScopeFacts.Content?, _ state: State
    ) throws(BPFError) {
        let mask = state.registry.assigned.reduce(UInt64(0)) {
            $1.member.matches(content) ? $0 | $1.mask : $0
        }
        try masks().update(key: MapBytes.of(cgroupID), value: MapBytes.of(mask))
    }

    private func masks() throws(BPFError) -> BPFMap { try processes.object.map("scope_masks") }
}
