// SPDX-License-Identifier: Apache-2.0
// Finds the files to lint, and the configuration of each.

internal import ShrikePolicy

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// Something that could not be read.
public struct InputError: Error, Sendable, CustomStringConvertible {
    /// What, and why.
    public let description: String

    package init(_ description: String) { self.description = description }

    /// - Parameter error: an `errno`.
    package init(_ path: String, _ error: Int32) {
        self.init("\(oneLine(path)): \(String(cString: strerror(error)))")
    }
}

/// Reads files and folders.
public struct PolicyFinder {
    private var configurations: [String: LintConfiguration] = [:]
    private let fixedConfiguration: LintConfiguration?

    /// - Parameter configuration: the file to use for all inputs instead of those found beside them.
    public init(configuration: String? = nil) throws(InputError) {
        guard let path = configuration else {
            fixedConfiguration = nil
            return
        }
        fixedConfiguration = try Self.configuration(at: path)
    }

    /// The inputs that a path stands for: a file, `-`, or a folder with all that is below it.
    public mutating func inputs(at path: String) throws(InputError) -> [LintInput] {
        if path == "-" {
            let configuration = try configuration(for: ".")
            return [
                LintInput(
                    file: "<stdin>", bytes: try Self.read(STDIN_FILENO, "<stdin>"),
                    configuration: configuration)
            ]
        }
        var inputs: [LintInput] = []
        for file in try Self.files(at: path) where file == path || !PolicyFileName.isTest(file) {
            inputs.append(try input(file))
        }
        return inputs
    }

    /// The files that a path stands for: itself, or the YAML and JSON files below a folder, by name.
    public static func files(at path: String) throws(InputError) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw InputError("\(oneLine(path)): \(reason())") }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        let found = try files(below: path, depth: 0)
        // Messages and annotations name files as people do.
        return path == "." ? found.map { String($0.dropFirst("./".count)) } : found
    }

    private mutating func input(_ path: String) throws(InputError) -> LintInput {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        let configuration = try configuration(for: folder.isEmpty ? path.hasPrefix("/") ? "/" : "." : folder)
        return LintInput(file: path, bytes: try Self.contents(of: path), configuration: configuration)
    }

    /// YAML and JSON files in the order of their names; hidden ones are left out.
    private static func files(below folder: String, depth: Int) throws(InputError) -> [String] {
        guard depth < 64 else { throw InputError("\(oneLine(folder)): folders are nested too deeply") }
        guard let handle = opendir(folder) else { throw InputError("\(oneLine(folder)): \(reason())") }
        defer { closedir(handle) }
        var names: [(name: String, isFolder: Bool)] = []
        while let entry = readdir(handle) {
            // SAFETY: d_name ends with a NUL inside the entry, which lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            var status = stat()
            // Links are not followed into folders, so that no circle of them is walked.
            guard lstat(folder + "/" + name, &status) == 0 else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            let isPolicy = [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
            if isFolder || isPolicy { names.append((name, isFolder)) }
        }
        var files: [String] = []
        for entry in names.sorted(by: { $0.name < $1.name }) {
            let path = (folder.hasSuffix("/") ? folder : folder + "/") + entry.name
            if entry.isFolder {
                files += try Self.files(below: path, depth: depth + 1)
            } else {
                files.append(path)
            }
        }
        return files
    }

    /// The configuration of the folder or of the nearest one above it.
    private mutating func configuration(for folder: String) throws(InputError) -> LintConfiguration {
        if let fixedConfiguration { return fixedConfiguration }
        if let known = configurations[folder] { return known }
        guard let resolved = realpath(folder, nil) else { return LintConfiguration() }
        var place = String(cString: resolved)
        free(resolved)
        var result = LintConfiguration()
        while true {
            let path = (place == "/" ? "" : place) + "/" + LintConfiguration.fileName
            if access(path, F_OK) == 0 {
                result = try Self.configuration(at: path)
                break
            }
            guard place != "/", let slash = place.lastIndex(of: "/") else { break }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        configurations[folder] = result
        return result
    }

    private static func configuration(at path: String) throws(InputError) -> LintConfiguration {
        let bytes = try contents(of: path)
        do throws(Diagnostic) {
            return try LintConfiguration(bytes, file: path)
        } catch {
            throw InputError(error.description)
        }
    }

    /// The bytes of a file, one more than the limit for policies at most.
    public static func contents(of path: String) throws(InputError) -> [UInt8] {
        try contents(of: path, limit: YAMLLimits.standard.bytes + 1)
    }

    /// The first bytes of a file.
    static func contents(of path: String, limit: Int) throws(InputError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputError("\(oneLine(path)): \(reason())") }
        defer { close(descriptor) }
        return try read(descriptor, path, limit)
    }

    private static func read(
        _ descriptor: Int32, _ name: String, _ limit: Int = YAMLLimits.standard.bytes + 1
    ) throws(InputError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw InputError("\(oneLine(name)): \(reason())") }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// Replaces a file by another text: written beside it, then renamed over it, with its permissions.
    public static func replace(_ path: String, with bytes: [UInt8]) throws(InputError) {
        var status = stat()
        let mode = stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0o644
        // A link stays a link: its target is replaced.
        let target = realpath(path, nil)
        defer { free(target) }
        let place = target.map { String(cString: $0) } ?? path
        let draft = place + ".shrike-lint.\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw InputError("\(oneLine(draft)): \(reason())") }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            done += count
        }
        let isWritten = done == bytes.count && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard isWritten, rename(draft, place) == 0 else {
            let text = String(cString: strerror(isWritten ? errno : number))
            unlink(draft)
            throw InputError("\(oneLine(path)): \(text)")
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
