// SPDX-License-Identifier: Apache-2.0
// The running kernel's answers to the policy checker.

internal import ShrikeBPF
internal import ShrikeELF
internal import ShrikePattern
internal import ShrikePolicy

/// Facts from the kernel's BTF and from tracefs.
final class BTFKernelFacts: KernelFacts {
    let types: KernelBTF
    /// Read when the first policy asks: it is long.
    private(set) lazy var traceableFunctions = Tracefs()?.traceableFunctions
    /// By expression: the checker and the compiler ask the same.
    private var matching: [String: [String]] = [:]

    private let files = ProbedFiles()

    let hostNamespaces: [NamespaceKind: UInt32]
    let knowsWorkloads: Bool

    /// - Parameters:
    ///   - procfs: where procfs is mounted, usually `/proc`.
    ///   - knowsWorkloads: somebody tells which containers there are.
    init(types: KernelBTF, procfs: String, knowsWorkloads: Bool) {
        self.types = types
        self.knowsWorkloads = knowsWorkloads
        hostNamespaces = HostNamespaces.read(procfs: procfs)
    }

    func isTraceable(_ name: String) -> Bool { traceableFunctions?.contains(name) ?? false }

    func traceableFunctions(matching expression: String) -> [String]? {
        if let known = matching[expression] { return known }
        guard let functions = traceableFunctions, let pattern = try? Pattern(expression) else { return nil }
        var seen: Set<String> = []
        let found = functions.filter { pattern.matches($0) && seen.insert($0).inserted }
        matching[expression] = found
        return found
    }

    func place(
        _ name: UserPlaceName, inFile path: String
    ) -> Result<FilePlace, FilePlaceProblem>? { files.place(name, path) }

    func function(around place: UserPlaceName, inFile path: String) -> FunctionPart? {
        files.function(around: place, path)
    }

    func staticProbe(
        _ provider: String, _ name: String, inFile path: String
    ) -> Result<[StaticProbePlace], FilePlaceProblem>? { files.staticProbe(provider, name, path) }

    func digests(
        _ kinds: Set<BinaryDigest.Kind>, ofFile path: String
    ) -> Result<Set<BinaryDigest>, FilePlaceProblem>? { files.digests(kinds, path) }

    func function(named name: String) -> FunctionPrototype? {
        types.function(named: name).map { FunctionPrototype($0) }
    }

    func isCompatEntry(_ symbol: String) -> Bool { types.function(named: symbol) != nil }

    func similarFunctions(to name: String) -> [String] {
        // Tens of thousands of names: compare only those that begin or end alike.
        let length = name.utf8.count
        let head = name.utf8.prefix(4)
        let tail = name.utf8.suffix(4)
        let alike = types.functionNames.lazy.filter { candidate in
            abs(candidate.utf8.count - length) <= 3
                && (candidate.utf8.starts(with: head) || candidate.utf8.suffix(4).elementsEqual(tail))
        }
        return Suggestion.nearest(to: name, among: alike).map { [$0] } ?? []
    }

    func hasLSMHook(_ name: String) -> Bool { types.function(named: "bpf_lsm_\(name)") != nil }

    var lsmHooksUnavailable: String? {
        KernelFacilities.hasBPFLSM() ? nil : "`bpf` is not in /sys/kernel/security/lsm"
    }

    var fileHashesUnavailable: String? {
        if types.function(named: "ima_file_hash") == nil { return "it is built without IMA (CONFIG_IMA)" }
        return types.hasEnumValue("BPF_FUNC_ima_file_hash", in: "bpf_func_id")
            ? nil : "BPF programs can hash files since Linux 5.18"
    }

    var registerChangesUnavailable: String? {
        types.hasMember(KernelEvidence.registerChanges, of: "bpf_prog_aux")
            ? nil : KernelEvidence.noRegisterChanges
    }

    var overrideReturnUnavailable: String? {
        types.function(named: KernelEvidence.overrideReturn) == nil ? KernelEvidence.noOverrideReturn : nil
    }

    var tracepointsUnavailable: String? { Tracefs() == nil ? "tracefs is not mounted" : nil }

    func tracepoint(_ subsystem: String, _ event: String) -> TracepointFormat? {
        Tracefs()?.format(subsystem, event)
    }

    func similarTracepoints(to subsystem: String, _ event: String) -> [String] {
        let events = Tracefs()?.events ?? []
        // The right event in the wrong subsystem comes before a slip of the pen.
        if let same = events.first(where: { $0.hasSuffix("/\(event)") }) { return [same] }
        return Suggestion.nearest(to: "\(subsystem)/\(event)", among: events).map { [$0] } ?? []
    }

    func rawTracepoint(named event: String) -> FunctionPrototype? {
        types.rawTracepoint(named: event).map { FunctionPrototype($0) }
    }

    func similarRawTracepoints(to event: String) -> [String] {
        Suggestion.nearest(to: event, among: types.rawTracepointNames).map { [$0] } ?? []
    }

    func typesProblem(ofFile path: String) -> FilePlaceProblem? {
        if case .failure(let problem) = files.types(path) { return problem }
        return nil
    }

    func follow(_ path: [PathStep], from start: PathStart) -> PathAnswer {
        guard case .program(let structure, let file) = start else {
            return follow(path, in: types, from: BTFPathStart(start))
        }
        switch files.types(file) {
        case .failure(let problem):
            return .nowhere("`\(file)` has no types: \(problem.message)", help: problem.help)
        case .success(let types):
            guard types.hasStructure(named: structure) else {
                return .nowhere("`\(file)` has no `struct \(structure)`", help: nil)
            }
            return follow(path, in: types, from: .structure(structure, module: nil))
        }
    }

    private func follow(
        _ path: [PathStep], in types: KernelBTF, from start: BTFPathStart
    ) -> PathAnswer {
        do throws(BTFPathError) {
            return .found(ResolvedPath(try types.path(path.map { BTFPathStep($0) }, from: start)))
        } catch {
            let nearest = error.missing.flatMap { Suggestion.nearest(to: $0, among: error.members) }
            return .nowhere(error.message, help: nearest.map { "did you mean `\($0)`?" })
        }
    }

    var systemCallSymbols: [String] {
        types.functionNames.filter { $0.hasPrefix(SyscallSymbol.prefix + "sys_") }.sorted()
    }
}

extension BTFPathStep {
    fileprivate init(_ step: PathStep) {
        switch step {
        case .member(let name): self = .member(name)
        case .element(let index): self = .element(index)
        }
    }
}

extension BTFPathStart {
    fileprivate init(_ start: PathStart) {
        switch start {
        case .parameter(let index, let function): self = .parameter(index, of: function)
        case .rawTracepoint(let index, let event): self = .rawTracepoint(index, of: event)
        case .structure(let name, let module): self = .structure(name, module: module)
        case .program(let name, _): self = .structure(name, module: nil)
        }
    }
}

extension ResolvedPath {
    fileprivate init(_ path: BTFPath) {
        self.init(
            loads: path.loads, offset: path.offset, bytes: path.bytes, type: ParameterType(path.type),
            isInPlace: path.isInPlace)
    }
}

extension FunctionPrototype {
    fileprivate init(_ function: BTFFunction) {
        self.init(
            name: function.name, parameters: function.parameters.map { ParameterType($0.type) },
            returnType: ParameterType(function.returnType))
    }
}

extension ParameterType {
    fileprivate init(_ type: BTFType) {
        switch type {
        case .void: self.init("void", .void)
        case .integer(let name, let bytes, let isSigned):
            self.init(name, .integer(bytes: bytes, isSigned: isSigned))
        case .pointer(let target): self.init("\(target) *", .pointer(to: target))
        case .other(let name, _): self.init(name, .other)
        }
    }
}
