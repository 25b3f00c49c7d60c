// SPDX-License-Identifier: Apache-2.0
// Builders that the tests of this target share: JSON of events, and what is printed for it.

import ShrikeControl
import Testing

@testable import ShrikeEventReader

/// JSON of events, as short as a test can bear.
enum JSON {
    static let process = #"{"pid":2251,"binary":"/app/cart","pod":{"namespace":"shop","name":"cart-7d9c"}}"#

    /// An event with the process of most tests, and these members besides.
    static func event(_ kind: String, _ members: String = "", process: String = process) -> String {
        let rest = members.isEmpty ? "" : "," + members
        return #"{"\#(kind)":{"process":\#(process)\#(rest)},"node_name":"node-1"}"#
    }

    /// A kernel function event.
    static func kprobe(_ function: String, _ arguments: String = "", _ members: String = "") -> String {
        let rest = members.isEmpty ? "" : "," + members
        return event("process_kprobe", #""function_name":"\#(function)","args":[\#(arguments)]\#(rest)"#)
    }
}

/// What is printed for one line of JSON in compact form, without the last newline.
func compact(
    _ json: String, _ change: (inout CompactOptions) -> Void = { _ in }
) throws -> String {
    var options = CompactOptions()
    change(&options)
    let event = try EventDecoder().decode(Array(json.utf8))
    var bytes: [UInt8] = []
    guard try CompactPrinter(options).append(event, to: &bytes) else { return "(nothing)" }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
}

/// The same with `--compat`.
func compatible(_ json: String) throws -> String {
    try compact(json) { $0.isCompatible = true }
}
