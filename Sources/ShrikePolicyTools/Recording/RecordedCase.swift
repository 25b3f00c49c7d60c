// SPDX-License-Identifier: Apache-2.0
// A recorded call in the text of a test file.

internal import ShrikeLint
internal import ShrikePolicy

/// The parts of a test file that describe one call.
struct RecordedCase {
    let call: RecordedCall
    let hook: EventHook
    /// In YAML, by number.
    let arguments: String
    let returns: String?

    /// - Throws: why the call cannot be made again.
    init(
        _ call: RecordedCall, policies: [TracingPolicy], recorders: [TracingPolicy]
    ) throws(RecordingGap) {
        self.call = call
        (hook, arguments, returns) = try call.placed(at: policies, recordedBy: recorders)
    }

    /// The fields that say what is called and with what, in flow style.
    func fields(process: String) -> String {
        "hook: \(hook.description), process: \(process), args: \(arguments)"
            + (returns.map { ", returns: \($0)" } ?? "")
    }

    /// The call as the reader of test files makes it: the text is what decides, here as there.
    func testCase() throws(RecordingGap) -> TestCase {
        var names = ProcessNames()
        let caller = try names.add(call.processes)
        let text =
            "processes:\n" + names.lines.map { "  \($0)\n" }.joined()
            + "tests:\n- {\(fields(process: caller)), expect: none}\n"
        do {
            let file = try TestFile(Array(text.utf8), file: "event")
            return file.cases[0]
        } catch {
            throw RecordingGap("calls that a test cannot describe: \(error.message)")
        }
    }
}

/// Names for processes: each has one, however many events are its.
struct ProcessNames {
    /// The entries of `processes`.
    private(set) var lines: [String] = []
    private var nameOf: [String: String] = [:]
    private var used: Set<String> = []

    /// Adds a process with its parent, grandparent, and so on.
    /// - Returns: the name of the first.
    mutating func add(_ processes: [RecordedProcess]) throws(RecordingGap) -> String {
        var parent: String?
        for process in processes.reversed() {
            if let known = nameOf[process.id] {
                parent = known
                continue
            }
            var name = process.shortName
            var number = 2
            while !used.insert(name).inserted {
                name = "\(process.shortName)-\(number)"
                number += 1
            }
            let fields = try process.fields() + (parent.map { ["parent: \($0)"] } ?? [])
            lines.append("\(name): {\(fields.joined(separator: ", "))}")
            nameOf[process.id] = name
            parent = name
        }
        return parent ?? ""
    }
}
