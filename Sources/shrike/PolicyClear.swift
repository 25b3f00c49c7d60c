// SPDX-License-Identifier: Apache-2.0
// shrike policy clear

import ArgumentParser
import ShrikePins

/// Takes down what a daemon left in the kernel that is no more.
struct PolicyClear: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear",
        abstract: "End the enforcement that a dead daemon, or one with --keep-enforcing, left in the kernel.",
        discussion: """
            Removes the pinned links below --bpf-dir. Needs root, no daemon, and is refused while one runs.
            """)

    @Option(help: ArgumentHelp("The folder that shriked was given as --bpf-dir.", valueName: "folder"))
    var bpfDir = "/sys/fs/bpf/shrike"

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() throws {
        guard PinFolder.exists(bpfDir) else {
            print("nothing to clear in \(bpfDir)")
            return
        }
        let count = try PinFolder(root: bpfDir).removeAll()
        print("\(count) links removed from \(bpfDir)")
    }
}
