// SPDX-License-Identifier: Apache-2.0
// What hooks of container runtimes are answered.

internal import GRPCCore
internal import ShrikeControl
internal import ShrikeDaemon

extension SensorsService {
    /// Answers a hook that asks whether its container may start.
    ///
    /// The incumbent adds the container to its tables here and answers when that is done, so that policies know it
    /// before its first program. Here the kernel finds whom a policy means by the control group that the process is in,
    /// or the nearest one above that is known, so a new container is never outside of all policies: there is nothing to
    /// wait for. It must be answered nevertheless: to the incumbent's hook any error means that the container must not
    /// start.
    func runtimeHook(
        request: Tetragon_RuntimeHookRequest, context: ServerContext
    ) async throws -> Tetragon_RuntimeHookResponse {
        let who = try access.requireChange("RuntimeHook", context)
        guard case .createContainer(let container)? = request.event else {
            interfaces.containerHooks.refuse()
            throw Self.failure("RuntimeHook: the request has no createContainer")
        }
        guard !container.cgroupsPath.isEmpty else {
            interfaces.containerHooks.refuse()
            throw Self.failure("RuntimeHook: createContainer has no cgroupsPath")
        }
        interfaces.containerHooks.accept(
            hasName: !container.containerName.isEmpty, hasImage: !container.containerImage.isEmpty)
        access.logChange("RuntimeHook container=\(Self.printable(container.containerID))", by: who, context)
        return Tetragon_RuntimeHookResponse()
    }

    /// An id for the log; ids that no runtime makes are not shown, since a line of the log is one line.
    private static func printable(_ id: String) -> String {
        let isPlain = id.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d...0x2e, 0x5f: true
            default: false
            }
        }
        return isPlain && id.utf8.count <= 128 ? id : "?"
    }
}
