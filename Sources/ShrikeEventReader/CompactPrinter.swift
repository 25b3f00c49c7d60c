// SPDX-License-Identifier: Apache-2.0
// Prints events one a line for people: what happened, where, who did it, and to what.

public import ShrikeControl
import ShrikeEventFilter

/// How compact lines look.
public struct CompactOptions: Sendable {
    /// Use colours (ANSI escape sequences).
    public var isColoured = false
    /// Begin each line with the time of the event.
    public var printsTimestamps = false
    /// Print the stack traces of kernel function events below the line.
    public var printsStackTraces = true
    /// Print the IMA hash of LSM events below the line.
    public var printsIMAHash = true
    /// Print exactly what the `tetra` of Tetragon 1.7 (the incumbent) prints: no quotes, no arguments or outcome for hooks
    /// that have no form of their own, and an error for events that it has no line for.
    public var isCompatible = false

    /// The defaults: no colours, no times.
    public init() {}
}

/// Why an event has no compact line. Only with `CompactOptions.isCompatible`.
public enum CompactError: Error, Equatable, CustomStringConvertible {
    /// The event does not say which process it is about.
    case missingProcess
    /// There is no line for this kind.
    case unknownEventType(Tetragon_EventType)

    /// The error in one line.
    public var description: String {
        switch self {
        case .missingProcess: "process field is not set"
        case .unknownEventType(let type): "unknown event type: \(type.eventTypeName)"
        }
    }
}

/// Prints events as compact lines.
public struct CompactPrinter: Sendable {
    let options: CompactOptions

    /// Creates a printer.
    public init(_ options: CompactOptions) {
        self.options = options
    }

    /// Appends the line of an event, and the lines that belong to it, each with its newline.
    /// - Parameter indentation: spaces before the line.
    /// - Returns: whether there was something to print; `false` is an event without a kind that this
    ///   version knows.
    /// - Throws: `CompactError`.
    public func append(
        _ event: Tetragon_GetEventsResponse, indentation: Int = 0, to output: inout [UInt8]
    ) throws(CompactError) -> Bool {
        var line = CompactLine(isColoured: options.isColoured, quotes: !options.isCompatible)
        guard try print(event, on: &line) else { return false }
        output.append(contentsOf: repeatElement(0x20, count: indentation))
        if options.printsTimestamps {
            output.append(contentsOf: UTCTimestamp.text(event.time).utf8)
            output.append(0x20)
        }
        output.append(contentsOf: line.bytes)
        output.append(0x0A)
        appendTrailers(of: event, to: &output)
        return true
    }

    private func print(
        _ event: Tetragon_GetEventsResponse, on line: inout CompactLine
    ) throws(CompactError) -> Bool {
        switch event.event {
        case .processThrottle(let throttle): printThrottle(throttle, on: &line)
        case .test: line.text("TEST EVENT")
        case .rateLimitInfo(let info) where !options.isCompatible: printRateLimit(info, event, on: &line)
        case .rateLimitInfo, nil:
            guard options.isCompatible else { return false }
            throw .unknownEventType(event.eventType)
        default:
            let process = event.actor
            if process == nil && options.isCompatible { throw .missingProcess }
            printTitle(event, on: &line)
            line.text(" ")
            printActor(process, node: event.nodeName, on: &line)
            printRest(event, on: &line)
            if !options.isCompatible, let outcome = Outcome(event) { outcome.print(on: &line) }
            if let process { printCapabilities(process, on: &line) }
        }
        return true
    }

    private func printTitle(_ event: Tetragon_GetEventsResponse, on line: inout CompactLine) {
        let title: CompactTitle =
            switch event.event {
            case .processExec: CompactTitle("🚀", "process")
            case .processExit: CompactTitle("💥", "exit")
            case .processLoader: CompactTitle("🧬", "loader")
            case .processKprobe(let kprobe): KprobeForm.form(of: kprobe).title(kprobe)
            case .processTracepoint(let tracepoint) where tracepoint.isSyscallEntry:
                CompactTitle("☎ ", "syscall")
            case .processTracepoint: CompactTitle("⁉️", "tracepoint")
            case .processUprobe: CompactTitle("🕵️", "uprobe")
            case .processUsdt: CompactTitle("🕵️", "usdt")
            default: CompactTitle("🔒", "LSM")
            }
        title.print(on: &line, .blue)
    }

    /// Prints where it happened and which binary did it.
    private func printActor(_ process: Tetragon_Process?, node: String, on line: inout CompactLine) {
        line.coloured(.green) { line in
            if let process, process.hasPod {
                line.value(process.pod.namespace)
                line.text("/")
                line.value(process.pod.name)
            } else {
                line.value(node)
            }
        }
        line.text(" ")
        line.value(process?.binary ?? "-", .magenta)
    }

    private func printRest(_ event: Tetragon_GetEventsResponse, on line: inout CompactLine) {
        line.text(" ")
        switch event.event {
        case .processExec(let exec): line.value(exec.process.arguments, .cyan)
        case .processExit(let exit): printExit(exit, on: &line)
        case .processLoader(let loader): printLoader(loader, on: &line)
        case .processKprobe(let kprobe): printKprobe(kprobe, on: &line)
        case .processTracepoint(let tracepoint): printTracepoint(tracepoint, on: &line)
        case .processUprobe(let uprobe):
            line.value(uprobe.path)
            line.text(" ")
            line.value(uprobe.symbol)
            printArguments(uprobe.args, on: &line)
        case .processUsdt(let usdt):
            line.value(usdt.path)
            line.text(" ")
            line.value(usdt.provider)
            line.text(" ")
            line.value(usdt.name)
            printArguments(usdt.args, on: &line)
        case .processLsm(let lsm):
            line.value(lsm.functionName)
            printArguments(lsm.args, on: &line)
        default: break
        }
    }
}

/// The emoji and the kind that a line begins with.
struct CompactTitle {
    let emoji: String
    let kind: String

    init(_ emoji: String, _ kind: String) {
        self.emoji = emoji
        self.kind = kind
    }

    func print(on line: inout CompactLine, _ colour: Colour) {
        let padding = String(repeating: " ", count: max(0, 7 - kind.utf8.count))
        line.coloured(colour) { $0.text("\(emoji) \(kind)\(padding)") }
    }
}

extension Tetragon_ProcessTracepoint {
    /// The tracepoint that fires for each system call.
    var isSyscallEntry: Bool { subsys == "raw_syscalls" && event == "sys_enter" }
}
