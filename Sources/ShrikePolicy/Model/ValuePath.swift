// SPDX-License-Identifier: Apache-2.0
// Paths from what a hook hands over to a value behind it: `resolve`, and where `data` comes from.

/// One step of a path.
public enum PathStep: Sendable, Hashable {
    /// To a member.
    case member(String)
    /// To an element of an array, or of what a pointer points at.
    case element(Int)
}

/// Where a path starts.
public enum PathStart: Sendable, Hashable {
    /// A parameter of a kernel function, counted from 0.
    case parameter(Int, of: String)
    /// A parameter of a raw tracepoint, counted from 0.
    case rawTracepoint(Int, of: String)
    /// A structure that a pointer points at, of a module if the kernel itself has none of this name.
    case structure(String, module: String?)
    /// A structure of a user space program that a pointer of it points at, by the types of a file.
    case program(String, typesOf: String)
}

/// How a value is reached in one kernel.
public struct ResolvedPath: Sendable, Hashable {
    /// The pointers to follow: where each stands behind the address that the one before held.
    public var loads: [Int]
    /// Where the value stands behind the last of them.
    public var offset: Int
    /// Its size in bytes.
    public var bytes: Int
    /// Its type; of a structure or array that stands there a pointer to it, or to its elements.
    public var type: ParameterType
    /// It is a structure or an array: its address is what there is.
    public var isInPlace: Bool

    /// A path.
    public init(loads: [Int], offset: Int, bytes: Int, type: ParameterType, isInPlace: Bool) {
        self.loads = loads
        self.offset = offset
        self.bytes = bytes
        self.type = type
        self.isInPlace = isInPlace
    }

    /// The type that `auto` stands for; nil when there is none to show the value with.
    public var automaticType: ArgumentType? { PrototypeFit.suggestion(for: type) }
}

/// What a kernel says to a path.
public enum PathAnswer: Sendable, Hashable {
    /// Nothing is known of its structures.
    case unknown
    /// It leads to a value.
    case found(ResolvedPath)
    /// It leads nowhere: why, as a sentence, and what may help.
    case nowhere(String, help: String?)
}

/// A register that `source: pt_regs` names, as a part of `struct pt_regs`.
public struct SavedRegister: Sendable, Hashable {
    /// The member of `struct pt_regs`.
    public let member: String
    /// Where the register begins in it.
    public let offset: Int
    /// Its size in bytes.
    public let bytes: Int

    /// The register of a name, `rax` or `eax` for example; nil when this machine has none of that name.
    public init?(_ name: String) {
        guard let found = Self.all[name.lowercased()] else { return nil }
        self = found
    }

    private init(member: String, offset: Int = 0, bytes: Int = 8) {
        (self.member, self.offset, self.bytes) = (member, offset, bytes)
    }

    private static let all: [String: SavedRegister] = {
        var all: [String: SavedRegister] = [:]
        for letter in ["a", "b", "c", "d"] {
            let member = letter + "x"
            all["r" + member] = SavedRegister(member: member)
            all["e" + member] = SavedRegister(member: member, bytes: 4)
            all[member] = SavedRegister(member: member, bytes: 2)
            all[letter + "l"] = SavedRegister(member: member, bytes: 1)
            all[letter + "h"] = SavedRegister(member: member, offset: 1, bytes: 1)
        }
        for member in ["si", "di", "bp", "sp"] {
            all["r" + member] = SavedRegister(member: member)
            all["e" + member] = SavedRegister(member: member, bytes: 4)
            all[member] = SavedRegister(member: member, bytes: 2)
            all[member + "l"] = SavedRegister(member: member, bytes: 1)
        }
        for number in 8...15 {
            let member = "r\(number)"
            all[member] = SavedRegister(member: member)
            for (suffix, bytes) in [("d", 4), ("w", 2), ("b", 1)] {
                all[member + suffix] = SavedRegister(member: member, bytes: bytes)
            }
        }
        all["rip"] = SavedRegister(member: "ip")
        all["eip"] = SavedRegister(member: "ip", bytes: 4)
        all["rflags"] = SavedRegister(member: "flags")
        all["eflags"] = SavedRegister(member: "flags", bytes: 4)
        all["orig_rax"] = SavedRegister(member: "orig_ax")
        all["cs"] = SavedRegister(member: "cs", bytes: 2)
        all["ss"] = SavedRegister(member: "ss", bytes: 2)
        return all
    }()
}

extension PolicyHook {
    /// Where the path of an argument or a `data` entry starts; nil when the prototype does not tell: of a system call,
    /// of a list, without `btfType`.
    /// - Parameter function: the symbol that is hooked, of a kernel function that is no system call.
    public func pathStart(of argument: Argument, function: String?) -> PathStart? {
        if argument.source?.value == .currentTask {
            return .structure(Argument.Source.taskStructure, module: nil)
        }
        if section == .uprobes || section == .usdts {
            guard let file = btfPath, let name = argument.btfType?.value else { return nil }
            return .program(name, typesOf: file)
        }
        if let name = argument.btfType?.value {
            return .structure(name, module: argument.btfTypeModule?.value)
        }
        switch self {
        case let hook as LSMHook: return .parameter(argument.index, of: "bpf_lsm_" + hook.hook.value)
        case let hook as TracepointHook:
            return hook.raw ? .rawTracepoint(argument.index, of: hook.event.value) : nil
        default: return function.map { .parameter(argument.index, of: $0) }
        }
    }
}

extension PolicyHook {
    /// Follows the path of an argument or a `data` entry, or looks up the register that it names.
    /// - Parameter function: as in `pathStart`.
    public func follow(
        _ argument: Argument, function: String?, _ kernel: (any KernelFacts)?
    ) -> PathAnswer {
        guard let kernel, let text = argument.resolve?.value else { return .unknown }
        if argument.source?.value == .registers {
            guard let register = SavedRegister(text) else {
                return .nowhere("this machine has no such register", help: nil)
            }
            return kernel.follow(
                [.member(register.member)],
                from: .structure(Argument.Source.registersStructure, module: nil))
        }
        guard let steps = ResolvePath.steps(of: text) else {
            return .nowhere("it is not well-formed", help: nil)
        }
        guard let start = pathStart(of: argument, function: function) else {
            if section == .uprobes || section == .usdts { return .unknown }
            return .nowhere(
                "it is not known what a system call's argument points at",
                help: "name the structure with `btfType`")
        }
        return kernel.follow(steps, from: start)
    }
}

extension Argument.Source {
    /// The structure that `current_task` starts at.
    static let taskStructure = "task_struct"
    /// The structure that registers are saved in.
    public static let registersStructure = "pt_regs"
}
