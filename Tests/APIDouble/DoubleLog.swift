// SPDX-License-Identifier: Apache-2.0
// Logs of containers, as the API server passes them on.

internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// The log of a container.
struct DoubleLog {
    struct Line {
        /// `2026-01-10T07:00:00.000000001Z`
        var time: String
        var message: String

        func text(_ hasTime: Bool) -> String { (hasTime ? "\(time) " : "") + message + "\n" }
    }

    var lines: [Line] = []
    /// Of the run before; nil: there was none.
    var previous: [Line]?
    var isEnded = false
    var followers: [ObjectIdentifier: any Channel] = [:]
}

extension APIDouble {
    private static func path(_ pod: String, _ namespace: String) -> String {
        "/api/v1/namespaces/\(namespace)/pods/\(pod)/log"
    }

    /// A container that has not said anything yet.
    public func startLog(of pod: String, in namespace: String) {
        state.withLock { $0.logs[Self.path(pod, namespace)] = DoubleLog() }
    }

    /// A container writes a line.
    /// - Parameter time: `2026-01-10T07:00:00.000000001Z`
    public func log(_ message: String, at time: String, of pod: String, in namespace: String) {
        let line = DoubleLog.Line(time: time, message: message)
        let path = Self.path(pod, namespace)
        state.withLock { state in
            state.logs[path, default: DoubleLog()].lines.append(line)
            for channel in state.logs[path]?.followers.values ?? [:].values { channel.send(line.text(true)) }
        }
    }

    /// A container dies; its log stays until it is started anew.
    public func endLog(of pod: String, in namespace: String) {
        let path = Self.path(pod, namespace)
        state.withLock { state in
            state.logs[path]?.isEnded = true
            for channel in state.logs[path]?.followers.values ?? [:].values { channel.send(.end(nil)) }
            state.logs[path]?.followers = [:]
        }
    }

    /// A container that has died is started anew.
    public func restartLog(of pod: String, in namespace: String) {
        let path = Self.path(pod, namespace)
        state.withLock { state in
            let lines = state.logs[path]?.lines
            state.logs[path] = DoubleLog(previous: lines)
        }
    }

    /// Breaks the connections of all who follow a log.
    public func cutLog(of pod: String, in namespace: String) {
        for channel in state.withLock({ $0.logs[Self.path(pod, namespace)]?.followers.values ?? [:].values })
        {
            channel.close(promise: nil)
        }
    }

    /// How many follow a log.
    public func followerCount(of pod: String, in namespace: String) -> Int {
        state.withLock { $0.logs[Self.path(pod, namespace)]?.followers.count ?? 0 }
    }
}
