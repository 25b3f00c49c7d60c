// SPDX-License-Identifier: Apache-2.0
// The lines below a compact line: stack traces and hashes.

import ShrikeControl

extension CompactPrinter {
    /// Appends the lines that belong to the event.
    func appendTrailers(of event: Tetragon_GetEventsResponse, to output: inout [UInt8]) {
        switch event.event {
        case .processKprobe(let kprobe) where options.printsStackTraces: appendStacks(kprobe, to: &output)
        case .processLsm(let lsm) where options.printsIMAHash && !lsm.imaHash.isEmpty:
            appendHash(lsm, to: &output)
        default: break
        }
    }

    private func appendStacks(_ kprobe: Tetragon_ProcessKprobe, to output: inout [UInt8]) {
        guard !kprobe.kernelStackTrace.isEmpty || !kprobe.userStackTrace.isEmpty else { return }
        var line = CompactLine(isColoured: options.isColoured, quotes: !options.isCompatible)
        if !kprobe.kernelStackTrace.isEmpty { line.text("Kernel:\n") }
        for entry in kprobe.kernelStackTrace {
            printAddress(entry, on: &line)
            line.coloured(.blue) { line in
                line.text(" ")
                line.value(entry.symbol)
            }
            line.text("+")
            endLine(&line, .yellow) { $0.hexadecimal(entry.offset) }
        }
        if !kprobe.userStackTrace.isEmpty { line.text("User:\n") }
        for entry in kprobe.userStackTrace {
            printAddress(entry, on: &line)
            if !entry.symbol.isEmpty {
                line.coloured(.blue) { line in
                    line.text(" ")
                    line.value(entry.symbol)
                }
            }
            endLine(&line, .yellow) { line in
                line.text(" (")
                line.value(entry.module)
                line.text("+")
                line.hexadecimal(entry.offset)
                line.text(")")
            }
        }
        output.append(contentsOf: line.bytes)
    }

    private func printAddress(_ entry: Tetragon_StackTraceEntry, on line: inout CompactLine) {
        line.coloured(.green) { line in
            line.text("   ")
            line.hexadecimal(entry.address)
            line.text(":")
        }
    }

    private func appendHash(_ lsm: Tetragon_ProcessLsm, to output: inout [UInt8]) {
        guard let path = hashedPath(lsm), !path.isEmpty else { return }
        var line = CompactLine(isColoured: options.isColoured, quotes: !options.isCompatible)
        line.coloured(.green) { line in
            line.text("   ")
            line.value(path)
        }
        endLine(&line, .blue) { line in
            line.text(" ")
            line.value(lsm.imaHash)
        }
        output.append(contentsOf: line.bytes)
    }

    /// The file that an LSM hook hashes, for the hooks whose first argument it is.
    private func hashedPath(_ lsm: Tetragon_ProcessLsm) -> String? {
        switch lsm.functionName {
        case "bprm_check_security", "bprm_committed_creds", "bprm_committing_creds", "bprm_creds_for_exec",
            "bprm_creds_from_file":
            lsm.args.first?.linuxBinprmArg.path
        case "file_ioctl", "file_lock", "file_open", "file_post_open", "file_receive", "mmap_file":
            lsm.args.first?.fileArg.path
        default: nil
        }
    }

    /// Prints the last part of a line. The incumbent resets the colour on the next line only.
    private func endLine(
        _ line: inout CompactLine, _ colour: Colour, _ body: (inout CompactLine) -> Void
    ) {
        line.coloured(colour) { line in
            body(&line)
            if options.isCompatible { line.text("\n") }
        }
        if !options.isCompatible { line.text("\n") }
    }
}
