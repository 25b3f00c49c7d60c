// SPDX-License-Identifier: Apache-2.0
// The namespaces of process 1: those that policies call the host's.

internal import Glibc
internal import ShrikePolicy

enum HostNamespaces {
    /// The inodes, without the kinds that this kernel has not or that cannot be read.
    /// - Parameter procfs: where procfs is mounted.
    static func read(procfs: String) -> [NamespaceKind: UInt32] {
        var inodes: [NamespaceKind: UInt32] = [:]
        for kind in NamespaceKind.allCases {
            var status = stat()
            guard unsafe stat("\(procfs)/1/ns/\(kind.fileName)", &status) == 0 else { continue }
            inodes[kind] = UInt32(exactly: status.st_ino)
        }
        return inodes
    }
}

extension NamespaceKind {
    /// Its name below /proc/PID/ns.
    fileprivate var fileName: String {
        switch self {
        case .uts: "uts"
        case .ipc: "ipc"
        case .mount: "mnt"
        case .pid: "pid"
        case .pidForChildren: "pid_for_children"
        case .network: "net"
        case .time: "time"
        case .timeForChildren: "time_for_children"
        case .cgroup: "cgroup"
        case .user: "user"
        }
    }
}
