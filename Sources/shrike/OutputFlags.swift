// SPDX-License-Identifier: Apache-2.0
// The flags of `shrike getevents` that say how events are printed.

import ArgumentParser
import Glibc
import ShrikeEventReader

/// How events are printed.
struct OutputFlags: ParsableArguments {
    /// The forms of output.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, compact
    }

    /// When colours are used.
    enum ColourMode: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Option(
        name: [.customShort("o"), .long],
        help: "How to print events; default: json. JSON lines are printed as they came in."
    )
    var output: Format?

    @Option(help: "Compact only: colours. auto: on a terminal, unless NO_COLOR is set or TERM is dumb.")
    var color = ColourMode.auto

    @Flag(help: "Compact lines, each below the process that it is of.")
    var tree = false

    // As with the incumbent's flags, `=true` and `=false` may follow.
    @Option(
        defaultAsFlag: .yes, parsing: .next,
        help: "Compact only: begin each line with the time of the event; true or false.")
    var timestamps: TrueOrFalse?

    @Option(
        defaultAsFlag: .yes, parsing: .next,
        help: "Compact only: print stack traces below the line; true or false.")
    var stackTraces: TrueOrFalse?

    @Option(
        defaultAsFlag: .yes, parsing: .next,
        help: "Compact only: print IMA hashes below the line; true or false.")
    var imaHash: TrueOrFalse?

    @Flag(
        help: """
            Compact only: print exactly what tetra 1.7 prints: text from events is not quoted, not even \
            control characters, and hooks without a form of their own show no arguments and no outcome.
            """)
    var compat = false

    @Option(
        name: [.customShort("t"), .long],
        help: ArgumentHelp(
            "Print only the bytes that were written to the terminal at this path.", valueName: "path"))
    var ttyEncode: String?

    func validate() throws {
        try timestamps?.check("--timestamps")
        try stackTraces?.check("--stack-traces")
        try imaHash?.check("--ima-hash")
        guard !tree || (output != .json && ttyEncode == nil && !compat) else {
            throw ValidationError("--tree is for compact lines, and has no form in --compat")
        }
    }

    func eventOutput() -> EventOutput {
        if let ttyEncode { return .terminal(path: ttyEncode) }
        guard output == .compact || tree else { return .json }
        var options = CompactOptions()
        options.isColoured = isColoured
        options.printsTimestamps = timestamps?.isTrue ?? false
        options.printsStackTraces = stackTraces?.isTrue ?? true
        options.printsIMAHash = imaHash?.isTrue ?? true
        options.isCompatible = compat
        return .compact(options)
    }

    private var isColoured: Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto: isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
        }
    }

    private func variable(_ name: String) -> String {
        getenv(name).map { String(cString: $0) } ?? ""
    }
}
