// SPDX-License-Identifier: Apache-2.0
// The certificate of the webhook, from files that are replaced while it runs.

internal import Glibc
internal import NIOSSL
internal import Synchronization

/// Why the webhook cannot be served, in one line.
public struct AdmissionError: Error, CustomStringConvertible, Equatable {
    /// The line.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Certificate and key of now. Any thread.
final class ServerIdentity: Sendable {
    /// Most bytes of a file.
    private static let limit = 1 << 20

    private struct State {
        var context: NIOSSLContext
        var material: [[UInt8]]
        var looked: ContinuousClock.Instant
        /// What was wrong with the files when they were last looked at; empty: nothing.
        var problem = ""
    }

    private let certificateFile: String
    private let keyFile: String
    private let interval: Duration
    private let note: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// Reads the files.
    /// - Parameters:
    ///   - interval: how often they are looked at, which only a new connection does.
    ///   - note: is told when they have changed, and when what they hold cannot be used.
    /// - Throws: `AdmissionError`
    init(
        certificateFile: String, keyFile: String, interval: Duration,
        note: @escaping @Sendable (String) -> Void
    ) throws {
        (self.certificateFile, self.keyFile, self.interval, self.note) = (
            certificateFile, keyFile, interval, note
        )
        let material = try Self.read(certificateFile, keyFile)
        state = Mutex(
            State(
                context: try Self.context(material, certificateFile, keyFile), material: material,
                looked: .now))
    }

    /// The context for a new connection. A secret that is half written leaves the last good one.
    var context: NIOSSLContext {
        state.withLock { state in
            guard ContinuousClock.now - state.looked >= interval else { return state.context }
            state.looked = .now
            do {
                let material = try Self.read(certificateFile, keyFile)
                if material != state.material {
                    state.context = try Self.context(material, certificateFile, keyFile)
                    state.material = material
                    note("the certificate has changed, and is used from now on")
                }
                state.problem = ""
            } catch {
                if state.problem != "\(error)" { note("\(error); the earlier certificate is used") }
                state.problem = "\(error)"
            }
            return state.context
        }
    }

    private static func read(_ files: String...) throws -> [[UInt8]] {
        try files.map { path in
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw AdmissionError("\(path): \(String(cString: strerror(errno)))")
            }
            defer { close(descriptor) }
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 16 << 10)
            while true {
                let count = Glibc.read(descriptor, &part, part.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw AdmissionError("\(path): \(String(cString: strerror(errno)))") }
                if count == 0 { return bytes }
                bytes += part[..<count]
                guard bytes.count <= limit else {
                    throw AdmissionError("\(path): the file has more than \(limit) bytes")
                }
            }
        }
    }

    private static func context(
        _ material: [[UInt8]], _ certificateFile: String, _ keyFile: String
    ) throws -> NIOSSLContext {
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(material[0]), !chain.isEmpty else {
            throw AdmissionError("\(certificateFile): there is no certificate in PEM")
        }
        guard let key = try? NIOSSLPrivateKey(bytes: material[1], format: .pem) else {
            throw AdmissionError("\(keyFile): there is no private key in PEM")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        // A key of another certificate is refused here.
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw AdmissionError("\(keyFile): the key is not that of the certificate in \(certificateFile)")
        }
        return context
    }
}
