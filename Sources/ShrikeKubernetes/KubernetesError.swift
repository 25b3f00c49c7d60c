// SPDX-License-Identifier: Apache-2.0
// What can go wrong on the way to the API server, in words for an operator.

/// Why the API server did not do what it was asked for.
public enum KubernetesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The configuration cannot be used; says what to change.
    case configuration(String)
    /// There is no connection, or it broke.
    case unreachable(String)
    /// The server said no.
    case refused(status: Int, reason: String, retryAfterSeconds: Int?)
    /// The version that was asked for is too old: list again.
    case expired
    /// An answer or a line has more bytes than this.
    case tooLarge(Int)
    /// The answer is not what the API promises.
    case malformed(String)
    /// No answer, or no end of it, in time.
    case timedOut

    /// One line.
    public var description: String {
        switch self {
        case .configuration(let reason): reason
        case .unreachable(let reason): "the API server cannot be reached: \(reason)"
        case .refused(let status, let reason, _): "the API server answered \(status): \(reason)"
        case .expired: "the API server has forgotten the version that was asked for"
        case .tooLarge(let limit): "the API server sent more than \(limit) bytes at once"
        case .malformed(let reason): "the API server's answer makes no sense: \(reason)"
        case .timedOut: "the API server did not answer in time"
        }
    }

    /// How long the server wants to be left alone.
    var retryAfter: Duration? {
        guard case .refused(_, _, let seconds?) = self else { return nil }
        return .seconds(min(max(seconds, 0), 300))
    }
}
