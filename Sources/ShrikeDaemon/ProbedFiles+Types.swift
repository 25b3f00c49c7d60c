// SPDX-License-Identifier: Apache-2.0
// The types of user space programs (`btfPath`), and paths along them.

internal import ShrikeBPF
internal import ShrikeELF
internal import ShrikePolicy

extension ProbedFiles {
    /// The types of a file, or why it has none.
    func types(_ path: String) -> Result<KernelBTF, FilePlaceProblem> {
        if let known = types[path] { return known }
        let answer = Self.read(path)
        types[path] = answer
        return answer
    }

    private static func read(_ path: String) -> Result<KernelBTF, FilePlaceProblem> {
        let bytes: [UInt8]
        do throws(ELFError) { bytes = try TypeInformation.read(path: path) } catch {
            return .failure(FilePlaceProblem(error.description))
        }
        do throws(BPFError) { return .success(try KernelBTF(raw: bytes)) } catch {
            return .failure(FilePlaceProblem("its types are damaged"))
        }
    }
}
