// SPDX-License-Identifier: Apache-2.0
// Which hierarchy of control groups tells containers on this node: cgroup v2, or one of version 1's.

internal import Glibc
internal import ShrikeSensors

/// The hierarchy that containers are known by.
struct CgroupHierarchy: Equatable {
    /// How the node has its control groups.
    enum Mode: String {
        /// cgroup v2 alone.
        case unified
        /// Controllers in version 1, and cgroup v2 beside them for systemd's own use.
        case hybrid
        /// Version 1 alone.
        case legacy
    }

    var mode: Mode
    /// The controller of version 1 that it is found by; empty: it is cgroup v2.
    var controller = ""
    /// Its number, as in /proc/cgroups; 0: cgroup v2.
    var id: UInt32 = 0
    /// Where it is mounted, as process 1 sees it.
    var mountPoint: String

    /// Version 1's controllers that runtimes make a group for with each container, the first choice first.
    static let controllers = ["memory", "pids", "cpuset"]

    /// Finds the hierarchy.
    /// - Parameters:
    ///   - mounts: /proc/1/mountinfo.
    ///   - controllers: /proc/cgroups.
    /// - Returns: nil when none is mounted.
    init?(mounts: String, controllers: String) {
        let mounts = CgroupMount.visible(in: mounts)
        let second = mounts.filter { $0.type == "cgroup2" }
        let isSecondInPlace = second.contains { $0.mountPoint == "/sys/fs/cgroup" }
        let numbers = Self.numbers(controllers)
        for controller in isSecondInPlace ? [] : Self.controllers {
            guard let number = numbers[controller],
                let mount = mounts.first(where: {
                    $0.type == "cgroup" && $0.options.contains(controller[...])
                })
            else { continue }
            self.init(
                mode: second.isEmpty ? .legacy : .hybrid, controller: controller, id: number,
                mountPoint: mount.mountPoint)
            return
        }
        guard let mount = second.first(where: { $0.mountPoint == "/sys/fs/cgroup" }) ?? second.first else {
            return nil
        }
        self.init(mode: .unified, mountPoint: mount.mountPoint)
    }

    init(mode: Mode, controller: String = "", id: UInt32 = 0, mountPoint: String) {
        self.mode = mode
        self.controller = controller
        self.id = id
        self.mountPoint = mountPoint
    }

    /// The same for the running kernel.
    /// - Parameter procfs: the host's.
    static func find(procfs: String) -> CgroupHierarchy? {
        CgroupHierarchy(mounts: text("\(procfs)/1/mountinfo"), controllers: text("\(procfs)/cgroups"))
    }

    /// Controllers that are on, with the hierarchies of version 1 that they are in.
    private static func numbers(_ text: String) -> [String: UInt32] {
        var numbers: [String: UInt32] = [:]
        for line in text.split(separator: "\n") {
            // Name, hierarchy, groups, whether it is on.
            let words = line.split { $0 == "\t" || $0 == " " }
            guard words.count == 4, let number = UInt32(words[1]), number != 0, words[3] == "1" else {
                continue
            }
            numbers[String(words[0])] = number
        }
        return numbers
    }

    /// Most bytes of mountinfo: a node with thousands of volumes has some megabytes.
    private static let textLimit = 16 << 20

    private static func text(_ path: String) -> String {
        guard let file = unsafe fopen(path, "re") else { return "" }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < textLimit {
            let count = unsafe fread(&part, 1, part.count, file)
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A mount of control groups.
private struct CgroupMount {
    var id: String
    var parent: String
    var mountPoint: String
    /// `cgroup`, `cgroup2`, or any other file system.
    var type: String
    var options: Set<Substring>

    /// `36 25 0:31 / /sys/fs/cgroup/memory rw,nosuid shared:17 - cgroup cgroup rw,memory`, proc(5)
    private init?(_ line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard let dash = words.indices.first(where: { $0 > 5 && words[$0] == "-" }), words.count > dash + 3
        else { return nil }
        id = String(words[0])
        parent = String(words[1])
        mountPoint = String(words[4])
        // A part of a hierarchy is a container's view of it.
        type = words[3] == "/" ? String(words[dash + 1]) : ""
        options = Set(words[dash + 3].split(separator: ","))
    }

    /// Mounts that a path leads to: nothing is mounted over them, or over what they are in.
    static func visible(in text: String) -> [CgroupMount] {
        let all = text.split(separator: "\n").compactMap(CgroupMount.init)
        let byID = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        // What lies right on top of a mount has the same place, and the mount as its parent. A root is its own.
        let covered = Set(
            all.filter { $0.parent != $0.id && byID[$0.parent]?.mountPoint == $0.mountPoint }.map(\.parent))
        return all.filter { mount in
            guard mount.type == "cgroup" || mount.type == "cgroup2", !covered.contains(mount.id) else {
                return false
            }
            var child = mount
            // As deep as mounts can be in each other, and no circle.
            for _ in 0..<64 {
                guard let parent = byID[child.parent], parent.id != child.id else { return true }
                if covered.contains(parent.id), parent.mountPoint != child.mountPoint { return false }
                child = parent
            }
            return false
        }
    }
}
