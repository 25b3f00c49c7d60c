// SPDX-License-Identifier: Apache-2.0
// A user space file, open while a probe is put on it: the kernel is shown the file that was looked at, not whatever
// its path leads to by now.

internal import Glibc
internal import ShrikeBPF
internal import ShrikePolicy

/// The file that a place is in.
struct OpenedFile: ~Copyable {
    private let descriptor: Int32

    /// The path of this file and no other, for as long as it is open.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// Opens what a path leads to.
    /// - Throws: `BPFError` when that is no longer the file of the place.
    init(_ path: String, of place: FilePlace) throws(BPFError) {
        // Not blocking: by now it may be a pipe.
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw BPFError("open", path, errno: errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, UInt64(status.st_dev) == place.device,
            UInt64(status.st_ino) == place.inode
        else {
            throw BPFError(
                "attach", path, errno: 0, detail: "`\(path)` was replaced while the policy was loaded")
        }
    }

    deinit { close(descriptor) }
}
