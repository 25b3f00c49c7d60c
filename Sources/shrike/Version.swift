// SPDX-License-Identifier: Apache-2.0
// shrike version

import ArgumentParser
import ShrikeControl

/// Prints the version.
struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version of this program.")

    @OptionGroup(visibility: .hidden) var global: GlobalFlags

    func run() {
        print("CLI version: \(ShrikeVersion.current)")
    }
}
