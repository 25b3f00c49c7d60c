// SPDX-License-Identifier: Apache-2.0
// What policies want done in user space when a hook was hit: GetUrl and DnsLookup.

/// One thing to do.
public enum Reaction: Sendable, Equatable {
    /// Ask for a page.
    case getURL(String)
    /// Ask for a name's address.
    case lookUp(String)
}

/// Does what policies want, not on the thread that asks.
public protocol EventReactions: Sendable {
    /// Takes a reaction up; never blocks.
    /// - Returns: whether it will be done; false when too many wait already.
    func request(_ reaction: Reaction) -> Bool

    /// What was not done, by name, since the start.
    var losses: [String: UInt64] { get }
}
