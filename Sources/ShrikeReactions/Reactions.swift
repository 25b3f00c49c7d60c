// SPDX-License-Identifier: Apache-2.0
// GetUrl and DnsLookup: beside the events, a few at a time, each for a limited time.

public import Logging
internal import NIOCore
internal import NIOPosix
public import ShrikeExport
internal import ShrikePolicy
internal import Synchronization

/// What became of reactions.
public struct ReactionCounters: Sendable, Equatable {
    /// Answered, whatever the answer.
    public var done: UInt64 = 0
    /// Not answered in time, or not possible.
    public var failed: UInt64 = 0
    /// Not taken up, since too many waited.
    public var dropped: UInt64 = 0
}

/// Does reactions. Any thread.
public final class Reactions: EventReactions {
    /// Done at the same time.
    public static let concurrent = 8
    /// Waiting for their turn.
    public static let waitingLimit = 1_024

    private struct State {
        var running = 0
        /// The first is the next.
        var waiting: [Reaction] = []
        var counters = ReactionCounters()
    }

    private let state = Mutex(State())
    private let group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    private let pages: PageRequest
    private let names: NameRequest
    private let logger: Logger

    /// - Parameters:
    ///   - timeout: how long one may take.
    ///   - resolver: the file that names the name servers.
    public init(logger: Logger, timeoutSeconds: Int64 = 10, resolver: String = "/etc/resolv.conf") {
        self.logger = logger
        pages = PageRequest(timeout: .seconds(timeoutSeconds))
        names = NameRequest(timeout: .seconds(timeoutSeconds), resolver: resolver)
    }

    /// What became of them so far.
    public var counters: ReactionCounters { state.withLock { $0.counters } }

    /// What was not done, by name.
    public var losses: [String: UInt64] {
        let counters = counters
        return ["reactions.failed": counters.failed, "reactions.dropped": counters.dropped]
    }

    /// Takes a reaction up; never blocks.
    public func request(_ reaction: Reaction) -> Bool {
        let isNext: Bool? = state.withLock { state in
            if state.running < Self.concurrent {
                state.running += 1
                return true
            }
            guard state.waiting.count < Self.waitingLimit else {
                state.counters.dropped &+= 1
                return nil
            }
            state.waiting.append(reaction)
            return false
        }
        if isNext == true { perform(reaction) }
        return isNext != nil
    }

    private func perform(_ reaction: Reaction) {
        let loop = group.next()
        let result =
            switch reaction {
            case .getURL(let text): pages.send(text, on: loop)
            case .lookUp(let name): names.send(name, on: loop)
            }
        result.whenComplete { result in
            var isDone = true
            if case .failure(let error) = result {
                isDone = false
                self.logger.debug(
                    "a reaction failed",
                    metadata: ["reaction": "\(reaction)", "reaction.error": "\(error)"])
            }
            if let next = self.end(isDone) { self.perform(next) }
        }
    }

    /// Counts an end. Returns what has its turn now.
    private func end(_ isDone: Bool) -> Reaction? {
        state.withLock { state in
            if isDone { state.counters.done &+= 1 } else { state.counters.failed &+= 1 }
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}

/// Why a reaction was not done.
enum ReactionError: Error, Equatable {
    /// Not what can be asked for.
    case malformed
    /// No answer in time.
    case timedOut
    /// The other side ended it.
    case closed
}
