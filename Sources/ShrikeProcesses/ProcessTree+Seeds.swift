// SPDX-License-Identifier: Apache-2.0
// The processes that were there before the agent.

internal import ShrikeEvents

extension ProcessTree {
    /// Adds processes that are older than the agent, in any order.
    ///
    /// Those that are already known stay as they are: a record knows more than a scan.
    public func seed(_ processes: [SeededProcess]) {
        var positions: [ProcessKey: Int] = [:]
        for (position, process) in processes.enumerated() {
            positions[process.seed.process] = position
        }
        var isDone = [Bool](repeating: false, count: processes.count)
        for start in processes.indices {
            // Parents first. Marking before climbing ends the climb even when the list has a cycle.
            var climb: [Int] = []
            var position: Int? = start
            while let current = position, !isDone[current] {
                isDone[current] = true
                climb.append(current)
                position = positions[processes[current].seed.parent]
            }
            for current in climb.reversed() { add(processes[current]) }
        }
    }

    private func add(_ process: SeededProcess) {
        let seed = process.seed
        guard table.find(seed.process) < 0 else {
            losses.duplicates += 1
            return
        }
        if seed.process.pid == 1 { renderer.host = seed.namespaces }
        let isRoot = seed.process.pid == 0
        let index = insert(seed.process, parent: isRoot ? -1 : findParent(seed.parent))
        if process.flags.contains(.inInitTree) { table.entries[Int(index)].state.insert(.inInitTree) }
        let kept = min(process.arguments.count, configuration.maximumArgumentBytes)
        var flags = process.flags
        if kept < process.arguments.count {
            losses.droppedArgumentBytes += UInt64(process.arguments.count - kept)
            flags.insert(.truncatedArguments)
        }
        process.binary.withUnsafeBytes { binary in
            process.workingDirectory.withUnsafeBytes { directory in
                process.arguments.withUnsafeBytes { arguments in
                    process.environment.withUnsafeBytes { environment in
                        var description = ProcessDescription(
                            key: seed.process, parent: seed.parent, flags: flags,
                            startTime: clock.wallTime(boottime: seed.process.ktime), auid: seed.auid,
                            credentials: seed.credentials, namespaces: seed.namespaces, filename: binary,
                            workingDirectory: directory,
                            arguments: UnsafeRawBufferPointer(rebasing: arguments.prefix(kept)),
                            environment: environment, namespacePID: seed.namespacePID)
                        assign(seed.cgroupID, &description, index)
                        render(description, into: index)
                    }
                }
            }
        }
    }
}
