// SPDX-License-Identifier: Apache-2.0
// The records that are replayed: made once, then patched in place, so that making them is not measured.

import ShrikeEvents
import ShrikeProcesses
import ShrikeTestSupport

/// A node with a thousand shells four levels below pid 1, and records that happen to them.
struct Workload {
    static let shells = 1_000
    static let systemd = RecordKey(40_000_000, 1)
    static let policies = 4

    /// Time of the next record.
    private var time: UInt64 = 1_000_000_000_000
    private var shellKeys: [RecordKey] = []

    static let layout = HookEventLayout(
        hookID: 1, generation: 1, functionName: "security_file_open",
        slots: [ArgumentSlot(index: 0, type: .file), ArgumentSlot(index: 1, type: .int32)],
        policies: (0..<policies).map { number in
            PolicyEventLayout(
                name: "sensitive-files-\(number)", message: "a file that matters", tags: ["file"],
                arguments: [
                    PolicyArgumentLayout(slot: 0, label: "file", type: .file),
                    PolicyArgumentLayout(slot: 1, type: .int32),
                ])
        },
        selectors: (0..<policies).map { SelectorEventLayout(policy: $0) })

    static let seeds = [
        ProcfsReader.kernel,
        SeededProcess(
            seed: TaskSeed(process: ProcessKey(ktime: 40_000_000, pid: 1), parent: .kernel),
            flags: [.procfs, .rootWorkingDirectory], binary: Array("/usr/lib/systemd/systemd".utf8),
            arguments: Array("--system\0--deserialize=31\0".utf8), workingDirectory: Array("/".utf8)),
    ]

    private mutating func tick() -> UInt64 {
        time += 5_000
        return time
    }

    /// Execs of the shells: sshd, sshd-session, login, bash.
    mutating func startShells() -> [[UInt8]] {
        var records: [[UInt8]] = []
        let names = ["/usr/sbin/sshd", "/usr/lib/openssh/sshd-session", "/bin/login", "/usr/bin/bash"]
        for shell in 0..<Self.shells {
            var parent = Self.systemd
            for (level, name) in names.enumerated() {
                let key = RecordKey(tick(), UInt32(1_000 + shell * 4 + level))
                records.append(
                    RecordBuilder.exec(
                        key, parent: parent, replaced: .none, filename: name,
                        arguments: ["--login", "session"]))
                parent = key
            }
            shellKeys.append(parent)
        }
        return records
    }

    /// Execs of `count` programs below the shells that stay.
    mutating func startServices(_ count: Int) -> [[UInt8]] {
        (0..<count).map { number in
            RecordBuilder.exec(
                RecordKey(tick(), UInt32(20_000 + number)), parent: shellKeys[number % shellKeys.count],
                replaced: .none, filename: "/usr/bin/service-\(number % 200)",
                arguments: ["--listen", "127.0.0.1:\(number)", "--config", "/etc/service/\(number).conf"])
        }
    }

    /// One hook record per shell, matched by the first `policies` policies.
    mutating func hooks(policies: Int) -> [[UInt8]] {
        shellKeys.map { key in
            RecordBuilder.hook(
                key, at: tick(), selectors: Array(0..<policies),
                arguments: [.file("/etc/ssl/private/server-\(key.pid).key"), .integer(4)])
        }
    }

    /// Fork, exec and exit of `count` commands under the shells.
    mutating func commands(_ count: Int) -> [[UInt8]] {
        var records: [[UInt8]] = []
        for number in 0..<count {
            let shell = shellKeys[number % shellKeys.count]
            let pid = UInt32(100_000 + number)
            let fork = RecordKey(tick(), pid)
            let image = RecordKey(tick(), pid)
            records.append(RecordBuilder.fork(fork, of: shell))
            records.append(
                RecordBuilder.exec(
                    image, parent: shell, replaced: fork, filename: "/usr/bin/grep",
                    arguments: ["-r", "--include=*.conf", "api key", "/etc/service/\(number)"]))
            records.append(RecordBuilder.exit(image, at: tick(), code: 256))
        }
        return records
    }

    /// How much later the commands of the next round are than those of this one.
    static func roundTime(_ count: Int) -> UInt64 { UInt64(count) * 15_000 + 5_000 }

    /// Moves the times of a command's record: the header's and those of the keys that are its own.
    static func shift(_ record: inout [UInt8], by delta: UInt64) {
        // struct shrike_event_header, shrike_process_key: ktime_ns at 8, process at 24, exec's replaced at 56.
        for offset in record[4] == 2 ? [8, 24, 56] : [8, 24] {
            record.withUnsafeMutableBytes { bytes in
                let old = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                bytes.storeBytes(of: old + delta, toByteOffset: offset, as: UInt64.self)
            }
        }
    }
}
