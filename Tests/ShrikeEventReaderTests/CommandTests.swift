// SPDX-License-Identifier: Apache-2.0
// The command line of `shrike getevents`.

import Foundation
import ShrikeTestSupport
import Testing

@Suite struct GetEventsCommandTests {
    private static let event =
        #"{"process_exec":{"process":{"pid":1,"binary":"/bin/x"}},"time":"2026-01-01T00:00:00Z","node_name":"n"}"#
        + "\n"
    private static let time = "2026-01-01T00:00:00.000000000Z "

    @Test(
        "Flags without a value may have one, wherever they stand",
        arguments: [
            ("--timestamps", true), ("--timestamps=true", true), ("--timestamps=1", true),
            ("--timestamps=false", false), ("--host=false", false),
        ])
    func switches(flag: String, hasTime: Bool) throws {
        for arguments in [
            [flag, "-o", "compact"], ["-o", "compact", flag], ["-o", "compact", flag, "--reconnect=false"],
        ] {
            let run = try ShrikeCommand(["getevents"] + arguments, input: Self.event)
            #expect(run.status == 0 && run.errors == "")
            #expect(run.output.hasPrefix(Self.time) == hasTime, "\(arguments): \(run.output)")
        }
    }

    @Test("The help says what such a flag means without a value")
    func help() throws {
        let run = try ShrikeCommand(["getevents", "--help"])
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.components(separatedBy: "true or false. (default as flag: true)").count > 3, "\(run.output)"
        )
    }

    @Test(
        "Another value is one clear error",
        arguments: ["--timestamps", "--host", "--reconnect", "--stack-traces", "--ima-hash"])
    func wrongValue(flag: String) throws {
        let run = try ShrikeCommand(["getevents", "\(flag)=maybe", "-o", "compact"], input: Self.event)
        #expect(run.status != 0 && run.output == "")
        #expect(run.errors.hasPrefix("Error: \(flag) takes true or false, not 'maybe'\n"), "\(run.errors)")
    }
}
