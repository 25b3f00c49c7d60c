// SPDX-License-Identifier: Apache-2.0
// What the daemon does about control groups and the workload file.

internal import Logging
internal import ShrikeBPF
internal import ShrikePolicyCompiler
internal import ShrikeProcesses
internal import ShrikeSensors
internal import ShrikeWorkloads

extension Daemon {
    /// Finds the control groups that there are. The kernel tells of new ones already, so none falls between.
    func followWorkloads(
        _ hierarchy: CgroupHierarchy?, _ scopes: ScopeFollower, _ pods: PodInbox, _ told: WorkloadFile?
    ) -> WorkloadFollower {
        WorkloadFollower(
            expectsPods: configuration.expectsPods || told?.pods.isEmpty == false,
            groups: hierarchy.map(groups) ?? [], scopes: scopes, inbox: pods)
    }

    /// Says whose groups tell containers.
    func log(_ hierarchy: CgroupHierarchy?) {
        if let hierarchy {
            logger.info(
                "control groups",
                metadata: [
                    "cgroup.mode": "\(hierarchy.mode)", "cgroup.controller": "\(hierarchy.controller)",
                    "cgroup.mount": "\(hierarchy.mountPoint)",
                ])
        } else if configuration.expectsPods {
            logger.warning(
                "no control groups are mounted: containers and pods cannot be told from each other")
        }
    }

    private func groups(of hierarchy: CgroupHierarchy) -> [ControlGroup] {
        ControlGroups.read(
            below: "\(configuration.procfs)/1/root\(hierarchy.mountPoint)",
            limit: WorkloadRegistry.maximumGroups)
    }

    /// News of some control groups was lost: a container may not be known as one.
    func readGroupsAgain(_ hierarchy: CgroupHierarchy?, _ inbox: PodInbox) {
        guard let hierarchy else { return }
        let start = ClockReading.monotonicNow()
        let groups = groups(of: hierarchy)
        // A part of them would make the rest look gone.
        guard groups.count < WorkloadRegistry.maximumGroups else { return }
        inbox.groupsListed(groups, since: start)
        logger.info("control groups read again", metadata: ["workloads.groups": "\(groups.count)"])
    }

    /// Takes in what the workload file says now. What it no longer says of a control group stays.
    func readWorkloadFile(_ engine: borrowing Engine, _ pods: inout Set<String>) {
        guard !configuration.workloadFile.isEmpty else { return }
        do throws(DaemonError) {
            let told = try WorkloadFile(reading: configuration.workloadFile)
            do throws(BPFError) {
                for facts in told.scopes { try engine.scopes.learn(facts.cgroupID, facts.content) }
            } catch {
                throw .kernel(error)
            }
            let now = Set(told.pods.map(\.uid))
            engine.pods.podsChanged(told.pods, gone: Array(pods.subtracting(now)), isComplete: true)
            pods = now
            logger.info("workload file read again", metadata: ["workloads.pods": "\(now.count)"])
        } catch {
            logger.error("the workload file is not taken", metadata: ["error": "\(error)"])
        }
    }
}

extension CgroupHierarchy {
    /// The hierarchy as the programs find a process in it; nil: the kernel does not say where.
    func source(_ types: KernelBTF) -> CgroupSource? {
        guard id != 0 else { return CgroupSource() }
        // Not the line of /proc/cgroups, which leaves out what version 1 has not.
        guard let number = types.enumValue("\(controller)_cgrp_id", in: "cgroup_subsys_id") else {
            return nil
        }
        return CgroupSource(hierarchyID: id, controller: UInt32(number))
    }
}
