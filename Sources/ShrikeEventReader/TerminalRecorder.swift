// SPDX-License-Identifier: Apache-2.0
// Replays what was written to a terminal, from the events of a policy that watches writes to it.

import FoundationEssentials
import ShrikeControl

/// Takes the bytes that were written to one terminal out of events.
enum TerminalRecorder {
    /// The bytes of a write to the terminal at `path`; empty for every other event.
    ///
    /// It is a kernel function event whose first argument is that file and whose second is the bytes.
    static func bytes(of event: Tetragon_GetEventsResponse, terminal path: String) -> [UInt8] {
        guard case .processKprobe(let kprobe) = event.event, kprobe.args.count > 1,
            case .fileArg(let file) = kprobe.args[0].arg, file.path == path,
            case .bytesArg(let bytes) = kprobe.args[1].arg
        else { return [] }
        return Array(bytes)
    }
}
