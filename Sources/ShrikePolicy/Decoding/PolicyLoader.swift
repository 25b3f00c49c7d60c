// SPDX-License-Identifier: Apache-2.0
// The way in: from a file's bytes to policies and everything that is wrong with them.

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The policies of a file, and what is wrong with it.
public struct LoadResult: Sendable {
    /// The policies that could be read. With errors this is not all of the file, and a policy may lack
    /// the parts that could not be read: do not run it.
    public var policies: [TracingPolicy]
    /// In the order of the text.
    public var diagnostics: [Diagnostic]
    /// Whether the file must not be used.
    public var hasErrors: Bool { diagnostics.hasErrors }
}

/// Reads policy files.
public enum PolicyLoader {
    /// Reads all documents of one file; a document of another kind is an error.
    ///
    /// Checks the structure only; `PolicyChecker` checks the meaning.
    /// - Parameters:
    ///   - bytes: YAML or JSON in UTF-8.
    ///   - file: the name for diagnostics.
    public static func load(_ bytes: [UInt8], file: String) -> LoadResult {
        let stream = YAMLStream(bytes, file: file)
        let context = DecodingContext(file: file)
        var policies: [TracingPolicy] = []
        for document in stream.documents where !document.isNull {
            if let policy = context.policy(document) { policies.append(policy) }
        }
        if stream.diagnostics.isEmpty, stream.documents.allSatisfy(\.isNull) {
            context.error(
                .noPolicy, SourceRange(file: file, at: .start), "the file holds no policy",
                help: "a policy starts with `apiVersion: \(PolicyAPI.version)`")
        }
        let diagnostics = (stream.diagnostics + context.diagnostics).sortedAndUnique()
        return LoadResult(policies: policies, diagnostics: diagnostics)
    }

    /// Reads a file from disk; a file that cannot be read is a diagnostic.
    public static func load(path: String) -> LoadResult {
        do throws(Diagnostic) {
            return load(try contents(of: path), file: path)
        } catch {
            return LoadResult(policies: [], diagnostics: [error])
        }
    }

    /// At most one byte more than the limit, so that a file that never ends does end.
    private static func contents(of path: String) throws(Diagnostic) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        let limit = YAMLLimits.standard.bytes + 1
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < limit {
            let count = read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func unreadable(_ path: String, _ number: Int32) -> Diagnostic {
        let reason = String(cString: strerror(number))
        return Diagnostic(
            .error, .unreadableFile, at: SourceRange(file: path, at: .start),
            "the file cannot be read: \(reason)")
    }
}
