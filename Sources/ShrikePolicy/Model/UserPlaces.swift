// SPDX-License-Identifier: Apache-2.0
// Places in user space files: as policies name them, and where they are in the file.

/// A place in a user space file, as a policy names it.
public enum UserPlaceName: Sendable, Hashable {
    /// A function, and how many bytes behind its beginning.
    case symbol(String, plus: UInt64)
    /// Bytes from the file's beginning.
    case offset(UInt64)
    /// A virtual address, as the file is linked.
    case address(UInt64)

    /// The place that an entry of `symbols` names, `name` or `name+offset`; nil when the offset is no number.
    public init?(symbol text: String) {
        guard let plus = text.lastIndex(of: "+"), plus != text.startIndex else {
            self = .symbol(text, plus: 0)
            return
        }
        guard let number = IntegerSyntax.parse(String(text[text.index(after: plus)...])),
            let offset = UInt64(exactly: number)
        else { return nil }
        self = .symbol(String(text[..<plus]), plus: offset)
    }
}

/// A place in a function.
public struct FunctionPart: Sendable, Hashable {
    /// The function's name.
    public var name: String
    /// How many bytes behind its beginning the place is.
    public var plus: UInt64

    /// A place.
    public init(name: String, plus: UInt64) {
        self.name = name
        self.plus = plus
    }
}

/// Where a place is.
public struct FilePlace: Sendable, Hashable {
    /// Bytes from the file's beginning.
    public var offset: UInt64
    /// The file that the path led to: its device.
    public var device: UInt64
    /// The file that the path led to: its inode.
    public var inode: UInt64

    /// A place.
    public init(offset: UInt64, device: UInt64, inode: UInt64) {
        self.offset = offset
        self.device = device
        self.inode = inode
    }
}

/// Why a place cannot be probed.
public struct FilePlaceProblem: Error, Sendable, Hashable {
    /// One line, behind the file's name: "it has no function `f`".
    public var message: String
    /// What would be right, if that is known.
    public var help: String?

    /// A problem.
    public init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }
}

/// A place that a uprobe names.
public struct UserProbePlace: Sendable {
    /// As the policy says it, for messages and events.
    public var text: String
    /// What that means; nil when it means nothing.
    public var name: UserPlaceName?
    /// Where the kernel counts how many probes are on it; 0: nowhere.
    public var referenceCounterOffset: UInt64
    /// Where the policy names it.
    public var range: SourceRange
}

extension UserProbeHook {
    /// The places of the hook, in the policy's order.
    public var places: [UserProbePlace] {
        let named =
            symbols.map { ($0.value, UserPlaceName(symbol: $0.value), $0.range) }
            + offsets.map { (Self.hexadecimal($0.value), .offset($0.value), $0.range) }
            + addresses.map { (Self.hexadecimal($0.value), .address($0.value), $0.range) }
        return named.enumerated().map { number, place in
            UserProbePlace(
                text: place.0, name: place.1,
                referenceCounterOffset: referenceCounterOffsets.indices.contains(number)
                    ? referenceCounterOffsets[number].value : 0,
                range: place.2)
        }
    }

    private static func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
}

/// Why a hook in user space, or a part of it, is not put in place.
public struct LeftOutHook: Sendable, Hashable {
    /// Its file is not one of those that the policy means.
    public var isOtherFile: Bool
    /// One line.
    public var reason: String

    /// A hook.
    public init(isOtherFile: Bool = false, reason: String) {
        self.isOtherFile = isOtherFile
        self.reason = reason
    }
}

extension PolicyHook {
    /// Why the hook, or a part of it, cannot be put in place as files are now: a file may go, or become another, long
    /// after its policy was loaded; nil when it can, and when that is not known.
    public func leftOut(_ kernel: any KernelFacts) -> LeftOutHook? {
        if let whole = leftOutWhole(kernel) { return whole }
        switch self {
        case let hook as UserProbeHook:
            return hook.places.lazy.compactMap { place in
                guard let name = place.name,
                    case .failure(let problem)? = kernel.place(name, inFile: hook.path.value)
                else { return nil }
                return LeftOutHook(reason: "`\(place.text)` cannot be probed: \(problem.message)")
            }.first
        case let hook as USDTHook:
            let found = kernel.staticProbe(hook.provider.value, hook.name.value, inFile: hook.path.value)
            guard case .failure(let problem)? = found else { return nil }
            return LeftOutHook(reason: "it cannot be probed: \(problem.message)")
        default:
            return nil
        }
    }

    /// Why none of the hook can be put in place.
    public func leftOutWhole(_ kernel: (any KernelFacts)?) -> LeftOutHook? {
        guard let kernel, section == .uprobes || section == .usdts else { return nil }
        if let problem = (self as? UserProbeHook)?.digestProblem(kernel) {
            return LeftOutHook(isOtherFile: true, reason: problem.message)
        }
        return (arguments + data).lazy.compactMap { argument in
            guard let path = argument.resolve?.value,
                case .nowhere(let reason, _) = follow(argument, function: nil, kernel)
            else { return nil }
            return LeftOutHook(reason: "`\(path)` leads nowhere: \(reason)")
        }.first
    }
}

/// One place of a static probe, with what its arguments are there.
public struct StaticProbePlace: Sendable, Hashable {
    /// Its instruction.
    public var place: FilePlace
    /// Where the program looks whether somebody listens; 0: it does not.
    public var referenceCounterOffset: UInt64
    /// The arguments in order.
    public var arguments: [StaticArgument]

    /// A place.
    public init(place: FilePlace, referenceCounterOffset: UInt64, arguments: [StaticArgument]) {
        self.place = place
        self.referenceCounterOffset = referenceCounterOffset
        self.arguments = arguments
    }
}

/// An argument of a static probe, at one of its places.
public struct StaticArgument: Sendable, Hashable {
    /// Where its value is.
    public enum Location: Sendable, Hashable {
        /// A number.
        case constant(Int64)
        /// A register, by the processor's number.
        case register(UInt8)
        /// Memory of the process at base + index << shift + offset.
        case memory(base: UInt8, index: UInt8?, shift: UInt8, offset: Int32)
    }

    /// As the file says it: `-4@%edi`.
    public var text: String
    /// Its size.
    public var bytes: Int
    /// A number with a sign.
    public var isSigned: Bool
    /// nil: the file says it in a way that cannot be read.
    public var location: Location?

    /// An argument.
    public init(text: String, bytes: Int, isSigned: Bool, location: Location?) {
        self.text = text
        self.bytes = bytes
        self.isSigned = isSigned
        self.location = location
    }
}
