// SPDX-License-Identifier: Apache-2.0
// Which hierarchy's control groups processes are known by.

internal import ShrikeABI

/// A hierarchy of control groups, as the kernel's programs find a process in it.
public struct CgroupSource: Sendable, Equatable {
    /// Its number, as in /proc/cgroups; 0: cgroup v2.
    public var hierarchyID: UInt32
    /// Of a hierarchy of version 1, the number of one of its controllers: `enum cgroup_subsys_id` of the running kernel.
    public var controller: UInt32

    /// A hierarchy; cgroup v2 unless it is said otherwise.
    public init(hierarchyID: UInt32 = 0, controller: UInt32 = 0) {
        self.hierarchyID = hierarchyID
        self.controller = controller
    }

    var configuration: shrike_cgroup_config {
        shrike_cgroup_config(hierarchy_id: hierarchyID, controller: controller)
    }
}
