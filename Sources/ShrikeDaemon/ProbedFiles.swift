// SPDX-License-Identifier: Apache-2.0
// Places in the user space files that policies name, looked up for one change of policies.

internal import ShrikeBPF
internal import ShrikeELF
internal import ShrikePolicy

/// Files that have been opened, each once: the checker and the compiler ask the same.
final class ProbedFiles {
    private var files: [String: Result<ELFFile, ELFError>] = [:]
    private struct Question: Hashable {
        var path: String
        var name: UserPlaceName
    }
    private var answers: [Question: Result<FilePlace, FilePlaceProblem>] = [:]
    /// Types of files that have been read.
    var types: [String: Result<KernelBTF, FilePlaceProblem>] = [:]
    /// By path and kind; nil: the file has none of the kind.
    var digests: [String: [BinaryDigest.Kind: BinaryDigest?]] = [:]

    /// Where a place is.
    func place(_ name: UserPlaceName, _ path: String) -> Result<FilePlace, FilePlaceProblem> {
        let question = Question(path: path, name: name)
        if let known = answers[question] { return known }
        let answer = look(for: name, path)
        answers[question] = answer
        return answer
    }

    private func look(for name: UserPlaceName, _ path: String) -> Result<FilePlace, FilePlaceProblem> {
        do throws(ELFError) {
            let file = try open(path)
            guard let offset = try offset(of: name, file), file.isCode(offset: offset),
                let identity = file.identity
            else {
                return .failure(
                    FilePlaceProblem("the file has no code there", help: "give a place inside a function"))
            }
            return .success(
                FilePlace(offset: offset, device: identity.device, inode: identity.inode))
        } catch {
            return .failure(FilePlaceProblem(error.description, help: help(for: name, path)))
        }
    }

    func open(_ path: String) throws(ELFError) -> ELFFile {
        let known: Result<ELFFile, ELFError>
        if let opened = files[path] {
            known = opened
        } else {
            do throws(ELFError) { known = .success(try ELFFile(path: path)) } catch {
                known = .failure(error)
            }
            files[path] = known
        }
        return try known.get()
    }

    private func offset(of name: UserPlaceName, _ file: ELFFile) throws(ELFError) -> UInt64? {
        switch name {
        case .symbol(let symbol, let plus):
            let (address, overflows) = try file.function(named: symbol).address.addingReportingOverflow(plus)
            return overflows ? nil : file.codeOffset(ofAddress: address)
        case .offset(let offset): return offset
        case .address(let address): return file.codeOffset(ofAddress: address)
        }
    }

    /// The function that a place is in; nil when the file's symbols do not tell.
    func function(around name: UserPlaceName, _ path: String) -> FunctionPart? {
        if case .symbol(let symbol, let plus) = name { return FunctionPart(name: symbol, plus: plus) }
        guard let file = try? open(path), let offset = try? offset(of: name, file),
            let address = file.address(ofOffset: offset),
            let function = try? file.functions().last(where: { $0.address <= address }),
            address - function.address < function.size
        else { return nil }
        return FunctionPart(name: function.name, plus: address - function.address)
    }

    /// The function that was meant, perhaps.
    private func help(for name: UserPlaceName, _ path: String) -> String? {
        guard case .symbol(let symbol, _) = name, let file = try? open(path),
            let functions = try? file.functions(),
            let near = Suggestion.nearest(to: symbol, among: functions.map(\.name))
        else { return nil }
        return near == symbol ? nil : "did you mean `\(near)`?"
    }

    // MARK: Static probes

    /// The places of a static probe.
    func staticProbe(
        _ provider: String, _ name: String, _ path: String
    ) -> Result<[StaticProbePlace], FilePlaceProblem> {
        do throws(ELFError) {
            let file = try open(path)
            let all = try file.staticProbes()
            let wanted = all.filter { $0.provider == provider && $0.name == name }
            guard !wanted.isEmpty else { return .failure(problem(provider, name, all)) }
            var places: [StaticProbePlace] = []
            for probe in wanted {
                guard let place = place(of: probe, file) else {
                    return .failure(FilePlaceProblem("the file has no code at one of its places"))
                }
                places.append(place)
            }
            return .success(places)
        } catch {
            return .failure(FilePlaceProblem(error.description))
        }
    }

    private func problem(_ provider: String, _ name: String, _ all: [StaticProbe]) -> FilePlaceProblem {
        if all.isEmpty { return FilePlaceProblem("the file has no static probes") }
        let near = Suggestion.nearest(
            to: "\(provider):\(name)", among: Set(all.map { "\($0.provider):\($0.name)" }).sorted())
        return FilePlaceProblem("the file has no such probe", help: near.map { "did you mean `\($0)`?" })
    }

    private func place(of probe: StaticProbe, _ file: ELFFile) -> StaticProbePlace? {
        guard let offset = file.codeOffset(ofAddress: probe.address), let identity = file.identity else {
            return nil
        }
        var counter: UInt64 = 0
        if probe.semaphore != 0 {
            guard let found = file.offset(ofAddress: probe.semaphore) else { return nil }
            counter = found
        }
        return StaticProbePlace(
            place: FilePlace(offset: offset, device: identity.device, inode: identity.inode),
            referenceCounterOffset: counter, arguments: probe.arguments.map { StaticArgument(parsing: $0) })
    }
}

extension StaticArgument {
    fileprivate init(parsing text: String) {
        let parsed = StaticProbeArgument(parsing: text)
        self.init(
            text: text, bytes: parsed?.bytes ?? 0, isSigned: parsed?.isSigned ?? false,
            location: parsed.map { Location($0.location) })
    }
}

extension StaticArgument.Location {
    fileprivate init(_ location: StaticProbeArgument.Location) {
        switch location {
        case .constant(let number): self = .constant(number)
        case .register(let register): self = .register(register.rawValue)
        case .memory(let base, let index, let scale, let offset):
            self = .memory(
                base: base.rawValue, index: index?.rawValue, shift: UInt8(scale.trailingZeroBitCount),
                offset: offset)
        }
    }
}
