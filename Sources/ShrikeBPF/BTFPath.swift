// SPDX-License-Identifier: Apache-2.0
// From a structure of the kernel along members and pointers to a value: which pointers are followed, and at which
// offsets. Only the running kernel's types know.

internal import CLibbpf

/// One step of a path.
public enum BTFPathStep: Sendable, Hashable {
    /// To a member of a structure or union, those of unnamed ones in it too.
    case member(String)
    /// To an element of an array, or of what a pointer points at.
    case element(Int)
}

/// Where a path starts.
public enum BTFPathStart: Sendable, Hashable {
    /// A parameter of a function, counted from 0.
    case parameter(Int, of: String)
    /// A parameter of a raw tracepoint, counted from 0.
    case rawTracepoint(Int, of: String)
    /// A structure that a pointer points at; of a module, if vmlinux has none of this name.
    case structure(String, module: String?)
}

/// How a value is reached.
public struct BTFPath: Sendable, Hashable {
    /// The pointers to follow: where each stands behind the address that the one before held.
    public var loads: [Int]
    /// Where the value stands behind the last of them.
    public var offset: Int
    /// Its size in bytes.
    public var bytes: Int
    /// Its type; of a structure or array that stands there a pointer to it, or to its elements.
    public var type: BTFType
    /// It is a structure or an array: its address is what there is.
    public var isInPlace: Bool
}

/// Why a path leads nowhere.
public struct BTFPathError: Error, Sendable, Hashable {
    /// What is wrong, as the end of a sentence.
    public var message: String
    /// The member that there is not.
    public var missing: String?
    /// The members that there are.
    public var members: [String]

    init(_ message: String, missing: String? = nil, members: [String] = []) {
        self.message = message
        self.missing = missing
        self.members = members
    }
}

extension KernelBTF {
    /// Follows a path.
    /// - Throws: what the first step that leads nowhere lacks.
    public func path(_ steps: [BTFPathStep], from start: BTFPathStart) throws(BTFPathError) -> BTFPath {
        switch start {
        case .parameter(let index, let function):
            guard let type = parameter(index, of: function) else {
                throw BTFPathError("`\(function)` has no parameter \(index)")
            }
            return try walk(steps, from: type, isHeld: true)
        case .rawTracepoint(let index, let event):
            guard let type = rawParameter(index, of: event) else {
                throw BTFPathError("the tracepoint `\(event)` has no parameter \(index)")
            }
            return try walk(steps, from: type, isHeld: true)
        case .structure(let name, let module):
            if let type = structure(named: name) { return try walk(steps, from: type, isHeld: false) }
            guard let module else { throw BTFPathError("this kernel has no `struct \(name)`") }
            let types = try moduleTypes(module)
            guard let type = types.structure(named: name) else {
                throw BTFPathError("neither this kernel nor its module `\(module)` has a `struct \(name)`")
            }
            return try types.walk(steps, from: type, isHeld: false)
        }
    }

    private func moduleTypes(_ name: String) throws(BTFPathError) -> KernelBTF {
        guard let types = module(named: name) else {
            throw BTFPathError("the module `\(name)` is not loaded, or has no type information")
        }
        return types
    }

    /// - Parameter isHeld: the first type is that of a value, not of what an address points at.
    private func walk(
        _ steps: [BTFPathStep], from first: UInt32, isHeld: Bool
    ) throws(BTFPathError) -> BTFPath {
        var walk = PathWalk(types: self, at: first, isHeld: isHeld)
        for step in steps { try walk.take(step) }
        return try walk.end()
    }
}

/// Where a path has come to.
private struct PathWalk {
    let types: KernelBTF
    /// The type at `offset` behind the last pointer that was followed.
    var at: UInt32
    /// It is not there but in the register.
    var isHeld: Bool
    /// Nothing but a pointer to it has been named: it may be the first of several.
    var isStart: Bool
    var loads: [Int] = []
    var offset = 0
    var bitField: String?

    init(types: KernelBTF, at: UInt32, isHeld: Bool) {
        (self.types, self.at, self.isHeld, isStart) = (types, at, isHeld, !isHeld)
    }

    /// Goes where the pointer at hand points.
    private mutating func follow(_ target: UInt32) {
        if isHeld { isHeld = false } else { loads.append(offset) }
        offset = 0
        at = target
    }

    /// As many as `struct shrike_path_config` holds.
    private static let maximumLoads = 10

    mutating func take(_ step: BTFPathStep) throws(BTFPathError) {
        switch step {
        case .member(let name): try goTo(member: name)
        case .element(let index): try goTo(element: index)
        }
        isStart = false
    }

    private mutating func goTo(member name: String) throws(BTFPathError) {
        // A pointer to a pointer has no members: all of them are followed.
        while let target = types.pointee(of: at) { follow(target) }
        guard !isHeld, let members = types.members(of: at) else {
            throw BTFPathError("`\(types.spelling(of: at))` has no members, so no `\(name)`")
        }
        guard let found = members[name] else {
            throw BTFPathError(
                "`\(types.spelling(of: at))` has no member `\(name)`", missing: name,
                members: members.keys.sorted())
        }
        bitField = found.isBitField ? name : nil
        offset += found.offset
        guard offset <= Int(UInt32.max) else { throw BTFPathError("`\(name)` is out of reach") }
        at = found.type
    }

    private mutating func goTo(element index: Int) throws(BTFPathError) {
        if let target = types.pointee(of: at) {
            follow(target)
        } else if let array = types.array(at), !isHeld {
            // A flexible array says 0.
            guard array.count == 0 || index < array.count else {
                throw BTFPathError("the array has \(array.count) elements, there is no [\(index)]")
            }
            at = array.element
        } else if !isStart {
            throw BTFPathError("`\(types.spelling(of: at))` is no array, so there is no [\(index)]")
        }
        let (bytes, isTooFar) = types.bytes(of: at).multipliedReportingOverflow(by: index)
        guard !isTooFar, bytes + offset <= Int(UInt32.max) else {
            throw BTFPathError("[\(index)] is out of reach")
        }
        offset += bytes
    }

    func end() throws(BTFPathError) -> BTFPath {
        guard loads.count <= Self.maximumLoads else {
            throw BTFPathError("it follows more than \(Self.maximumLoads) pointers")
        }
        if let bitField { throw BTFPathError("`\(bitField)` is a bit field, which has no address") }
        let type = types.kindOfValue(at)
        let bytes = types.bytes(of: at)
        switch type {
        case .void: throw BTFPathError("`void` is no value")
        case .integer, .pointer:
            guard (1...8).contains(bytes) else {
                throw BTFPathError("a number of \(bytes) bytes is not read")
            }
            return BTFPath(loads: loads, offset: offset, bytes: bytes, type: type, isInPlace: false)
        case .other(let text, _):
            let target = types.array(at).map { types.spelling(of: $0.element) } ?? text
            return BTFPath(
                loads: loads, offset: offset, bytes: bytes, type: .pointer(to: target), isInPlace: true)
        }
    }
}
