// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ShrikeDaemon

@Suite struct CgroupHierarchyTests {
    /// The first lines of a machine whose root was mounted after /sys, as behind an initramfs.
    private static let machine = """
        22 61 0:21 / /proc rw,nosuid shared:14 - proc proc rw
        23 61 0:22 / /sys rw,nosuid shared:2 - sysfs sysfs rw
        61 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw

        """
    private static let unified =
        "26 23 0:23 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let legacy = """
        26 23 0:23 / /sys/fs/cgroup ro,nosuid shared:4 - tmpfs tmpfs ro,mode=755
        28 26 0:25 / /sys/fs/cgroup/systemd rw shared:6 - cgroup cgroup rw,xattr,name=systemd
        31 26 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct
        32 26 0:29 / /sys/fs/cgroup/pids rw shared:10 - cgroup cgroup rw,pids
        33 26 0:30 / /sys/fs/cgroup/memory rw shared:11 - cgroup cgroup rw,memory

        """
    private static let besideIt = "27 26 0:24 / /sys/fs/cgroup/unified rw shared:5 - cgroup2 cgroup2 rw\n"
    private static let controllers = """
        #subsys_name\thierarchy\tnum_cgroups\tenabled
        cpuset\t0\t1\t1
        cpu\t3\t60\t1
        memory\t7\t120\t1
        pids\t4\t80\t1

        """

    private func found(_ mounts: String, _ controllers: String = controllers) -> CgroupHierarchy? {
        CgroupHierarchy(mounts: Self.machine + mounts, controllers: controllers)
    }

    @Test("cgroup v2 alone, whatever /proc/cgroups says")
    func second() {
        #expect(found(Self.unified) == CgroupHierarchy(mode: .unified, mountPoint: "/sys/fs/cgroup"))
    }

    @Test("Version 1: memory, else pids, else cpuset, as far as they are on and mounted")
    func first() {
        let memory = CgroupHierarchy(
            mode: .legacy, controller: "memory", id: 7, mountPoint: "/sys/fs/cgroup/memory")
        let pids = CgroupHierarchy(
            mode: .legacy, controller: "pids", id: 4, mountPoint: "/sys/fs/cgroup/pids")
        #expect(found(Self.legacy) == memory)
        #expect(found(Self.legacy, "memory\t7\t120\t0\npids\t4\t80\t1\n") == pids)
        #expect(found(Self.legacy, "memory\t0\t120\t1\npids\t4\t80\t1\n") == pids)
        // A kernel without the memory controller's version 1.
        #expect(found(Self.legacy, "pids\t4\t80\t1\n") == pids)
        // Mounted together, under another name.
        let together = "33 26 0:30 / /sys/fs/cgroup/all rw shared:11 - cgroup cgroup rw,cpuset,freezer\n"
        #expect(
            found(together, "cpuset\t2\t1\t1\nmemory\t7\t120\t1\n")
                == CgroupHierarchy(
                    mode: .legacy, controller: "cpuset", id: 2, mountPoint: "/sys/fs/cgroup/all"))
    }

    @Test("Both: version 1 counts when it has the controllers")
    func both() {
        #expect(
            found(Self.legacy + Self.besideIt)
                == CgroupHierarchy(
                    mode: .hybrid, controller: "memory", id: 7, mountPoint: "/sys/fs/cgroup/memory"))
        #expect(
            found(Self.legacy + Self.besideIt, "cpu\t3\t60\t1\nmemory\t0\t1\t1\n")
                == CgroupHierarchy(mode: .unified, mountPoint: "/sys/fs/cgroup/unified"))
        // An old tool's hierarchy on a node with version 2.
        let old = "40 26 0:40 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
        #expect(found(Self.unified + old) == CgroupHierarchy(mode: .unified, mountPoint: "/sys/fs/cgroup"))
    }

    @Test("What is mounted over, and parts of hierarchies, do not count")
    func hidden() {
        let over = "90 26 0:50 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
        #expect(found(Self.legacy + over) == CgroupHierarchy(mode: .unified, mountPoint: "/sys/fs/cgroup"))
        let part = "26 23 0:23 /docker/1f /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
        #expect(found(part) == nil)
    }

    @Test("Nothing, and nonsense")
    func nothing() {
        #expect(found("") == nil)
        #expect(CgroupHierarchy(mounts: "", controllers: "") == nil)
        #expect(
            CgroupHierarchy(mounts: "26 26 0:23 / / - -\n- - - -\n\n1", controllers: "\n\t\nmemory\n") == nil)
        // A root in itself, as an initramfs is, and a mount whose parents go round in circles.
        let root = "1 1 0:2 / / rw - rootfs rootfs rw\n7 1 0:1 / /c rw - cgroup2 c rw\n"
        #expect(CgroupHierarchy(mounts: root, controllers: "")?.mountPoint == "/c")
        let circle = "7 8 0:1 / /c rw - cgroup2 c rw\n8 7 0:1 / /d rw - tmpfs c rw\n"
        #expect(CgroupHierarchy(mounts: circle, controllers: "") == nil)
    }
}
