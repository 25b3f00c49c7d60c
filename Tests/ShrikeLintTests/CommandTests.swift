// SPDX-License-Identifier: Apache-2.0
// The command itself: exit status, folders, standard input, --fix in place, baseline and configuration
// files.

import Foundation
import ShrikeTestSupport
import Testing

@Suite struct CommandTests {
    private func shrike(_ arguments: String..., input: String = "", folder: URL? = nil) throws
        -> ShrikeCommand
    {
        try ShrikeCommand(["lint"] + arguments, input: input, folder: folder)
    }

    private func withFolder(_ files: [String: String], _ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shrike-lint-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try body(folder)
    }

    static let clean = hook("- call: security_file_open\n  syscall: false\n  tags: [file.open]")
    static let warned = hook("- call: sys_execve\n  syscall: true\n  tags: [exec]")

    @Test("Exit status 0 without findings, 1 with, 2 for what cannot be done")
    func status() throws {
        #expect(try shrike("-", input: Self.clean).status == 0)
        #expect(try shrike("-", input: Self.warned).status == 1)
        #expect(try shrike("--fail-level", "error", "-", input: Self.warned).status == 0)
        #expect(try shrike("--fail-level", "never", "-", input: "nonsense").status == 0)
        #expect(try shrike("/nonexistent").status == 2)
        #expect(try shrike().status == 2)
        #expect(try shrike("--no-such-flag", "-").status == 2)
        #expect(try shrike("--format", "toml", "-").status == 2)
        #expect(try shrike("--kernel", "4.4", "-", input: Self.clean).status == 2)
        #expect(try shrike("--fix", "-", input: hook("- call: security_file_open")).status == 2)
        #expect(try shrike("--explain", "SHR999").status == 2)
        #expect(try shrike("--explain", "shr650").output.hasPrefix("SHR650: "))
        #expect(try shrike("--list-rules").output.contains("SHR714"))
    }

    @Test("Folders are searched, hidden files and other names are not")
    func folders() throws {
        let files = [
            "a.yaml": Self.clean, "sub/b.yml": Self.warned, "c.txt": "nonsense", ".d.yaml": "nonsense",
            "e.json": "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}",
        ]
        try withFolder(files) { folder in
            let outcome = try shrike("--any-version", ".", folder: folder)
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("\nsub/b.yml:7:11: warning: "), "\(outcome.output)")
            #expect(outcome.output.contains("2 policies in 3 files; 1 other documents passed over"))
            #expect(!outcome.output.contains("\u{1B}"))
        }
    }

    @Test("--fix changes the files and nothing else in them")
    func fix() throws {
        let before = "# kept\r\n" + hook("- call: security_file_open # why").replacing("\n", with: "\r\n")
        try withFolder(["a.yaml": before, "b.yaml": Self.clean.replacing("name: test", with: "name: b")]) {
            folder in
            let outcome = try shrike("--fix", ".", folder: folder)
            #expect(outcome.errors == "1 fixed\n")
            let after = try String(contentsOf: folder.appending(path: "a.yaml"), encoding: .utf8)
            #expect(after == before.replacing(" # why\r\n", with: " # why\r\n    syscall: false\r\n"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
        }
    }

    @Test("A baseline silences what it lists, a configuration above the file is found")
    func files() throws {
        try withFolder(["sub/a.yaml": Self.warned]) { folder in
            #expect(try shrike("--write-baseline", "base.txt", "sub", folder: folder).status == 0)
            #expect(try shrike("--baseline", "base.txt", "sub", folder: folder).status == 0)
            #expect(try shrike("--baseline", "sub/a.yaml", "sub", folder: folder).status == 2)
            #expect(try shrike("sub", folder: folder).status == 1)
            try Data("rules: {SHR680: off}\n".utf8).write(to: folder.appending(path: ".shrike-lint.yaml"))
            #expect(try shrike("sub", folder: folder).status == 0)
            try Data("rules: {SHR6800: off}\n".utf8).write(to: folder.appending(path: ".shrike-lint.yaml"))
            #expect(try shrike("sub", folder: folder).status == 2)
        }
    }
}
