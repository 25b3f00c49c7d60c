// SPDX-License-Identifier: Apache-2.0
// The control groups that were there before the agent.

internal import Glibc
internal import ShrikeWorkloads

enum ControlGroups {
    /// All groups, each behind the one that it is in. Those that go meanwhile are left out, those that come are told of
    /// by the kernel.
    /// - Parameter limit: most groups.
    static func read(below root: String, limit: Int) -> [ControlGroup] {
        var status = stat()
        guard unsafe stat(root, &status) == 0 else { return [] }
        var groups = [ControlGroup(id: UInt64(status.st_ino), parent: 0, name: "")]
        var paths = [root]
        // What is found is appended to the list that is walked.
        var position = 0
        while position < groups.count, groups.count < limit {
            let path = paths[position]
            // A path is no longer needed when its directory has been read.
            paths[position] = ""
            for entry in directories(in: path) where groups.count < limit {
                groups.append(ControlGroup(id: entry.id, parent: groups[position].id, name: entry.name))
                paths.append("\(path)/\(entry.name)")
            }
            position += 1
        }
        return groups
    }

    private static func directories(in path: String) -> [(name: String, id: UInt64)] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var found: [(name: String, id: UInt64)] = []
        while let entry = unsafe readdir(directory) {
            guard unsafe entry.pointee.d_type == UInt8(DT_DIR) else { continue }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." { continue }
            // The number of a directory is the group's id, whatever the version (fs/kernfs/dir.c).
            found.append((name, unsafe UInt64(entry.pointee.d_ino)))
        }
        return found
    }
}
