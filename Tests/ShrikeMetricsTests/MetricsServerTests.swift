// SPDX-License-Identifier: Apache-2.0
// The server against a plain socket.

import Glibc
import ShrikeDaemon
import ShrikeMetrics
import Testing

@Suite struct MetricsServerTests {
    /// Connects to a port of this machine.
    private func connected(to port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(connected == 0)
        return descriptor
    }

    /// Sends a request and reads up to the end of the connection.
    private func ask(_ port: Int, _ request: String) -> String {
        let descriptor = connected(to: port)
        defer { close(descriptor) }
        let bytes = Array(request.utf8)
        #expect(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            answer += chunk[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    @Test func answersScrapersAndProbes() throws {
        let server = try MetricsServer(
            host: "127.0.0.1", port: 0, text: { $0 == .openMetrics ? "open\n" : "plain\n" },
            health: { EngineHealth(isAlive: true, problems: ["events were lost"]) })
        defer { server.stop() }
        func get(_ path: String, _ method: String = "GET", _ headers: String = "") -> String {
            ask(server.port, "\(method) \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\(headers)\r\n")
        }
        #expect(get("/metrics").hasSuffix("\r\n\r\nplain\n"))
        #expect(
            get("/metrics?x=1", "GET", "accept: application/openmetrics-text; version=1.0.0\r\n").hasSuffix(
                "open\n"))
        #expect(get("/metrics", "HEAD").hasSuffix("\r\n\r\n"))
        #expect(get("/metrics").lowercased().contains("content-type: text/plain; version=0.0.4"))
        #expect(get("/healthz").hasPrefix("HTTP/1.1 200"))
        #expect(get("/readyz").hasPrefix("HTTP/1.1 503"))
        #expect(get("/readyz").hasSuffix("\r\n\r\nevents were lost\n"))
        #expect(get("/").hasPrefix("HTTP/1.1 404"))
        #expect(get("/metrics", "POST", "content-length: 0\r\n").hasPrefix("HTTP/1.1 405"))
    }

    @Test func aPortThatIsTakenIsAnError() throws {
        let server = try MetricsServer(
            host: "127.0.0.1", port: 0, text: { _ in "" }, health: { EngineHealth() })
        defer { server.stop() }
        #expect(throws: (any Error).self) {
            try MetricsServer(
                host: "127.0.0.1", port: server.port, text: { _ in "" }, health: { EngineHealth() })
        }
    }

    @Test func aDeadEngineFailsItsLivenessProbe() throws {
        let server = try MetricsServer(
            host: "127.0.0.1", port: 0, text: { _ in "" },
            health: { EngineHealth(isAlive: false, problems: ["no event has been read for 11 seconds"]) })
        defer { server.stop() }
        for path in ["/healthz", "/readyz"] {
            let answer = ask(server.port, "GET \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 503"))
            #expect(answer.hasSuffix("no event has been read for 11 seconds\n"))
        }
    }

    @Test func oneConnectionTooManyIsClosedAndRoomComesBack() throws {
        let server = try MetricsServer(
            host: "127.0.0.1", port: 0, text: { _ in "x" }, health: { EngineHealth() })
        defer { server.stop() }
        let request = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        var held = (0..<MetricsServer.connectionLimit).map { _ in connected(to: server.port) }
        // The server counts connections on threads of its own: one that asks may be counted before the last of these, which
        // is then one too many and is closed.
        var refused = ask(server.port, request)
        for _ in 0..<1_000 where !refused.isEmpty {
            held.append(connected(to: server.port))
            usleep(20_000)
            refused = ask(server.port, request)
        }
        #expect(refused.isEmpty)
        for descriptor in held { close(descriptor) }
        var answer = ""
        for _ in 0..<1_000 where answer.isEmpty {
            usleep(20_000)
            answer = ask(server.port, request)
        }
        #expect(answer.hasPrefix("HTTP/1.1 200"))
    }
}
