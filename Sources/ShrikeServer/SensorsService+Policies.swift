// SPDX-License-Identifier: Apache-2.0
// The policy calls.

internal import GRPCCore
internal import ShrikeControl
internal import ShrikeDaemon
internal import ShrikePolicy
internal import ShrikePolicyCompiler
internal import ShrikeRPC
internal import ShrikeSensors
internal import SwiftProtobuf

extension SensorsService {
    func addTracingPolicy(
        request: Tetragon_AddTracingPolicyRequest, context: ServerContext
    ) async throws -> Tetragon_AddTracingPolicyResponse {
        let who = try access.requireChange("AddTracingPolicy", context)
        let added = try change { () throws(PolicyRefusal) in
            try interfaces.policies.add(
                yaml: request.yaml, file: "policy.yaml", domain: Self.domain(request.domain))
        }
        let names = added.map(\.description).joined(separator: ", ")
        access.logChange("AddTracingPolicy \(names)", by: who, context)
        return Tetragon_AddTracingPolicyResponse()
    }

    func deleteTracingPolicy(
        request: Tetragon_DeleteTracingPolicyRequest, context: ServerContext
    ) async throws -> Tetragon_DeleteTracingPolicyResponse {
        let who = try access.requireChange("DeleteTracingPolicy", context)
        let policy = try identity(request.name, request.namespace, request.domain)
        try change { () throws(PolicyRefusal) in try interfaces.policies.delete(policy) }
        access.logChange("DeleteTracingPolicy \(policy)", by: who, context)
        return Tetragon_DeleteTracingPolicyResponse()
    }

    func configureTracingPolicy(
        request: Tetragon_ConfigureTracingPolicyRequest, context: ServerContext
    ) async throws -> Tetragon_ConfigureTracingPolicyResponse {
        let who = try access.requireChange("ConfigureTracingPolicy", context)
        let policy = try identity(request.name, request.namespace, request.domain)
        var mode: PolicyMode?
        if request.hasMode {
            switch request.mode {
            case .tpModeEnforce: mode = .enforce
            case .tpModeMonitor: mode = .monitor
            default: throw Self.failure("a policy's mode can be set to enforce or monitor")
            }
        }
        let isEnabled = request.hasEnable ? request.enable : nil
        try change { [mode] () throws(PolicyRefusal) in
            try interfaces.policies.configure(policy, isEnabled: isEnabled, mode: mode)
        }
        access.logChange("ConfigureTracingPolicy \(policy)", by: who, context)
        return Tetragon_ConfigureTracingPolicyResponse()
    }

    func enableTracingPolicy(
        request: Tetragon_EnableTracingPolicyRequest, context: ServerContext
    ) async throws -> Tetragon_EnableTracingPolicyResponse {
        throw Self.failure("EnableTracingPolicy is deprecated: use ConfigureTracingPolicy")
    }

    func disableTracingPolicy(
        request: Tetragon_DisableTracingPolicyRequest, context: ServerContext
    ) async throws -> Tetragon_DisableTracingPolicyResponse {
        throw Self.failure("DisableTracingPolicy is deprecated: use ConfigureTracingPolicy")
    }

    func listTracingPolicies(
        request: Tetragon_ListTracingPoliciesRequest, context: ServerContext
    ) async throws -> Tetragon_ListTracingPoliciesResponse {
        .with {
            $0.policies = interfaces.policies.list()
                .filter { request.domain.isEmpty || $0.identity.domain == request.domain }
                .map { Tetragon_TracingPolicyStatus($0) }
        }
    }

    func listDomains(
        request: Tetragon_ListDomainsRequest, context: ServerContext
    ) async throws -> Tetragon_ListDomainsResponse {
        .with { $0.domains = Set(interfaces.policies.list().map(\.identity.domain)).sorted() }
    }

    private static func domain(_ name: String) -> String { name.isEmpty ? PolicyDomain.grpc : name }

    /// The policy that is meant. Without a domain it is the one of the API, else the only one of that name.
    private func identity(
        _ name: String, _ namespace: String, _ domain: String
    ) throws(RPCError) -> PolicyIdentity {
        guard !name.isEmpty else { throw Self.failure("a policy's name is missing") }
        let asked = PolicyIdentity(name: name, namespace: namespace, domain: Self.domain(domain))
        guard domain.isEmpty else { return asked }
        let known = interfaces.policies.list().map(\.identity).filter {
            $0.name == name && $0.namespace == namespace
        }
        if known.contains(asked) { return asked }
        guard known.count < 2 else {
            let domains = known.map(\.domain).joined(separator: ", ")
            throw Self.failure("there is a policy \(name) in each of the domains \(domains): say which one")
        }
        return known.first ?? asked
    }

    private func change<Value>(_ body: () throws(PolicyRefusal) -> Value) throws(RPCError) -> Value {
        do throws(PolicyRefusal) {
            return try body()
        } catch {
            throw Self.failure(error.description)
        }
    }
}

extension Tetragon_TracingPolicyStatus {
    init(_ status: PolicyStatus) {
        self.init()
        id = status.id
        name = status.identity.name
        namespace = status.identity.namespace
        domain = status.identity.domain
        kernelMemoryBytes = UInt64(status.kernelBytes)
        sensors = Set(status.hooks.map { $0.prefix { $0 != ":" } }).sorted().map { "generic_\($0)" }
        hookStatuses = status.hooks.enumerated().map { index, hook in
            .with {
                $0.section = String(hook.prefix { $0 != ":" })
                $0.hookDescription = hook
                $0.hookIdx = UInt32(index)
                $0.state = Tetragon_HookState(status, index)
            }
        }
        switch status.state {
        case .enabled:
            state = status.isPartial ? .tpStatePartiallyEnabled : .tpStateEnabled
            error = status.leftOut.sorted { $0.key < $1.key }
                .map { "\(status.hooks[$0.key]) is left out: \($0.value.reason)" }.joined(separator: "\n")
            enabled = true
            mode = status.mode == .monitor ? .tpModeMonitor : .tpModeEnforce
            stats = .with {
                $0.actionCounters = Tetragon_TracingPolicyActionCounters(status.counts)
                $0.selectorActionCounters = status.selectorCounts
                    .filter { $0.value != ActionCounts() }
                    .sorted { ($0.key.target, $0.key.index) < ($1.key.target, $1.key.index) }
                    .map { key, counts in
                        .with {
                            $0.hook = key.target.symbol
                            $0.selectorIndex = Google_Protobuf_UInt32Value(UInt32(key.index))
                            $0.actionCounters = Tetragon_TracingPolicyActionCounters(counts)
                        }
                    }
            }
        case .disabled: state = .tpStateDisabled
        case .loadError(let reason):
            state = .tpStateLoadError
            error = reason
        }
    }
}

extension Tetragon_HookState {
    fileprivate init(_ status: PolicyStatus, _ index: Int) {
        guard status.state == .enabled else {
            self = .statusUnspecified
            return
        }
        guard let hole = status.leftOut[index] else {
            self = .statusLoaded
            return
        }
        self = hole.isOtherFile ? .statusDigestRejected : .statusCallNotFound
    }
}

extension Tetragon_TracingPolicyActionCounters {
    init(_ counts: ActionCounts) {
        self.init()
        post = counts.post
        nopost = counts.noPost
        signal = counts.signal
        override = counts.override
        monitorSignal = counts.monitorSignal
        monitorOverride = counts.monitorOverride
    }
}
