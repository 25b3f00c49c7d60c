// SPDX-License-Identifier: Apache-2.0
// What the user space files that policies name are told by. Of the file that is open, which is the one that is probed.

internal import ShrikeDigests
internal import ShrikeELF
internal import ShrikePolicy

extension ProbedFiles {
    /// More than any program; a sparse file of a terabyte would keep policies waiting for an hour.
    private static let maximumBytes: UInt64 = 2 << 30

    /// The digests of a file, of the kinds that it has.
    func digests(
        _ kinds: Set<BinaryDigest.Kind>, _ path: String
    ) -> Result<Set<BinaryDigest>, FilePlaceProblem> {
        do throws(ELFError) {
            let file = try open(path)
            var found: Set<BinaryDigest> = []
            for kind in kinds {
                if let digest = try digest(kind, path, file) { found.insert(digest) }
            }
            return .success(found)
        } catch {
            return .failure(FilePlaceProblem(error.description))
        }
    }

    private func digest(
        _ kind: BinaryDigest.Kind, _ path: String, _ file: ELFFile
    ) throws(ELFError) -> BinaryDigest? {
        if let known = digests[path]?[kind] { return known }
        let bytes: [UInt8]?
        if let algorithm = DigestAlgorithm(rawValue: kind.rawValue) {
            guard file.byteCount <= Self.maximumBytes else {
                throw ELFError("it is longer than \(Self.maximumBytes >> 30) GiB, which are not hashed")
            }
            var done: UInt64 = 0
            bytes = try algorithm.digest { () throws(ELFError) in
                let part = try file.part(at: done)
                done += UInt64(part.count)
                return part.isEmpty ? nil : part
            }
        } else {
            bytes = try file.buildID()
        }
        let digest = bytes.map { BinaryDigest(kind, bytes: $0) }
        digests[path, default: [:]][kind] = .some(digest)
        return digest
    }
}
