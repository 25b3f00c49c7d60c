// SPDX-License-Identifier: Apache-2.0
// Addresses as operators write them.

import Glibc
import ShrikeTestSupport
import Testing

@testable import ShrikeServer

@Suite struct ServerAddressTests {
    @Test(arguments: [
        ("unix:///run/shrike.sock", ServerAddress.unix(path: "/run/shrike.sock")),
        ("localhost:54321", .tcp(host: "localhost", port: "54321")),
        ("localhost", .tcp(host: "localhost", port: "54321")),
        (":6789", .tcp(host: "", port: "6789")),
        ("[::1]:80", .tcp(host: "::1", port: "80")),
        ("[::1]", .tcp(host: "[::1]", port: "54321")),
    ])
    func parses(text: String, address: ServerAddress) throws {
        #expect(try ServerAddress(text) == address)
    }

    @Test(arguments: ["unix://relative", "host:port", "host:99999", "::1:80"])
    func refuses(text: String) {
        #expect(throws: ServerError.self) { try ServerAddress(text) }
    }

    @Test func aUnixSocketHasItsModeFromTheStart() throws {
        let path = "/tmp/shrike-test-\(getpid()).sock"
        defer { unlink(path) }
        // What a dead daemon left does not stand in the way.
        for _ in 0..<2 {
            let descriptor = try ServerAddress.unix(path: path).listen(mode: 0o660, group: nil)
            defer { close(descriptor) }
            var facts = stat()
            #expect(stat(path, &facts) == 0)
            #expect(facts.st_mode & 0o777 == 0o660)
            #expect(facts.st_mode & S_IFMT == S_IFSOCK)
        }
    }

    @Test func aSocketThatIsServedIsNotTakenOver() throws {
        let path = "/tmp/shrike-test-served-\(getpid()).sock"
        defer { unlink(path) }
        let first = try ServerAddress.unix(path: path).listen(mode: 0o600, group: nil)
        defer { close(first) }
        let error = #expect(throws: ServerError.self) {
            try ServerAddress.unix(path: path).listen(mode: 0o600, group: nil)
        }
        #expect(error?.description == "another daemon serves \(path)")
    }

    @Test func aPortThatIsTakenIsOneLine() throws {
        let first = try ServerAddress.tcp(host: "127.0.0.1", port: "0").listen(mode: 0, group: nil)
        defer { close(first) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(first, $0, &length) }
        }
        let port = "\(UInt16(bigEndian: address.sin_port))"
        let error = #expect(throws: ServerError.self) {
            try ServerAddress.tcp(host: "127.0.0.1", port: port).listen(mode: 0, group: nil)
        }
        #expect(error?.description == "cannot listen at 127.0.0.1:\(port): Address already in use")
    }
}
