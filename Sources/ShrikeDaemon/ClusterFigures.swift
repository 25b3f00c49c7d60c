// SPDX-License-Identifier: Apache-2.0
// How the daemon gets on with the Kubernetes API server: for probes and metrics.

/// What is known of the API server and of what it gave.
public struct ClusterFigures: Sendable, Equatable {
    /// A collection that is followed.
    public struct Watch: Sendable, Equatable {
        /// `tracingpolicies.cilium.io`.
        public var name: String
        /// Whether all of it has been read once.
        public var isSynced: Bool
        /// Whether the server's latest answer was a good one.
        public var isConnected: Bool
        /// Complete lists that were read.
        public var lists: UInt64
        /// Watches that were started.
        public var watches: UInt64
        /// Changes that watches told.
        public var changes: UInt64
        /// Failures of any kind.
        public var errors: UInt64
        /// Objects that could not be read or were too many.
        public var leftOut: UInt64
        /// Seconds since the server last said something; nil: it never did.
        public var silenceSeconds: Double?
        /// The latest failure.
        public var lastError: String

        /// How a watch goes.
        public init(
            name: String, isSynced: Bool, isConnected: Bool, lists: UInt64 = 0, watches: UInt64 = 0,
            changes: UInt64 = 0, errors: UInt64 = 0, leftOut: UInt64 = 0, silenceSeconds: Double? = nil,
            lastError: String = ""
        ) {
            self.name = name
            self.isSynced = isSynced
            self.isConnected = isConnected
            self.lists = lists
            self.watches = watches
            self.changes = changes
            self.errors = errors
            self.leftOut = leftOut
            self.silenceSeconds = silenceSeconds
            self.lastError = lastError
        }
    }

    /// What is followed.
    public var watches: [Watch]
    /// Policies of the API server, by `loaded`, `refused` and `skipped`.
    public var policies: [String: Int]
    /// How often the node's status was written to the API server.
    public var statusWrites: UInt64
    /// How often that failed.
    public var statusErrors: UInt64

    /// What is known.
    public init(
        watches: [Watch] = [], policies: [String: Int] = [:], statusWrites: UInt64 = 0,
        statusErrors: UInt64 = 0
    ) {
        self.watches = watches
        self.policies = policies
        self.statusWrites = statusWrites
        self.statusErrors = statusErrors
    }

    /// Whether all that is followed has been read once, so that all its policies have been tried.
    public var isSettled: Bool { watches.allSatisfy(\.isSynced) }

    /// Why the daemon is not ready: the API server's policies are not in force yet.
    var problems: [String] {
        watches.filter { !$0.isSynced }.map {
            "\($0.name) have not been read from the API server"
                + ($0.lastError.isEmpty ? "" : ": \($0.lastError)")
        }
    }

    /// What hampers, and is no reason for not being ready: all that is known is in force.
    var notes: [String] {
        watches.filter { $0.isSynced && !$0.isConnected }.map {
            "\($0.name) cannot be followed, what is known stays in force: \($0.lastError)"
        }
    }
}

extension EngineHealth {
    /// The same with what the API server has to do with it.
    func adding(_ cluster: ClusterFigures?) -> EngineHealth {
        guard let cluster else { return self }
        var health = self
        health.problems += cluster.problems
        health.notes += cluster.notes
        return health
    }
}
