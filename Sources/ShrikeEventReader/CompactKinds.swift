// SPDX-License-Identifier: Apache-2.0
// What follows the binary on a compact line, for the kinds of events that need more than a field or two.

import FoundationEssentials
import ShrikeControl

extension CompactPrinter {
    func printExit(_ exit: Tetragon_ProcessExit, on line: inout CompactLine) {
        line.value(exit.process.arguments, .cyan)
        line.text(" ")
        line.coloured(.red) { line in
            if exit.signal.isEmpty { line.number(exit.status) } else { line.value(exit.signal) }
        }
    }

    func printLoader(_ loader: Tetragon_ProcessLoader, on line: inout CompactLine) {
        if !loader.buildid.isEmpty {
            for byte in loader.buildid {
                line.text(String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16))
            }
            line.text(" ")
        }
        line.value(loader.path, .yellow)
    }

    func printKprobe(_ kprobe: Tetragon_ProcessKprobe, on line: inout CompactLine) {
        let form = KprobeForm.form(of: kprobe)
        guard form.isGeneric else { return form.rest(&line, kprobe) }
        line.value(kprobe.functionName)
        printArguments(kprobe.args, on: &line)
    }

    func printTracepoint(_ tracepoint: Tetragon_ProcessTracepoint, on line: inout CompactLine) {
        if tracepoint.isSyscallEntry {
            line.text(SyscallText.text(tracepoint.args, exactly: options.isCompatible))
            return
        }
        line.value(tracepoint.subsys)
        line.text(" ")
        line.value(tracepoint.event)
        printArguments(tracepoint.args, on: &line)
    }

    func printThrottle(_ throttle: Tetragon_ProcessThrottle, on line: inout CompactLine) {
        CompactTitle("🧬", "throttle").print(on: &line, .red)
        line.text(" ")
        switch throttle.type {
        case .throttleStart: line.coloured(.red) { $0.text("START") }
        case .throttleStop: line.coloured(.green) { $0.text("STOP ") }
        default: break
        }
        line.text(" ")
        // The kernel's fixed buffer can leave NUL characters at the end.
        let end = throttle.cgroup.unicodeScalars.lastIndex { $0 != "\0" }
        line.value(options.isCompatible ? throttle.cgroup : end.map { String(throttle.cgroup[...$0]) } ?? "")
    }

    /// Tells that events are missing. The incumbent ends with an error here.
    func printRateLimit(
        _ info: Tetragon_RateLimitInfo, _ event: Tetragon_GetEventsResponse, on line: inout CompactLine
    ) {
        CompactTitle("🧬", "limit").print(on: &line, .red)
        line.text(" ")
        line.value(event.nodeName, .green)
        line.text(" ")
        line.coloured(.red) { $0.number(info.numberOfDroppedProcessEvents) }
        line.text(" events dropped by the export rate limit")
    }

    /// Prints the arguments that say something by themselves; the incumbent prints none.
    func printArguments(_ arguments: [Tetragon_KprobeArgument], on line: inout CompactLine) {
        guard !options.isCompatible else { return }
        for argument in arguments {
            guard let text = ArgumentText.text(argument) else { continue }
            line.text(" ")
            line.value(text, .cyan)
        }
    }

    /// Prints the sign for a process that has CAP_SYS_ADMIN, towards the right.
    func printCapabilities(_ process: Tetragon_Process, on line: inout CompactLine) {
        let effective = process.cap.effective
        // The incumbent looks at how many capabilities there are where it means to look at which.
        let hasAdmin =
            options.isCompatible
            ? effective.count > Tetragon_CapabilitiesType.capSysAdmin.rawValue
            : effective.contains(.capSysAdmin)
        printSign(hasAdmin ? "🛑 CAP_SYS_ADMIN" : "", on: &line)
    }

    private func printSign(_ sign: String, on line: inout CompactLine) {
        let isCompatible = options.isCompatible
        // The incumbent counts escape sequences as text, so it pads every coloured line.
        guard !sign.isEmpty || (isCompatible && line.isColoured) else { return }
        let escapes = isCompatible && line.isColoured ? 9 : 0
        let used = isCompatible ? line.bytes.count : line.visibleCount
        let width = max(0, 120 - used) - sign.unicodeScalars.count - escapes
        line.text(" " + String(repeating: " ", count: max(0, width)))
        line.coloured(.magenta) { $0.text(sign) }
    }
}
