// SPDX-License-Identifier: Apache-2.0
// shrike policy generate

public import ArgumentParser
public import ShrikePolicyTools

/// Writes a first policy.
struct PolicyGenerate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write a first policy from what it is to do.",
        discussion: """
            LSM hooks are preferred; the reasons stand in comments. Paths that end in / are folders. Look it over \
            with `shrike lint`, and write tests for it.

            Examples:
              shrike policy generate --name secrets --deny-open /etc/shadow --except-binary /usr/bin/passwd
              shrike policy generate --deny-read /etc/shadow --binary /usr/bin/cat
              shrike policy generate --watch-exec --watch-syscall ptrace --watch-class mounts --watch-class modules
            """)

    @Option(help: ArgumentHelp("The policy's name.", valueName: "name"))
    var name = "generated"

    @Option(help: ArgumentHelp("Refuse to open this file or folder, for reading too.", valueName: "path"))
    var denyOpen: [String] = []

    @Option(help: ArgumentHelp("Refuse to read it, mapped into memory too.", valueName: "path"))
    var denyRead: [String] = []

    @Option(help: ArgumentHelp("Refuse to write it.", valueName: "path"))
    var denyWrite: [String] = []

    @Option(help: ArgumentHelp("Refuse to execute it.", valueName: "path"))
    var denyExec: [String] = []

    @Option(help: ArgumentHelp("Report its opening.", valueName: "path"))
    var watchOpen: [String] = []

    @Flag(help: "Report each execution.")
    var watchExec = false

    @Option(help: ArgumentHelp("Report this system call.", valueName: "name"))
    var watchSyscall: [String] = []

    @Option(
        help: ArgumentHelp(
            "Report all system calls for this: \(SystemCallClass.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "class"))
    var watchClass: [SystemCallClass] = []

    @Flag(help: "Kill the process, beside refusing.")
    var kill = false

    @Option(help: ArgumentHelp("Only for processes of this executable.", valueName: "path"))
    var binary: [String] = []

    @Option(help: ArgumentHelp("Not for processes of this executable.", valueName: "path"))
    var exceptBinary: [String] = []

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() throws {
        var intent = PolicyIntent()
        intent.name = name
        intent.deniedOpens = denyOpen
        intent.deniedReads = denyRead
        intent.deniedWrites = denyWrite
        intent.deniedPrograms = denyExec
        intent.watchedOpens = watchOpen
        intent.watchesExecutions = watchExec
        intent.watchedSystemCalls = watchSyscall
        intent.watchedClasses = watchClass
        intent.kills = kill
        intent.binaries = binary
        intent.exceptedBinaries = exceptBinary
        guard !intent.isEmpty else {
            throw UsageError("say what the policy is to do, for example --deny-open PATH")
        }
        guard binary.isEmpty || exceptBinary.isEmpty else {
            throw UsageError("--binary and --except-binary exclude each other")
        }
        StandardOutput.write(intent.yaml)
    }
}

extension SystemCallClass: ExpressibleByArgument {}
