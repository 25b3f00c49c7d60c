// SPDX-License-Identifier: Apache-2.0
// What is done when a selector matches.

/// The kind of an action; the raw value is its name in the language.
public enum ActionKind: String, Sendable, Hashable, CaseIterable {
    case post = "Post"
    case noPost = "NoPost"
    case sigkill = "Sigkill"
    case signal = "Signal"
    case override = "Override"
    case getURL = "GetUrl"
    case dnsLookup = "DnsLookup"
    case trackSock = "TrackSock"
    case untrackSock = "UntrackSock"
    case notifyEnforcer = "NotifyEnforcer"
    case cleanupEnforcerNotification = "CleanupEnforcerNotification"
    case set = "Set"

    /// Whether it changes what the process does, so that monitor mode skips it.
    public var isEnforcement: Bool {
        switch self {
        case .sigkill, .signal, .override, .notifyEnforcer, .set: true
        default: false
        }
    }
}

/// One entry of `matchActions` or `matchReturnActions`. Parameters of other kinds are nil or false
/// in a checked policy.
public struct Action: Sendable {
    /// What is done.
    public let kind: Located<ActionKind>
    /// `argSig` of Signal and NotifyEnforcer.
    public let signal: Located<Int>?
    /// `argError` of Override and NotifyEnforcer: 0 or a negative errno.
    public let errorNumber: Located<Int>?
    /// `rateLimit` of Post, as written; see `RateLimit`.
    public let rateLimit: Located<String>?
    /// `rateLimitScope` of Post.
    public let rateLimitScope: Located<RateLimitScope>?
    /// Add the kernel's stack to the event.
    public let kernelStackTrace: Bool
    /// Add the user space stack to the event.
    public let userStackTrace: Bool
    /// Add the digest that IMA has of the file.
    public let imaHash: Bool
    /// `argUrl` of GetUrl.
    public let url: Located<String>?
    /// `argFqdn` of DnsLookup.
    public let domainName: Located<String>?
    /// `argSock` of TrackSock and UntrackSock: a position in `args`, 0 when not given.
    public let socketPosition: Located<Int>?
    /// `argIndex` of Set: a position in `args`.
    public let targetPosition: Located<Int>?
    /// `argValue` of Set.
    public let newValue: Located<UInt32>?
    /// `argRegs` of a uprobe's Override.
    public let registers: [Located<String>]
    /// `argNewSymbol` of a uprobe's Override.
    public let newSymbol: Located<String>?
    /// `argNewAddr` of a uprobe's Override.
    public let newAddress: Located<UInt64>?
    /// `argNewOffset` of a uprobe's Override.
    public let newOffset: Located<UInt64>?
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange
}

/// What a rate limit counts together.
public enum RateLimitScope: String, Sendable, Hashable, CaseIterable {
    case thread
    case process
    case global
}

/// A rate limit's text.
public enum RateLimit {
    /// `30`, `30s`, `5m` or `1h` in milliseconds, nil if it is none of these. The limit is 2^32 - 1
    /// milliseconds, longer times are cut to it.
    public static func milliseconds(_ text: String) -> UInt32? {
        var digits = Array(text.utf8)
        var factor: UInt64 = 1000
        switch digits.last.map({ $0 | 0x20 }) {
        case UInt8(ascii: "s"): digits.removeLast()
        case UInt8(ascii: "m"): (factor, _) = (60_000, digits.removeLast())
        case UInt8(ascii: "h"): (factor, _) = (3_600_000, digits.removeLast())
        default: break
        }
        guard (1...10).contains(digits.count) else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
            number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return UInt32(min(number * factor, UInt64(UInt32.max)))
    }
}
