// SPDX-License-Identifier: Apache-2.0
// The file by which clients on the node find the server.

internal import Glibc
internal import ShrikeJSON

/// Written when the server listens, removed when it ends.
struct DiscoveryFile {
    let path: String

    /// Writes the file, whole or not at all.
    /// - Parameter address: of the unix socket; empty when there is none.
    func write(
        address: String, metricsAddress: String, exportFile: String, bpfFolder: String
    ) throws(ServerError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        ServerAddress.makeFolders(folder)
        var text = ByteBuffer(capacity: 512)
        text.append("{\"export_fname\":\"")
        text.append(escaping: exportFile == "-" ? "" : exportFile)
        text.append("\",\"lib_dir\":\"\",\"btf_fname\":\"/sys/kernel/btf/vmlinux\",\"server_address\":\"")
        text.append(escaping: address)
        text.append("\",\"metrics_address\":\"")
        text.append(escaping: metricsAddress)
        text.append("\",\"gops_address\":\"\",\"map_dir\":\"")
        text.append(escaping: bpfFolder)
        text.append("\",\"bpftool_path\":\"\",\"gops_path\":\"\",\"max_recv_size\":10485760,\"pid\":")
        text.append(decimal: Int64(getpid()))
        text.append("}\n")
        let temporary = "\(path).\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path) }
        defer { close(descriptor) }
        let bytes = unsafe text.bytes
        guard unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count,
            rename(temporary, path) == 0
        else {
            unlink(temporary)
            throw Self.failure(path)
        }
    }

    func remove() { unlink(path) }

    private static func failure(_ path: String) -> ServerError {
        ServerError("cannot write \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
