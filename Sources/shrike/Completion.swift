// SPDX-License-Identifier: Apache-2.0
// shrike completion

import ArgumentParser

/// Prints what a shell needs to complete commands and flags.
struct Completion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the completion script of a shell.",
        discussion: """
            Examples:
              source <(shrike completion bash)
              shrike completion zsh >"${fpath[1]}/_shrike"
              shrike completion fish >~/.config/fish/completions/shrike.fish
            """)

    /// The shells.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() {
        let shell: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        print(Shrike.completionScript(for: shell))
    }
}
