// SPDX-License-Identifier: Apache-2.0
// One kernel as the checker asks about it, from whatever its facts come from.

public import ShrikePolicy
internal import Synchronization

/// A kernel to lint for.
public protocol LintKernel: KernelFacts, Sendable {
    /// What messages call it: `6.12`.
    var label: String { get }
    /// Whether it has a trace event; nil if that is not known.
    func hasTracepoint(_ name: String) -> Bool?
    /// Whether it has the function and lets nobody trace it.
    func isUntraceable(_ name: String) -> Bool
    /// Whether it lists a trace event now, its modules' among them; nil if that cannot be asked: it is not running here,
    /// or who asks may not see.
    func lists(_ subsystem: String, _ event: String) -> Bool?
}

extension LintKernel {
    /// As the daemon sees it.
    public var overrideReturnUnavailable: String? {
        function(named: KernelEvidence.overrideReturn) == nil ? KernelEvidence.noOverrideReturn : nil
    }

    /// That is not known.
    public func isUntraceable(_ name: String) -> Bool { false }

    /// It is not running here.
    public func lists(_ subsystem: String, _ event: String) -> Bool? { nil }
}

/// A kernel whose facts are built in.
public struct KnownKernel: LintKernel {
    /// What messages call it.
    public let label: String
    private let number: Int

    /// All known kernels, oldest first.
    public static let all: [KnownKernel] = FactsFile.embedded.labels.enumerated().map {
        KnownKernel(label: $1, number: $0)
    }

    private var bit: UInt8 { 1 << UInt8(number) }

    /// The function of that symbol.
    public func function(named name: String) -> FunctionPrototype? {
        FactsFile.embedded.function(name)?.number(kernel: number)
            .flatMap { FactsFile.embedded.prototype($0, name: name) }
    }

    /// The functions of the kernel itself, as far as its type information has them.
    public var traceableFunctions: [String]? {
        var names: [String] = []
        FactsFile.embedded.forEachFunction { name, kernels in
            if kernels & bit != 0 { names.append(String(decoding: name, as: UTF8.self)) }
        }
        return names
    }

    /// Modules may bring more (SHR233).
    public var knowsEveryTracepoint: Bool { false }

    /// What the record of a tracepoint holds; nil when the kernel itself has none of that name.
    public func tracepoint(_ subsystem: String, _ event: String) -> TracepointFormat? {
        FactsFile.embedded.record("\(subsystem)/\(event)")?.number(kernel: number)
            .flatMap { FactsFile.embedded.format($0) }
    }

    /// What a raw tracepoint hands over.
    public func rawTracepoint(named event: String) -> FunctionPrototype? {
        FactsFile.embedded.tracepoint(event)?.number(kernel: number)
            .flatMap { FactsFile.embedded.prototype($0, name: event) }
    }

    /// Whether it has the function and lets nobody trace it.
    public func isUntraceable(_ name: String) -> Bool {
        FactsFile.embedded.isUntraceable(name, kernel: number)
    }

    /// Told by the release: no function came with it.
    public var registerChangesUnavailable: String? {
        let numbers = { (release: String) in release.split(separator: ".").map { Int($0) ?? 0 } }
        let isOld = numbers(label).lexicographicallyPrecedes(numbers(KernelEvidence.registerChangesSince))
        return isOld ? KernelEvidence.noRegisterChanges : nil
    }

    /// Whether there is an LSM hook of that name.
    public func hasLSMHook(_ name: String) -> Bool { function(named: "bpf_lsm_" + name) != nil }

    /// Whether there is a trace event of that name.
    public func hasTracepoint(_ name: String) -> Bool? {
        FactsFile.embedded.tracepoint(name)?.number(kernel: number) != nil
    }

    /// Symbols that differ in a few letters.
    public func similarFunctions(to name: String) -> [String] {
        let candidates = Self.lastSearch.withLock { last in
            if last.name != name {
                var sieve = NameSieve(name)
                var kernels: [String: UInt8] = [:]
                FactsFile.embedded.forEachFunction { candidate, mask in
                    if sieve.consider(candidate) {
                        kernels[String(decoding: candidate, as: UTF8.self)] = mask
                    }
                }
                last = (name, sieve.survivors.map { ($0, kernels[$0] ?? 0) })
            }
            return last.found
        }
        let own = candidates.lazy.filter { $0.kernels & bit != 0 }.map(\.name)
        return Suggestion.nearest(to: name, among: own).map { [$0] } ?? []
    }

    /// All kernels are asked for the same name one after the other; the search goes through all names.
    private static let lastSearch = Mutex<(name: String, found: [(name: String, kernels: UInt8)])>(("", []))
}

/// Finds names near to one without measuring the distance to all of them.
struct NameSieve {
    private let name: String
    private let length: Int
    private let letters: UInt64
    private(set) var survivors: [String] = []

    init(_ name: String) {
        self.name = name
        length = name.utf8.count
        letters = Self.letters(name.utf8)
    }

    /// Which letters and digits occur: each edit changes at most two of these bits.
    private static func letters(_ text: some Sequence<UInt8>) -> UInt64 {
        text.reduce(0) { $0 | 1 << UInt64($1 & 0x3F) }
    }

    /// Keeps a name that may be near enough.
    @discardableResult
    mutating func consider(_ candidate: [UInt8]) -> Bool {
        guard abs(candidate.count - length) <= 3, survivors.count < 512,
            (Self.letters(candidate) ^ letters).nonzeroBitCount <= 4
        else {
            return false
        }
        survivors.append(String(decoding: candidate, as: UTF8.self))
        return true
    }

    var nearest: [String] { Suggestion.nearest(to: name, among: survivors).map { [$0] } ?? [] }
}
