// SPDX-License-Identifier: Apache-2.0
// shrike policy add, delete, enable, disable, set-mode, configure

import ArgumentParser
import Glibc
import ShrikeControl
import ShrikeLint
import ShrikePolicy
import ShrikeRPC
import SwiftProtobuf

/// The modes that can be set.
enum ModeArgument: String, ExpressibleByArgument, CaseIterable {
    case enforce, monitor

    var message: Tetragon_TracingPolicyMode { self == .enforce ? .tpModeEnforce : .tpModeMonitor }
    var mode: PolicyMode { self == .enforce ? .enforce : .monitor }
}

/// Adds the policies of a file.
struct PolicyAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add the policies of a file, all or none.")

    @ArgumentParser.Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
    var file: String

    @Option(name: .shortAndLong, help: "Run them in this mode, whatever they say themselves.")
    var mode: ModeArgument?

    @Option(help: ArgumentHelp("Where they are said to come from. Default: grpc.", valueName: "domain"))
    var domain = ""

    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        var request = Tetragon_AddTracingPolicyRequest()
        var bytes = try FileContents.read(file)
        if let mode { bytes = try PolicyModeEdit.set(mode.mode, in: bytes, file: file) }
        request.yaml = String(decoding: bytes, as: UTF8.self)
        request.domain = domain
        let sent = request
        try await global.callDaemon { calls in
            _ = try await calls.sensors.addTracingPolicy(sent, options: calls.options)
        }
        print("tracing policy \"\(file)\" added")
    }
}

/// Prints a file with the mode written into it.
struct PolicyModify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modify", abstract: "Print the policies of a file in another mode; changes nothing.")

    @ArgumentParser.Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
    var file: String

    @Option(name: .shortAndLong, help: "enforce or monitor.") var mode: ModeArgument
    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() throws {
        let bytes = try PolicyModeEdit.set(mode.mode, in: try FileContents.read(file), file: file)
        print(String(decoding: bytes, as: UTF8.self), terminator: "")
    }
}

/// Takes a policy away.
struct PolicyDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a policy.")

    @OptionGroup var policy: PolicyName
    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        let policy = policy
        try await global.callDaemon { calls in
            let request = Tetragon_DeleteTracingPolicyRequest.with {
                $0.name = policy.name
                $0.namespace = policy.namespace
                $0.domain = policy.domain
            }
            _ = try await calls.sensors.deleteTracingPolicy(request, options: calls.options)
        }
        print("tracing policy \"\(policy.name)\" deleted")
    }
}

extension GlobalFlags {
    /// Sets what is given of a policy.
    fileprivate func configure(
        _ policy: PolicyName, isEnabled: Bool? = nil, mode: ModeArgument? = nil
    ) async throws {
        try await callDaemon { calls in
            let request = Tetragon_ConfigureTracingPolicyRequest.with {
                $0.name = policy.name
                $0.namespace = policy.namespace
                $0.domain = policy.domain
                if let isEnabled { $0.enable = isEnabled }
                if let mode { $0.mode = mode.message }
            }
            _ = try await calls.sensors.configureTracingPolicy(request, options: calls.options)
        }
    }
}

/// Puts a policy into the kernel again.
struct PolicyEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Enable a policy that was disabled.")

    @OptionGroup var policy: PolicyName
    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        try await global.configure(policy, isEnabled: true)
        print("tracing policy \"\(policy.name)\" enabled")
    }
}

/// Takes a policy out of the kernel, and keeps it.
struct PolicyDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Disable a policy; the daemon keeps it.")

    @OptionGroup var policy: PolicyName
    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        try await global.configure(policy, isEnabled: false)
        print("tracing policy \"\(policy.name)\" disabled")
    }
}

/// Enforces, or only tells.
struct PolicySetMode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-mode", abstract: "Set a policy's mode: enforce, or monitor, which only tells.")

    @OptionGroup var policy: PolicyName
    @ArgumentParser.Argument(help: "enforce or monitor.") var mode: ModeArgument
    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        try await global.configure(policy, mode: mode)
        print("tracing policy \"\(policy.name)\" set to mode \"\(mode.rawValue)\"")
    }
}

/// Both at once.
struct PolicyConfigure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configure", abstract: "Enable or disable a policy and set its mode, in one change.")

    @OptionGroup var policy: PolicyName

    /// Into the kernel, or out of it.
    enum Switch: String, EnumerableFlag {
        case enable, disable

        static func help(for value: Self) -> ArgumentHelp? {
            value == .enable ? "Put it into the kernel." : "Take it out of the kernel; the daemon keeps it."
        }
    }

    @Flag var policySwitch: Switch?

    @Option(name: .shortAndLong, help: "enforce or monitor.") var mode: ModeArgument?
    @OptionGroup(title: "Global") var global: GlobalFlags

    func validate() throws {
        guard policySwitch != nil || mode != nil else {
            throw ValidationError("say what to change: --enable, --disable or --mode")
        }
    }

    func run() async throws {
        try await global.configure(policy, isEnabled: policySwitch.map { $0 == .enable }, mode: mode)
        print("tracing policy \"\(policy.name)\" configured")
    }
}

/// Files and standard input, whole.
enum FileContents {
    /// The longest policy file; the daemon's own limit is lower.
    private static let limit = 16 << 20

    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandError("\(path): \(String(cString: strerror(errno)))") }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
        throw CommandError("\(path): longer than \(limit >> 20) MiB")
    }
}
