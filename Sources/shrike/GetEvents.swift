// SPDX-License-Identifier: Apache-2.0
// shrike getevents

import ArgumentParser
import Glibc
import ShrikeControl
import ShrikeEventReader

/// Prints events.
struct GetEvents: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "getevents",
        abstract: "Print events: as JSON, or one line for people each.",
        discussion: """
            Reads events as JSON lines from standard input, keeps those that pass all filters, and prints \
            them. Filters of different flags must all pass; of the values of one flag, any one. Lists are \
            separated by commas, and flags may be repeated; a value with a comma in it is put in double \
            quotes. Regular expressions are RE2 and match anywhere unless they are anchored.

            Examples:
              shriked | shrike getevents -o compact
                  Watch what happens.
              shrike getevents -o compact --process-type kprobe,lsm <events.json
                  What did policies report, and whom did they stop?
              shrike getevents --timestamps -o compact -n shop --process 'sh$' <f
                  Shells in one namespace, with times.
              shrike getevents -f process.binary,process.arguments <events.json
                  Only some fields, as JSON.
            """
    )

    @OptionGroup(title: "Output") var output: OutputFlags
    @OptionGroup(title: "Filters") var filters: FilterFlags
    @OptionGroup(title: "Global") var global: GlobalFlags

    @Flag(help: "Connect again when the daemon goes away. Not used when events are piped in.")
    var reconnect = false

    @Option(help: .hidden)
    var reconnectWait: String?

    func run() throws {
        let printer = try EventPrinter(
            output.eventOutput(), filter: filters.eventFilter(), fieldFilters: filters.fieldFilters())
        guard InputKind(descriptor: STDIN_FILENO) == .stream else {
            throw CommandError(
                "reading from a daemon over gRPC is not supported by this version; "
                    + "pipe events in: shriked | shrike getevents")
        }
        // The incumbent's floor, so that a small value does not lose ordinary lines.
        let maximumLength = max(global.maxRecvSize, 64 << 10)
        let debug: ((String) -> Void)? = global.debug ? { StandardError.print("shrike: \($0)") } : nil
        var reader = EventReader(
            printer, maximumLineLength: maximumLength, output: STDOUT_FILENO, stop: StopSignal.install(),
            debug: debug)
        report(try reader.run(input: STDIN_FILENO))
    }

    private func report(_ summary: EventReader.Summary) {
        let (printed, filtered, skipped) = (
            summary.printedCount, summary.filteredCount, summary.skippedCount
        )
        if global.debug {
            StandardError.print("shrike: \(printed) printed, \(filtered) filtered, \(skipped) skipped")
        } else if skipped > 0 && printed + filtered == 0 {
            StandardError.print("Warning: none of \(skipped) lines is an event; --debug says why")
        }
    }
}

/// An error of a command, in one line.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
