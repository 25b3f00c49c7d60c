// SPDX-License-Identifier: Apache-2.0
// One family of processes, the tree, and events since a time.

import Foundation
import ShrikeEventFilter
import ShrikeJSON
import Testing

@testable import ShrikeEventReader

/// A process as events have it.
private struct Image {
    var id: String
    var pid: Int
    var parent: String
    var binary: String
    var arguments = ""

    var json: String {
        let text = arguments.isEmpty ? "" : #""arguments":"\#(arguments)","#
        return
            #"{"exec_id":"\#(id)","pid":\#(pid),"binary":"\#(binary)",\#(text)"parent_exec_id":"\#(parent)"}"#
    }
}

private let systemd = Image(id: "s", pid: 1, parent: "k", binary: "/sbin/init")
private let sshd = Image(id: "d", pid: 80, parent: "s", binary: "/usr/sbin/sshd", arguments: "-D")
private let bash = Image(id: "b", pid: 90, parent: "d", binary: "/bin/bash")
private let cat = Image(id: "c", pid: 91, parent: "b", binary: "/bin/cat", arguments: "/etc/shadow")
private let cron = Image(id: "r", pid: 70, parent: "s", binary: "/usr/sbin/cron")

private func event(
    _ kind: String, _ process: Image, _ parent: Image, _ ancestors: [Image] = [], rest: String = "",
    time: String = "2026-01-10T07:00:00Z"
) -> String {
    let list = ancestors.isEmpty ? "" : #","ancestors":[\#(ancestors.map(\.json).joined(separator: ","))]"#
    return #"{"process_\#(kind)":{"process":\#(process.json),"parent":\#(parent.json)\#(rest)\#(list)},"#
        + #""node_name":"n","time":"\#(time)"}"#
}

@Suite struct FollowTests {
    /// What a printer makes of lines.
    private func printed(_ printer: EventPrinter, _ lines: [String]) throws -> [String] {
        var printer = printer
        var bytes: [UInt8] = []
        for line in lines { _ = try printer.print(Array(line.utf8), to: &bytes) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func followed(_ pid: UInt32, _ lines: [String]) throws -> [Int] {
        var selection = EventSelection()
        selection.followedPIDs = [pid]
        let kept = try printed(EventPrinter(.json, selection: selection), lines)
        return lines.indices.filter { kept.contains(lines[$0]) }
    }

    @Test func aProcessIsFollowedWithAllThatDescendsFromIt() throws {
        let lines = [
            event("exec", cron, systemd),
            event("exec", bash, sshd, [systemd]),
            event("exec", cat, bash, [sshd, systemd]),
            event("exit", bash, sshd, [systemd]),
            // The shell is gone; its child is still of the family.
            event("exit", cat, bash, [sshd, systemd]),
            event("exit", cron, systemd),
        ]
        #expect(try followed(90, lines) == [1, 2, 3, 4])
        #expect(try followed(80, lines) == [1, 2, 3, 4])
        #expect(try followed(91, lines) == [2, 4])
        #expect(try followed(1, lines) == [0, 1, 2, 3, 4, 5])
    }

    @Test func withoutAncestorsTheFamilyIsRemembered() throws {
        let grandchild = Image(id: "g", pid: 92, parent: "c", binary: "/bin/ls")
        let lines = [event("exec", bash, sshd), event("exec", cat, bash), event("exec", grandchild, cat)]
        #expect(try followed(90, lines) == [0, 1, 2])
    }

    @Test func anIdThatIsUsedAgainIsSomebodyElse() throws {
        let next = Image(id: "n", pid: 90, parent: "r", binary: "/bin/false")
        let lines = [
            event("exec", bash, sshd, [systemd]), event("exit", bash, sshd, [systemd]),
            event("exec", next, cron, [systemd]), event("exit", next, cron, [systemd]),
        ]
        #expect(try followed(90, lines) == [0, 1])
    }

    @Test func theTreeShowsWhoseEventALineIs() throws {
        let kprobe = #","function_name":"security_file_open","action":"KPROBE_ACTION_SIGKILL""#
        let lines = [
            event("exec", bash, sshd, [systemd]),
            event("exec", cat, bash, [sshd, systemd]),
            event("kprobe", cat, bash, [sshd, systemd], rest: kprobe),
            event("exit", cron, systemd),
            event("exit", cat, bash, [sshd, systemd], rest: #","signal":"SIGKILL""#),
        ]
        #expect(
            try printed(EventPrinter(.compact(CompactOptions()), isTree: true), lines) == [
                "• /sbin/init (1)",
                "  • /usr/sbin/sshd (80) -D",
                "    🚀 process n /bin/bash ",
                "      🚀 process n /bin/cat /etc/shadow",
                "        ❓ syscall n /bin/cat security_file_open  killed",
                "  • /usr/sbin/cron (70)",
                "    💥 exit    n /usr/sbin/cron  0",
                "  • /usr/sbin/sshd (80) -D",
                "    • /bin/bash (90)",
                "      • /bin/cat (91) /etc/shadow",
                "        💥 exit    n /bin/cat /etc/shadow SIGKILL",
            ])
    }

    @Test func theTreeRemembersWhatEventsDoNotCarry() throws {
        let lines = [
            event("exec", sshd, systemd), event("exec", bash, sshd), event("exec", cron, systemd),
            event("exec", cat, bash),
        ]
        #expect(
            try printed(EventPrinter(.compact(CompactOptions()), isTree: true), lines).suffix(3) == [
                "  • /usr/sbin/sshd (80) -D", "    • /bin/bash (90)",
                "      🚀 process n /bin/cat /etc/shadow",
            ])
    }

    @Test func theTreeStandsHostileChains() throws {
        let left = Image(id: "x", pid: 5, parent: "y", binary: "/x")
        let right = Image(id: "y", pid: 6, parent: "x", binary: #"/y\u001b[2J"#)
        let lines = [event("exec", left, right), event("exec", right, left)]
        let text = try printed(EventPrinter(.compact(CompactOptions()), isTree: true), lines)
        #expect(text.allSatisfy { !$0.contains("\u{1b}") })
        #expect(text.count == 4)
    }

    @Test func eventsSinceATime() throws {
        var selection = EventSelection()
        selection.since = nanoseconds(rfc3339: "2026-01-10T08:00:00+01:00".utf8)
        let lines = ["06:59:59.999999999", "07:00:00", "07:00:00.5"].map { clock in
            event("exec", cat, bash, time: "2026-01-10T\(clock)Z")
        }
        #expect(
            try printed(EventPrinter(.json, selection: selection), lines + ["{\"process_exec\":{}}"])
                == Array(lines[1...]))
    }

    @Test func aLargeFileIsNotReadFromItsBeginning() throws {
        let path = NSTemporaryDirectory() + "since-\(UUID().uuidString).json"
        defer { unlink(path) }
        // Ten events a second for two hours.
        var text = ""
        for number in 0..<72_000 {
            let second = number / 10
            let clock = [second / 3600, second / 60 % 60, second % 60].map {
                ($0 < 10 ? "0" : "") + "\($0)"
            }
            text += event("exec", cat, bash, time: "2026-01-10T\(clock.joined(separator: ":"))Z") + "\n"
        }
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        let file = open(path, O_RDONLY)
        defer { close(file) }
        let since = try #require(nanoseconds(rfc3339: "2026-01-10T01:30:00Z".utf8))
        FileStart.seek(file, since: since)
        let place = Int(lseek(file, 0, SEEK_CUR))
        let lineBytes = text.utf8.count / 72_000
        let wanted = lineBytes * 54_000
        #expect(place <= wanted - lineBytes * 600)
        #expect(place > wanted - lineBytes * 600 - 2 << 20)
        // A line begins here.
        #expect(place % lineBytes == 0)
        // Before everything and after everything.
        lseek(file, 0, SEEK_SET)
        FileStart.seek(file, since: 0)
        #expect(lseek(file, 0, SEEK_CUR) == 0)
        FileStart.seek(file, since: .max / 2)
        #expect(Int(lseek(file, 0, SEEK_CUR)) > text.utf8.count - 2 << 20)
    }

    @Test func timesOfTheStandard() {
        #expect(nanoseconds(rfc3339: "1970-01-01T00:00:00Z".utf8) == 0)
        #expect(nanoseconds(rfc3339: "2026-01-10T07:01:51.508000198Z".utf8) == 1_768_028_511_508_000_198)
        #expect(nanoseconds(rfc3339: "2024-02-29 23:59:59.5-00:30".utf8) == 1_709_252_999_500_000_000)
        for bad in [
            "", "2026-01-10", "2026-13-01T00:00:00Z", "2026-01-10T07:01:51", "2026-01-10T07:01:51.Z", "x",
        ] {
            #expect(nanoseconds(rfc3339: bad.utf8) == nil)
        }
    }
}
