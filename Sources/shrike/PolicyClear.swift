// SPDX-License-Identifier: Apache-2.0
// shrike policy clear

import ArgumentParser
import Glibc
import ShrikeEventReader
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

    @Flag(help: "Do not end then, but at SIGTERM: for pods, which have to stay to count as available.")
    var stay = false

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() throws {
        let stop = stay ? StopSignal.install() : -1
        try clear()
        guard stop >= 0 else { return }
        fflush(nil)
        var signal = pollfd(fd: stop, events: Int16(POLLIN), revents: 0)
        while poll(&signal, 1, -1) < 0, errno == EINTR {}
    }

    private func clear() throws {
        guard PinFolder.exists(bpfDir) else {
            print("nothing to clear in \(bpfDir)")
            return
        }
        let count = try PinFolder(root: bpfDir).removeAll()
        print("\(count) links removed from \(bpfDir)")
    }
}
