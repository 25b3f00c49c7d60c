// SPDX-License-Identifier: Apache-2.0
// The daemon's set of policies without a kernel.

import ShrikeJSON
import ShrikePolicy
import ShrikePolicyCompiler
import ShrikeSensors
import Synchronization

@testable import ShrikeCluster
@testable import ShrikeDaemon

/// Reads policies as the daemon does, and keeps them.
final class FakePolicies: PolicyControl {
    struct State {
        var policies: [PolicyIdentity: TracingPolicy] = [:]
        var calls: [String] = []
        var hits: UInt64 = 0
        var keepsAll = false
        var hasRoom = false
    }

    private let state = Mutex(State())

    /// What is in force: `namespace/name` and the first function that it hooks.
    var inForce: [String: String] {
        state.withLock { state in
            Dictionary(
                uniqueKeysWithValues: state.policies.map { identity, policy in
                    (
                        identity.namespace.isEmpty ? identity.name : "\(identity.namespace)/\(identity.name)",
                        policy.spec.kprobes.first?.call.value ?? ""
                    )
                })
        }
    }

    /// Whether the kernel has room for policies that are called unloadable.
    func setRoom(_ hasRoom: Bool) { state.withLock { $0.hasRoom = hasRoom } }

    /// What each call was for: `add`, `replace`, `delete`, or several of them, `add+delete`.
    var calls: [String] { state.withLock { $0.calls } }

    private func read(
        _ yaml: String, _ file: String, _ state: State, _ errors: inout [Diagnostic]
    ) throws(PolicyRefusal) -> [TracingPolicy] {
        let result = PolicyLoader.load(Array(yaml.utf8), file: file)
        errors += result.diagnostics.filter { $0.severity == .error }
        for policy in result.policies
        where policy.name.value.hasPrefix("unloadable") && !state.hasRoom {
            // As a kernel that has no memory left: nobody's fault.
            throw .refused("the kernel has no room")
        }
        return result.hasErrors ? [] : result.policies
    }

    func make(_ changes: [PolicyChange], domain: String) throws(PolicyRefusal) -> [PolicyIdentity] {
        let kinds = changes.map { change in
            switch change {
            case .add: "add"
            case .replace: "replace"
            case .delete: "delete"
            }
        }
        state.withLock { $0.calls.append(Set(kinds).sorted().joined(separator: "+")) }
        return try change { (state) throws(PolicyRefusal) in
            var present: [PolicyIdentity] = []
            var errors: [Diagnostic] = []
            for change in changes {
                switch change {
                case .add(let yaml, let file):
                    for policy in try read(yaml, file, state, &errors) {
                        let identity = Self.identity(policy, domain)
                        guard state.policies[identity] == nil else { throw .refused("\(identity) exists") }
                        state.policies[identity] = policy
                        present.append(identity)
                    }
                case .replace(let yaml, let file):
                    for policy in try read(yaml, file, state, &errors) {
                        let identity = Self.identity(policy, domain)
                        guard state.policies[identity] != nil else {
                            throw .refused("\(identity) does not exist")
                        }
                        state.policies[identity] = policy
                        present.append(identity)
                    }
                case .delete(let policy): try delete(policy, &state)
                }
            }
            guard errors.isEmpty else { throw .invalid(errors) }
            return present
        }
    }

    private func delete(_ policy: PolicyIdentity, _ state: inout State) throws(PolicyRefusal) {
        guard !state.keepsAll else {
            throw .invalid([
                Diagnostic(
                    .error, .unreadableFile,
                    at: SourceRange(file: "", at: SourcePosition(line: 1, column: 1)), "no memory")
            ])
        }
        guard state.policies.removeValue(forKey: policy) != nil else {
            throw .refused("\(policy) does not exist")
        }
    }

    func configure(_ policy: PolicyIdentity, isEnabled: Bool?, mode: PolicyMode?) throws(PolicyRefusal) {}

    func list() -> [PolicyStatus] {
        state.withLock { state in
            var counts = ActionCounts()
            counts.post = state.hits
            return state.policies.map { identity, policy in
                PolicyStatus(
                    id: 2, identity: identity, state: .enabled, mode: policy.spec.mode ?? .enforce, hooks: [],
                    kernelBytes: 0, counts: counts, selectorCounts: [:])
            }
        }
    }

    /// Lets the kernel refuse to have a policy less.
    func keepAll(_ keepsAll: Bool) { state.withLock { $0.keepsAll = keepsAll } }

    /// Lets each policy have matched so often.
    func countHits(_ hits: UInt64) { state.withLock { $0.hits = hits } }

    func runs() -> [HookRuns] { [] }

    private func change<Value>(
        _ body: (inout State) throws(PolicyRefusal) -> Value
    ) throws(PolicyRefusal) -> Value {
        let result = state.withLock { state -> Result<Value, PolicyRefusal> in
            var next = state
            do throws(PolicyRefusal) {
                let value = try body(&next)
                state = next
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func identity(_ policy: TracingPolicy, _ domain: String) -> PolicyIdentity {
        PolicyIdentity(
            name: policy.name.value, namespace: policy.namespace?.value ?? "", domain: domain)
    }
}

extension PolicyObject {
    /// The object of a JSON text.
    static func json(_ text: String) -> PolicyObject? {
        Array(text.utf8).withUnsafeBytes { bytes in JSONView(bytes).flatMap { PolicyObject($0) } }
    }
}

/// The specs of policies.
enum Spec {
    /// Hooks a function.
    static func hooking(_ function: String, more: String = "") -> String {
        #"{"kprobes":[{"call":"\#(function)","syscall":false,"args":[{"index":0,"type":"file"}]}]\#(more)}"#
    }

    /// Has a field that there is none of.
    static let wrong = #"{"kprobes":[{"call":"security_file_open","syscall":false,"argz":[]}]}"#
}

/// A policy as the API server sends it.
func policy(
    _ name: String, namespace: String = "", uid: String = "1", generation: Int = 1,
    spec: String = Spec.hooking("security_file_open")
) -> PolicyObject {
    let kind = namespace.isEmpty ? "TracingPolicy" : "TracingPolicyNamespaced"
    let place = namespace.isEmpty ? "" : #""namespace":"\#(namespace)","#
    let object = PolicyObject.json(
        """
        {"apiVersion":"cilium.io/v1alpha1","kind":"\(kind)",
         "metadata":{"name":"\(name)",\(place)"uid":"\(uid)","generation":\(generation),
         "managedFields":[{"manager":"kubectl"}],"resourceVersion":"7"},
         "spec":\(spec),"status":{"x":1}}
        """)
    guard let object else { fatalError("\(name) is no policy") }
    return object
}
