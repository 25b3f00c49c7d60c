// SPDX-License-Identifier: Apache-2.0
// shrike probe

import ArgumentParser
import ShrikeProbes

/// Says what the running kernel offers.
struct Probe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Print what this machine's kernel offers, by what it publishes; no daemon, no rights needed.",
        subcommands: [ProbeConfig.self])

    func run() {
        for probe in KernelProbe.all() { print("\(probe.name): \(probe.isAvailable)") }
    }
}

/// The kernel's configuration.
struct ProbeConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print the options that this machine's kernel was built with.")

    func run() throws {
        let options = KernelView().options
        guard !options.isEmpty else {
            throw CommandError("this kernel has neither /proc/config.gz nor a file in /boot")
        }
        for (name, value) in options.sorted(by: { $0.key < $1.key }) { print("\(name):\(value)") }
    }
}
