// SPDX-License-Identifier: Apache-2.0
// The files that a rotation leaves behind: their names, how many are kept, and their compression.

internal import CZlib
internal import Dispatch
internal import Glibc

/// Names of rotated files: `<stem>-<UTC yyyy-MM-ddTHH-mm-ss.SSS><extension>`, beside the file.
internal struct RotatedFileNames: Sendable {
    private static let timeBytes = 23
    internal let folder: String
    private let prefix: String
    private let suffix: String

    internal init(path: String) {
        let slash = path.lastIndex(of: "/")
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = path[(slash.map { path.index(after: $0) } ?? path.startIndex)...]
        let dot = name.lastIndex(of: ".")
        suffix = dot.map { String(name[$0...]) } ?? ""
        prefix = String(name[..<(dot ?? name.endIndex)]) + "-"
    }

    /// A path for the file that is rotated now; a millisecond later when that is taken.
    /// - Parameter latest: the time in the last name, in milliseconds. A name never comes before it, also when files
    ///   between were deleted or the clock went back: names are the order of the files.
    internal func unused(after latest: inout Int) -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var milliseconds = max(now.tv_sec * 1_000 + now.tv_nsec / 1_000_000, latest + 1)
        while true {
            let path = folder + "/" + name(milliseconds)
            latest = milliseconds
            if access(path, F_OK) != 0 && access(path + ".gz", F_OK) != 0 { return path }
            milliseconds += 1
        }
    }

    /// Whether a name is a rotated file's, compressed or not; `part`: what a killed compression has left.
    internal func kind(of name: String) -> Kind? {
        guard name.hasPrefix(prefix) else { return nil }
        let rest = name.utf8.dropFirst(prefix.utf8.count)
        let time = rest.prefix(Self.timeBytes)
        let pattern = "0000-00-00T00-00-00.000"
        guard time.count == Self.timeBytes,
            zip(time, pattern.utf8).allSatisfy({ byte, model in
                model == 0x30 ? (0x30...0x39).contains(byte) : byte == model
            })
        else { return nil }
        switch String(decoding: rest.dropFirst(Self.timeBytes), as: UTF8.self) {
        case suffix: return .plain
        case suffix + ".gz": return .compressed
        case suffix + ".gz.tmp": return .part
        default: return nil
        }
    }

    internal enum Kind { case plain, compressed, part }

    /// The names in the folder that begin as those of rotated files do. The folder may be full of others.
    internal func candidates() -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        prefix.withCString { prefix in
            while let entry = readdir(stream) {
                // SAFETY: d_name is a C string inside the entry, which lives until the next readdir(3).
                withUnsafePointer(to: &entry.pointee.d_name) { field in
                    field.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                        if strncmp(name, prefix, strlen(prefix)) == 0 { found.append(String(cString: name)) }
                    }
                }
            }
        }
        return found
    }

    private func name(_ milliseconds: Int) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var civil = tm()
        gmtime_r(&seconds, &civil)
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let day =
            digits(Int(civil.tm_year) + 1_900, 4) + "-" + digits(Int(civil.tm_mon) + 1, 2) + "-"
            + digits(Int(civil.tm_mday), 2)
        let clock =
            digits(Int(civil.tm_hour), 2) + "-" + digits(Int(civil.tm_min), 2) + "-"
            + digits(Int(civil.tm_sec), 2)
        return prefix + day + "T" + clock + "." + digits(milliseconds % 1_000, 3) + suffix
    }
}

/// Deletes and compresses rotated files on a queue of its own, so that no line waits for it.
internal final class RotatedFileKeeper: Sendable {
    private let names: RotatedFileNames
    private let compresses: Bool
    private let queue = DispatchQueue(label: "shrike-rotate")

    internal init(names: RotatedFileNames, compresses: Bool) {
        self.names = names
        self.compresses = compresses
    }

    /// Deletes the oldest files above a number (0: none) and compresses the rest. What fails is left for the
    /// next time.
    internal func tidy(keeping kept: Int) {
        queue.async { [names, compresses] in
            var files: [(name: String, kind: RotatedFileNames.Kind)] = []
            for name in names.candidates() {
                guard let kind = names.kind(of: name) else { continue }
                if kind == .part { unlink(names.folder + "/" + name) } else { files.append((name, kind)) }
            }
            // The time in the name sorts as text.
            files.sort { $0.name > $1.name }
            if kept > 0 {
                for file in files.dropFirst(kept) { unlink(names.folder + "/" + file.name) }
                files.removeLast(max(0, files.count - kept))
            }
            guard compresses else { return }
            for file in files.reversed() where file.kind == .plain {
                GzipFile.replace(names.folder + "/" + file.name)
            }
        }
    }

    /// Waits for the work that was begun.
    internal func finish() { queue.sync {} }
}

/// Compression of a whole file.
private enum GzipFile {
    /// Puts `<path>.gz` in a file's place. The original goes when the other is complete and on the disk.
    /// - Returns: whether that worked; on failure the original is as it was.
    @discardableResult
    static func replace(_ path: String) -> Bool {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { return false }
        defer { close(source) }
        var status = stat()
        guard fstat(source, &status) == 0 else { return false }
        let part = path + ".gz.tmp"
        let target = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0o777)
        guard target >= 0 else { return false }
        fchown(target, status.st_uid, status.st_gid)
        let isComplete = copy(source, target) && fsync(target) == 0
        guard close(target) == 0, isComplete, rename(part, path + ".gz") == 0 else {
            unlink(part)
            return false
        }
        unlink(path)
        return true
    }

    private static func copy(_ source: Int32, _ target: Int32) -> Bool {
        // zlib closes the descriptor that it gets.
        let descriptor = dup(target)
        guard descriptor >= 0 else { return false }
        guard let stream = gzdopen(descriptor, "wb") else {
            close(descriptor)
            return false
        }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var isGood = true
        while isGood {
            let count = read(source, &buffer, buffer.count)
            if count == 0 { break }
            isGood = count > 0 && gzwrite(stream, buffer, UInt32(count)) == Int32(count)
        }
        return gzclose(stream) == Z_OK && isGood
    }
}
