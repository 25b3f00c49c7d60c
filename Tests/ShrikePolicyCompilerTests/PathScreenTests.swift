// SPDX-License-Identifier: Apache-2.0
// The first two names of paths: what they leave out never matches, and most of what matches nothing is left out.

import Testing

@testable import ShrikePolicyCompiler

@Suite struct PathScreenTests {
    private static func prefix(_ text: String) -> [UInt8] { Array(text.utf8) }
    private static func equal(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

    @Test func aFolderThatNoValueNamesIsLeftOut() throws {
        let screen = try #require(
            PathScreen(
                keys: ["/etc/never", "/var/run/secrets", "/opt/data/private", "/srv/www/.git"].map(
                    Self.prefix)))
        for path in [
            "/tmp/x", "/usr/lib/x86_64-linux-gnu/libc.so.6", "/var/lib/dpkg/status", "/srv", "/var/runner",
        ] {
            #expect(!screen.mayMatch(Self.equal(path)), "\(path)")
        }
        // The second name of /etc/never is not told: another letter may follow.
        for path in ["/etc/passwd", "/var/run/secrets-of", "/srv/www/.git/config", "/etc", "/"] {
            #expect(screen.mayMatch(Self.equal(path)), "\(path)")
        }
    }

    @Test func wholeNamesAreToldFromTheirBeginnings() throws {
        let screen = try #require(
            PathScreen(keys: [Self.equal("/etc/shadow"), Self.prefix("/root/.ssh/"), Self.equal("/vmlinuz")]))
        for path in ["/etc/shadow", "/root/.ssh/id", "/vmlinuz"] {
            #expect(screen.mayMatch(Self.equal(path)), "\(path)")
        }
        for path in ["/etc/passwd", "/etc", "/root", "/root/.sshx/id", "/initrd"] {
            #expect(!screen.mayMatch(Self.equal(path)), "\(path)")
        }
    }

    @Test(arguments: ["", "/", "/et", "etc/", "/etc"]) func valuesUnderAnyFirstNameHaveNoScreen(
        _ value: String
    ) {
        #expect(PathScreen(keys: [Self.equal("/etc/shadow"), Self.prefix(value)]) == nil)
    }

    /// Short names of few letters, so that many share beginnings, lengths and hashes of eight bytes.
    @Test func whatMatchesIsNeverLeftOut() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(state: seed)
        func path() -> [UInt8] {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes.append(UInt8(ascii: "/"))
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    bytes.append(UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "b"), using: &random))
                }
            }
            return bytes
        }
        var (left, matched) = (0, 0)
        for _ in 0..<2_000 {
            let keys = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                let value = path()
                return Bool.random(using: &random)
                    ? value + [0] : Array(value.prefix(Int.random(in: 1...value.count, using: &random)))
            }
            guard let screen = PathScreen(keys: keys) else { continue }
            for _ in 0..<20 {
                // Half of them are made to match: a value, and something behind it.
                var text = path()
                if Bool.random(using: &random), let key = keys.randomElement(using: &random) {
                    text =
                        key.last == 0
                        ? Array(key.dropLast())
                        : key + path().dropFirst(Int.random(in: 0...1, using: &random))
                }
                text.append(0)
                let isMatch = keys.contains { text.starts(with: $0) }
                if isMatch {
                    matched += 1
                    #expect(
                        screen.mayMatch(text),
                        "\(String(decoding: text, as: UTF8.self)) \(keys), seed \(seed)")
                } else if !screen.mayMatch(text) {
                    left += 1
                }
            }
        }
        #expect(matched > 5_000)
        #expect(left > 1_000)
    }
}
