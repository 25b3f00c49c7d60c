// SPDX-License-Identifier: Apache-2.0
// shrike admission

import ArgumentParser
import Dispatch
import ShrikeAdmission
import ShrikeEventReader
import ShrikeLint

/// Serves the validating webhook.
struct Admission: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a validating webhook that refuses policies which `shrike lint` calls wrong.",
        discussion: """
            Answers AdmissionReview requests (admission.k8s.io/v1) at POST /validate: a policy with errors is \
            refused with rule, field and message; everything else that the linter finds is a warning, which kubectl \
            prints. It needs no rights on the node and none in the cluster. The certificate and its key are read \
            again when their files change. /healthz and /readyz are for probes.

            The chart runs it with admission.enabled.

            Example:
              shrike admission --cert-file tls.crt --key-file tls.key --kernel 6.1,6.12
            """)

    @Option(
        help: ArgumentHelp(
            "Where to listen, host:port; without a host at all interfaces.", valueName: "address"))
    var listen = ":8443"

    @Option(help: ArgumentHelp("The certificate and those that it was made with, PEM.", valueName: "file"))
    var certFile: String

    @Option(help: ArgumentHelp("Its key, PEM.", valueName: "file"))
    var keyFile: String

    @Option(
        help: ArgumentHelp(
            "Kernels to check for, for example 6.1,6.12. Default: all known ones.", valueName: "versions"))
    var kernel: [String] = []

    @Option(
        help: ArgumentHelp(
            "A configuration of the linter, as .shrike-lint.yaml: which rules are off, or of another severity.",
            valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "How long requests are still answered after SIGTERM: until the API server knows.",
            valueName: "time"))
    var drain = TimeSpan(.seconds(5))

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() async throws {
        let stop = StopSignal.install()
        let server = try AdmissionServer(try settings(), reviewer: try reviewer()) {
            StandardError.print("admission: \($0)")
        }
        StandardError.print("admission: listens at port \(server.port)")
        await Self.wait(for: stop)
        server.startEnding()
        try await Task.sleep(for: drain.duration)
        await server.stop()
    }

    private func settings() throws -> AdmissionSettings {
        var settings = AdmissionSettings()
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...])
        else { throw CommandError("--listen takes host:port or :port, for example :8443; it is \(listen)") }
        settings.port = Int(port)
        settings.host = String(listen[..<colon]).trimmingBrackets
        settings.certificateFile = certFile
        settings.keyFile = keyFile
        return settings
    }

    private func reviewer() throws -> PolicyReviewer {
        var configuration = LintConfiguration()
        if let config {
            configuration = try LintConfiguration(try PolicyFinder.contents(of: config), file: config)
        }
        let labels = ListFlag.values(kernel)
        let kernels = try labels.isEmpty ? nil : KernelNames.known(labels)
        return PolicyReviewer(linter: Linter(kernels: kernels), configuration: configuration)
    }

    private static func wait(for stop: Int32) async {
        await withCheckedContinuation { continuation in
            let signal = DispatchSource.makeReadSource(fileDescriptor: stop)
            signal.setEventHandler {
                signal.cancel()
                continuation.resume()
            }
            signal.resume()
        }
    }
}

extension String {
    /// Without the brackets around an IPv6 address.
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
