// SPDX-License-Identifier: Apache-2.0
// Which file a path leads to. Here, and not where sockets are served: modules that see Foundation cannot read
// `struct stat` in a static build.

internal import Glibc

/// Tells a file from an earlier one of the same path: its inode, and when that was made or changed.
public struct PathIdentity: Sendable, Hashable {
    private let device: UInt64
    private let inode: UInt64
    private let seconds: Int
    private let nanoseconds: Int

    /// Of what is at the path, links not followed; nil when nothing is. See lstat(2).
    public init?(of path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        seconds = status.st_ctim.tv_sec
        nanoseconds = status.st_ctim.tv_nsec
    }
}
