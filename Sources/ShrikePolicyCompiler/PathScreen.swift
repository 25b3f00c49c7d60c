// SPDX-License-Identifier: Apache-2.0
// Which paths a hook's values can match at all, by their first two names.

internal import ShrikeABI

/// The names that values on paths start with, as sets of hashes.
///
/// A path that is not in it matches no value; one that is in it may or may not.
struct PathScreen: Sendable, Hashable {
    private(set) var first: [UInt64]
    private(set) var whole: [UInt64]
    private(set) var second: [UInt64]

    /// - Parameter keys: of `TextFilter`s: Equal with the final NUL, Prefix without.
    /// - Returns: nil when a value can match paths under any first name.
    init?(keys: some Sequence<[UInt8]>) {
        func words(_ bits: Int32) -> [UInt64] { Array(repeating: 0, count: 1 << (Int(bits) - 6)) }
        first = words(SHRIKE_SCREEN_FIRST_BITS)
        whole = words(SHRIKE_SCREEN_FIRST_BITS)
        second = words(SHRIKE_SCREEN_SECOND_BITS)
        for key in keys {
            guard key.first == UInt8(ascii: "/") else { return nil }
            let names = key.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            // The last one may be the start of a longer name, unless its end is told.
            let isEqual = key.last == 0
            guard names.count > 1 || isEqual, let name = names.first, !name.isEmpty else { return nil }
            let hash = Self.hash(name)
            Self.insert(shrike_screen_first(hash), in: &first)
            // An Equal value of two names ends in its NUL; a Prefix value needs a slash behind the second.
            let isSecondWhole = names.count > 2 || names.count == 2 && isEqual
            if isSecondWhole, !names[1].isEmpty {
                Self.insert(shrike_screen_second(hash, Self.hash(names[1])), in: &second)
            } else {
                Self.insert(shrike_screen_first(hash), in: &whole)
            }
        }
    }

    /// Whether a path, with its final NUL, may match; as screen_path() has it.
    func mayMatch(_ path: [UInt8]) -> Bool {
        let names = path.dropFirst().dropLast().split(separator: UInt8(ascii: "/"))
        guard let name = names.first else { return true }
        let hash = Self.hash(name)
        guard Self.contains(shrike_screen_first(hash), first) else { return false }
        if Self.contains(shrike_screen_first(hash), whole) { return true }
        guard names.count > 1 else { return false }
        return Self.contains(shrike_screen_second(hash, Self.hash(names[1])), second)
    }

    /// The sets as the program reads them.
    var configuration: shrike_path_screen {
        var screen = shrike_path_screen()
        unsafe withUnsafeMutableBytes(of: &screen) { bytes in
            (first + whole + second).withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
        }
        return screen
    }

    /// Of a name, which may have a NUL behind it.
    private static func hash(_ name: ArraySlice<UInt8>) -> UInt64 {
        let name = name.last == 0 ? name.dropLast() : name
        let head = name.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return shrike_name_hash(head, UInt32(name.count))
    }

    private static func insert(_ bit: UInt32, in set: inout [UInt64]) {
        set[Int(bit / 64)] |= 1 << UInt64(bit % 64)
    }

    private static func contains(_ bit: UInt32, _ set: [UInt64]) -> Bool {
        set[Int(bit / 64)] >> UInt64(bit % 64) & 1 != 0
    }
}

extension HookPlan {
    /// The first argument that decides alone whether any selector can match, and is a file or path: its number.
    func screened(typed: Set<Int>) -> (argument: Int, screen: PathScreen)? {
        for (number, argument) in arguments.enumerated() {
            guard let screen = argument.screen, argument.isTyped(typed),
                argument.forwardDefault.isDisjoint(with: everyone)
            else { continue }
            return (number, screen)
        }
        return nil
    }
}
