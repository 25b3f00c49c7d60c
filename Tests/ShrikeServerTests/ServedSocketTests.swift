// SPDX-License-Identifier: Apache-2.0
// A socket that somebody takes away.

import Glibc
import Testing

@testable import ShrikeServer

@Suite struct ServedSocketTests {
    @Test func aSocketIsMissedReplacedOrThere() throws {
        let path = "/tmp/shrike-test-watch-\(getpid()).sock"
        defer { unlink(path) }
        let first = try ServerAddress.unix(path: path).listen(mode: 0o600, group: nil)
        let socket = ServedSocket(path: path) {}
        #expect(socket.isThere == true)
        unlink(path)
        #expect(socket.isThere == nil)
        close(first)
        let second = try ServerAddress.unix(path: path).listen(mode: 0o600, group: nil)
        defer { close(second) }
        #expect(socket.isThere == false)
    }
}
